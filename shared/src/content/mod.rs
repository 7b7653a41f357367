//! What the app shows to everybody: app information, FAQs, social accounts; and whether the API is open.

pub(crate) mod availability;
pub mod keys;
pub(crate) mod localized;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

pub use availability::AvailabilityCache;
pub use localized::Localized;
pub use model::{
    AskingApp, Availability, Closed, Maintenance, PlatformGate, Update, is_below, is_version,
};
pub use settings::ContentSettings;
pub use store::{AppInfo, ContentVersion};
