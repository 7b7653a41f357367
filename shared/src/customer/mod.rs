//! Customer profiles.

pub(crate) mod export;
pub mod keys;
pub(crate) mod model;
pub(crate) mod profile;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Put},
    Domain, Prefix,
    erasure::Erased,
    example::Example,
};

pub use model::{Customer, CustomerPatch, Gender};
pub use profile::Profile;

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "customer",
    prefixes: &[Prefix {
        name: "PROFILE#",
        grants: &[("customer", &[Get, Put]), ("cleanup", &[Delete])],
        erased: Erased::By(|of| of.item(keys::profile(of.customer)).boxed()),
    }],
    examples: &[Example::new("a profile", |of| keys::profile(of.id()))],
    export: export::EXPORT,
    tasks: &[],
};
