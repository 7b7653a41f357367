//! What the move-in from an old stack wrote of each customer, so that it can be repeated.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `MOVED#<customer>` | `STATE` | what the last dump said, and what was written because of it |
//!
//! A later dump is compared with this item and with what is stored: what the old stack changed is
//! taken over only where the customer has not changed it here since. Only the launcher reads and
//! writes the item. It holds hashes, versions and sums of what is exported elsewhere.

pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::domain::{
    Action::Delete, Domain, Prefix, RecordKind, erasure::Erased, example::Example,
};

pub use model::{MovedAddress, MovedDevice, MovedIn};
pub use store::{new_moved_in, replace_moved_in};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "move_in",
    owns: "what the move-in from an old stack wrote",
    invariants: "A customer moves in once, in the transaction that makes the account. What a later \
        dump changes is noted after it is written, and money in the transaction that moves it",
    prefixes: &[Prefix {
        name: "MOVED#",
        grants: &[("cleanup", &[Delete])],
        erased: Erased::By(|of| of.item(keys::moved_in(of.customer)).boxed()),
    }],
    records: &[RecordKind::of::<MovedIn>()],
    examples: &[Example::new("what the move-in wrote of a customer", |of| keys::moved_in(of.id()))],
    export: &[],
    tasks: &[],
    fixture: None,
};
