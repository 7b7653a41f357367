//! One-time codes: how a code is drawn, stored, tried and spent.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `OTP#<challenge>` | `CHALLENGE` | a sent code, with its tries; expires |

pub mod keys;
pub(crate) mod model;
pub(crate) mod settings;
pub(crate) mod store;

use table::IndexList;

use crate::domain::{
    Action::{Delete, Put, QueryIndex, Update},
    Domain, Prefix, RecordKind,
    clean_up::Task,
    erasure::Erased,
    example::Example,
};

pub use model::{BudgetShares, Challenge, Purpose, draw_code};
pub use settings::{AppHashSettings, CodeSettings, CountrySettings, TestNumber};
pub use store::{Reserved, spend_code};

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "otp",
    owns: "one-time codes",
    invariants: "A try is reserved before the code is compared, so parallel guesses cannot outrun \
        the count. A code is used in the transaction that creates the session. Codes are stored as \
        keyed hashes",
    prefixes: &[Prefix {
        name: "OTP#",
        grants: &[
            ("auth", &[Put, Delete]),
            ("customer", &[Update, Delete]),
            ("cleanup", &[Delete, QueryIndex]),
        ],
        erased: Erased::Nothing("a code has its phone as a hash, and expires within minutes"),
    }],
    records: &[RecordKind::of::<Challenge>()],
    examples: &[Example::new("a sent code", |of| keys::challenge(of.id()))],
    export: &[],
    tasks: &[Task::expired("codes", IndexList("OTP#DUE"))],
    fixture: None,
};
