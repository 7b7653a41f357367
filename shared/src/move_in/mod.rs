//! What the move-in from an old stack wrote of each of its users, so that it can be repeated.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `MOVED#<keyed hash of the user>` | `STATE` | what the last dump said, and what was written |
//!
//! A later dump is compared with this item and with what is stored: what the old stack changed is
//! taken over only where the customer has not changed it here since. Only the launcher reads and
//! writes the item. It names no customer, and outlives one who leaves: so a later dump does not
//! bring back who has left. DynamoDB's TTL deletes it a year after the dump.

pub(crate) mod fixture;
pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::{
    domain::{Domain, Prefix, RecordKind, erasure::Erased, example::Example},
    hashes::ContentHash,
};

pub use model::{MovedAddress, MovedDevice, MovedIn};
pub use store::{new_moved_in, replace_moved_in};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "move_in",
    owns: "what the move-in from an old stack wrote",
    invariants: "A user moves in once, in the transaction that makes the account, and never after \
        the customer has left. What a later dump changes is noted after it is written, and money \
        in the transaction that moves it. No function touches it",
    prefixes: &[Prefix {
        name: "MOVED#",
        grants: &[],
        erased: Erased::Nothing(
            "keyed hashes, counts and keys of the old stack, which name nobody and expire within a \
             year; they keep a later dump from bringing back who has left",
        ),
    }],
    records: &[RecordKind::of::<MovedIn>()],
    examples: &[Example::new("what the move-in wrote of a user of the old stack", |_| {
        keys::moved_in(&ContentHash::of("4711"))
    })],
    export: &[],
    tasks: &[],
    fixture: Some(|store, _, now| fixture::store(store, now).boxed()),
};
