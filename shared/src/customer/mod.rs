//! Customer profiles: names, contact, preferences, and the phone as the customer wrote it.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `PROFILE#<customer>` | `PROFILE` | the profile |

pub(crate) mod export;
pub(crate) mod fixture;
pub mod keys;
pub(crate) mod model;
pub(crate) mod profile;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Put},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use model::{Customer, Details, Gender};
pub use profile::Profile;
pub use store::{new_profile, replace_profile};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "customer",
    owns: "profiles",
    invariants: "A profile changes only from the version that was read",
    prefixes: &[Prefix {
        name: "PROFILE#",
        grants: &[
            ("customer", &[Get, Put]),
            ("fcm", &[Get]),
            ("notifier", &[Get]),
            ("cleanup", &[Get, Delete]),
        ],
        erased: Erased::By(|of| of.item(keys::profile(of.customer)).boxed()),
    }],
    records: &[RecordKind::of::<Customer>()],
    examples: &[Example::new("a profile", |of| keys::profile(of.id()))],
    export: export::EXPORT,
    tasks: &[],
    fixture: Some(|store, customer, _| fixture::move_in(store, customer).boxed()),
};
