//! The Petstore: pets, orders and users.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `PET#<id>` | `PET` | a pet |
//! | `PET#STATUS#<status>#<0..f>` | `ID#<id>` | the pets of a status |
//! | `PET#TAG#<hash of the tag>#<0..3>` | `ID#<id>` | the pets of a tag |
//! | `PET#INVENTORY` | `STATUS#<status>#<0..f>` | the numbers of pets |
//! | `PET#ORDER#<id>` | `ORDER` | an order |
//! | `PET#USER#<hash of the name>` | `USER` | a user |
//! | `PET#NUMBERS` | `PETS`, `ORDERS` or `USERS` | the last number that was given out |
//! | `PET#SAMPLES` | `LOADED` | that the samples are there |
//!
//! The index lists pets under `PET#OVER#<0..f>`, by their end.

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod tasks;

use crate::domain::{
    Action::{BatchGet, Delete, Get, Put, Query, QueryIndex, Update},
    Domain, Prefix, RecordKind,
    erasure::Erased,
    example::Example,
};

pub use model::{Category, MOST_TAGS, Order, OrderStatus, Pet, PetStatus, Tag, User};
pub use settings::{SampleSettings, ShopSettings};
pub use store::PetChange;

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "petstore",
    owns: "pets, orders and users of the Petstore",
    invariants: "Lists and inventory change in the transaction of the pet",
    prefixes: &[Prefix {
        name: "PET#",
        grants: &[
            ("petstore", &[Get, Put, Update, Delete, Query, BatchGet]),
            ("cleanup", &[Get, Put, Update, Delete, QueryIndex]),
        ],
        erased: Erased::Nothing("data of strangers and of our own, no customer's"),
    }],
    records: &[
        RecordKind::of::<store::StoredPet>(),
        RecordKind::of::<store::ListedPet>(),
        RecordKind::of::<store::TaggedPet>(),
        RecordKind::of::<store::orders::Stored>(),
        RecordKind::of::<store::samples::Loaded>(),
        RecordKind::of::<store::lists::Counter>(),
    ],
    examples: &[
        Example::new("a pet", |_| keys::pet(NUMBER)),
        Example::new("the pets of a status", |_| keys::pet_of_status(PetStatus::Available, NUMBER)),
        Example::new("the pets of a tag", |of| keys::pet_of_tag(&of.text, NUMBER)),
        Example::new("the number of pets of a status", |_| keys::stock(PetStatus::Sold, '1')),
        Example::new("an order", |_| keys::order(-1)),
        Example::new("a user", |of| keys::user(&of.text)),
        Example::new("the last number that was given out", |_| {
            keys::last_number(keys::Numbered::Orders)
        }),
        Example::new("that the samples are there", |_| keys::pet_samples()),
    ],
    export: &[],
    tasks: tasks::TASKS,
    fixture: None,
};

/// The id of the examples: larger than what a JavaScript number can hold.
const NUMBER: i64 = 9_007_199_254_740_993;
