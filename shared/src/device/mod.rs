//! Push devices, whose registration ids have one owner at any moment, and their SNS endpoints.

pub(crate) mod claim;
pub mod keys;
pub(crate) mod model;
pub(crate) mod push;
pub(crate) mod settings;
pub(crate) mod store;

pub use claim::{ClaimPart, DeviceClaim, add_claim, add_claim_unread};
pub use model::{
    Device, DeviceOwner, DevicePatch, FoundDevice, LastSeen, MOST_DEVICES, Registration, Silenced,
    SilencedBy,
};
pub use push::{Endpoint, Push, Pushed};
pub use settings::{DeviceSettings, PushSettings};
pub use store::{Claimed, Replaced};
