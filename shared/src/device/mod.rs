//! Push devices, their SNS endpoints, and what a customer wants to be pushed.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `DEV#<customer>` | `DEVICE#<hash of the registration id>` | a device |
//! | `DEV#<customer>` | `COUNT` | the head: how many devices there are, and the last number |
//! | `DEV#<customer>` | `PREFERENCES` | what the customer wants to be pushed |
//! | `DEV#REGISTRATION#<hash>` | `OWNER` | the customer who has a registration id |
//! | `DEV#LISTING` | `PLACE` | how far the sweep has come that lists customers of before |
//!
//! The index lists devices under `DEV#SEEN#<0..f>`, by when they were last seen, and heads under
//! `DEV#CUSTOMERS#<0..f>`, by the last bits of the customers' ids: the customers with devices.

pub(crate) mod claim;
pub(crate) mod customers;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod fixture;
pub(crate) mod items;
pub mod keys;
pub(crate) mod listing;
pub(crate) mod model;
pub(crate) mod numbers;
pub(crate) mod preferences;
pub(crate) mod push;
pub(crate) mod settings;
pub(crate) mod silence;
pub(crate) mod store;
pub(crate) mod tasks;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Put, Query, QueryIndex, Update},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use claim::{ClaimPart, DeviceClaim, add_claim, add_claim_unread, add_new_devices};
pub use customers::DeviceRange;
pub use model::{
    Device, DeviceHead, DeviceOwner, DevicePatch, FoundDevice, LastSeen, MOST_DEVICES,
    MOST_REGISTRATION_ID, Registration, SilencedBy,
};
pub use preferences::{
    LONGEST_TYPE, MARKETING, MOST_TYPES, Preferences, PreferencesPatch, PushKind, TooManyTypes,
};
pub use push::{Endpoint, Push, Pushed};
pub use settings::{DeviceSettings, PushSettings};
pub use store::{Claimed, Replaced};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "device",
    owns: "push devices, their SNS endpoints, and what a customer wants to be pushed",
    invariants: "A registration id has one owner. A device is active only while its own flag is \
        set and the session that registered it is alive, so whatever ends sessions silences \
        devices without touching them. A customer's devices are numbered from 1, and no number is \
        used twice",
    prefixes: &[Prefix {
        name: "DEV#",
        grants: &[
            ("customer", &[Get, Put, Update, Delete, Query]),
            ("fcm", &[Get, Put, Update, Delete, Query]),
            ("notifier", &[Update, Query, QueryIndex]),
            ("cleanup", &[Get, Update, Delete, Query, QueryIndex]),
        ],
        erased: Erased::By(|of| erasure::erase(of).boxed()),
    }],
    records: &[
        RecordKind::of::<Device>(),
        RecordKind::of::<DeviceOwner>(),
        RecordKind::of::<DeviceHead>(),
        RecordKind::of::<Preferences>(),
        RecordKind::of::<listing::Listing>(),
    ],
    examples: &[
        Example::new("a push device", |of| keys::device(of.id(), &of.text)),
        Example::new("the head of a customer's devices", |of| keys::device_head(of.id())),
        Example::new("what a customer wants to be pushed", |of| keys::preferences(of.id())),
        Example::new("the customer who has a registration id", |of| keys::device_owner(&of.text)),
        Example::new("how far the list of customers with devices is filled", |_| keys::listing()),
    ],
    export: export::EXPORT,
    tasks: tasks::TASKS,
    fixture: Some(|store, customer, _| fixture::store_old(store, customer).boxed()),
};
