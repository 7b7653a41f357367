//! What the app shows to everybody: app information, FAQs, social accounts; and whether the API is
//! open.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `APP#INFO` | `INFO` | availability of the API, the current version of the content |
//! | `APP#CONTENT` | `VERSION#<number>` | a version of the content |

pub(crate) mod availability;
pub mod keys;
pub(crate) mod localized;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

use crate::domain::{
    API_GROUPS, Action::Get, Domain, Prefix, RecordKind, erasure::Erased, example::Example,
};

pub use availability::AvailabilityCache;
pub use localized::Localized;
pub use model::{AskingApp, Availability, Closed, Maintenance, PlatformGate, Update};
pub use settings::ContentSettings;
pub use store::{AppInfo, ContentVersion};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "content",
    owns: "app information, FAQs, social accounts, availability of the API",
    invariants: "A version never changes after it is written; one item names the current one. No \
        request waits for that item. A missing item closes nothing",
    prefixes: &[Prefix {
        name: "APP#",
        grants: &[(API_GROUPS, &[Get])],
        erased: Erased::Nothing("what the app shows to everybody"),
    }],
    records: &[
        RecordKind::of::<AppInfo>(),
        RecordKind::of::<ContentVersion>(),
        RecordKind::of::<Availability>(),
    ],
    examples: &[
        Example::new("the availability of the API, and the current version of the content", |_| {
            keys::app_info()
        }),
        Example::new("a version of the content", |_| keys::content(7)),
    ],
    export: &[],
    tasks: &[],
    fixture: None,
};
