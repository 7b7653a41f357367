//! Address books.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `ADDR#<customer>` | `ADDRESS#<address>` | an address |
//! | `ADDR#<customer>` | `BOOK` | the head: count, default |

pub(crate) mod export;
pub mod keys;
pub(crate) mod model;
pub(crate) mod store;

use futures_util::FutureExt;

use crate::domain::{
    Action::{Delete, Get, Put, Query, Update},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use model::{Address, AddressBook, AddressId, Details, MOST_ADDRESSES};
pub use store::{Added, DefaultPlace, NewAddress, Removed, new_book};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "address",
    owns: "address books",
    invariants: "At most fifty addresses. If there are any, exactly one is the default. An address \
        is added and removed together with the head of its book",
    prefixes: &[Prefix {
        name: "ADDR#",
        grants: &[
            ("customer", &[Query]),
            ("location", &[Get, Put, Update, Delete, Query]),
            ("cleanup", &[Delete, Query]),
        ],
        erased: Erased::By(|of| of.partition(keys::addresses_of(of.customer)).boxed()),
    }],
    records: &[RecordKind::of::<Address>(), RecordKind::of::<AddressBook>()],
    examples: &[
        Example::new("the head of an address book: count, default", |of| {
            keys::address_book(of.id())
        }),
        Example::new("an address", |of| keys::address(of.id(), of.id())),
    ],
    export: export::EXPORT,
    tasks: &[],
    fixture: None,
};
