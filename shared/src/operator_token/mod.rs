//! Operator tokens that are spent: a token that moves money is good for one movement.
//!
//! | partition | sort | item |
//! | --- | --- | --- |
//! | `OPERATOR#<token>` | `SPENT` | that a token was used, and for which movement |
//!
//! The item is written in the movement's transaction, so a movement that is refused spends nothing,
//! and of two movements with one token only one happens. It names no customer, and outlives its
//! token.

pub mod keys;
pub(crate) mod model;
pub(crate) mod spending;

use table::IndexList;

use crate::domain::{
    Action::{Delete, Put, QueryIndex},
    Domain, Prefix, RecordKind,
    clean_up::Task,
    erasure::Erased,
    example::Example,
};

pub use model::{MoneyScope, TokenId};
pub use spending::Spending;

/// What this domain declares of itself.
pub const DOMAIN: Domain = Domain {
    name: "operator_token",
    owns: "spent operator tokens",
    invariants: "A token is spent in the transaction of its one movement, and stays spent until it \
        has expired",
    prefixes: &[Prefix {
        name: "OPERATOR#",
        grants: &[("wallet", &[Put]), ("cleanup", &[Delete, QueryIndex])],
        erased: Erased::Nothing("ids of tokens, which name nobody and expire within a day"),
    }],
    records: &[RecordKind::of::<spending::SpentToken>()],
    examples: &[Example::new("that an operator token was used", |of| keys::spent(of.id()))],
    export: &[],
    tasks: &[Task::expired("operator_tokens", IndexList("OPERATOR#DUE"))],
    fixture: None,
};
