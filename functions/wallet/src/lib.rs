//! The wallet: balances by currency, the ledger that they follow from, holds.
//!
//! Invariants: no customer gives itself money: credits and reversals take a token of the operator;
//! each change is one transaction of balance, entry, hold and the answer to a repetition, so
//! nothing happens by half or twice; a request under one key has one answer, also where
//! that is a refusal.

mod refusal;
mod request;
mod shown;
mod statement;

pub use request::{FIELDS_OF_TYPES, FieldsOfType, MovementKind};
use shared::{http::routes::Routes, routes, settings::Section};

/// The tag of the operations here, as the document's folders name it.
const TAG: &str = "Wallet";

routes! {
    /// The operations of this group.
    pub fn routes() -> Routes {
        Routes::of(env!("CARGO_CRATE_NAME"))
            .needs(&[Section::HOLDS])
    }

    bearer list::list_wallet_details.producing(&["application/json", statement::CSV]);
    bearer_or_operator update::update_wallet;
}
