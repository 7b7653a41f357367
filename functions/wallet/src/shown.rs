//! Balances and entries as answers show them. Amounts are minor units; `exponent` says how many
//! decimals they have.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    ids::EntryId,
    times::{in_millis, perhaps_in_millis},
    wallet::{Balance, Currency, Entry, Funds, Kind, LedgerAccount, Wallet},
};
use utoipa::ToSchema;

/// The balance of one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub struct BalanceOut {
    /// ISO 4217.
    #[schema(value_type = String)]
    currency: Currency,
    /// How many decimals an amount has: 2 for USD, 3 for KWD, none for JPY.
    exponent: u16,
    /// The amount that can be spent.
    available: i64,
    /// The amount that is set aside by holds.
    held: i64,
    /// `available` and `held` together.
    total: i64,
    /// The time of the newest entry.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

/// One entry of the ledger. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryOut {
    #[schema(value_type = String, format = "uuid")]
    id: EntryId,
    #[serde(rename = "type")]
    kind: Kind,
    /// ISO 4217.
    #[schema(value_type = String)]
    currency: Currency,
    /// How many decimals an amount has.
    exponent: u16,
    /// The amount that moves from the debited to the credited account.
    amount: i64,
    /// By how much the total changes.
    delta: i64,
    /// The part of a captured hold that is available again.
    released: i64,
    debit_account: LedgerAccount,
    credit_account: LedgerAccount,
    balance_after: BalanceAfter,
    /// The hold that this entry opens or settles.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    hold_id: Option<EntryId>,
    /// The entry that this one reverses.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    entry_id: Option<EntryId>,
    /// When the hold is released by itself, if this entry opens one.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    expires: Option<Timestamp>,
    #[schema(required)]
    reference: Option<String>,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
}

/// The balance of the entry's currency after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceAfter {
    available: i64,
    held: i64,
    total: i64,
}

impl BalanceOut {
    /// The balances of a wallet, by currency; of one alone where that is asked for.
    pub(crate) fn all(wallet: &Wallet, only: Option<Currency>) -> Vec<Self> {
        let wanted = wallet
            .balances
            .iter()
            .filter(|(currency, _)| only.is_none_or(|only| only == **currency));
        wanted.map(|(currency, balance)| Self::new(*currency, balance)).collect()
    }

    pub(crate) fn new(currency: Currency, balance: &Balance) -> Self {
        Self {
            currency,
            exponent: currency.exponent(),
            available: balance.available,
            held: balance.held,
            total: balance.funds().total(),
            updated: balance.updated,
        }
    }
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        let Funds { available, held } = entry.after;
        Self {
            id: entry.id,
            kind: entry.kind,
            currency: entry.currency,
            exponent: entry.currency.exponent(),
            amount: entry.amount,
            delta: entry.delta,
            released: entry.released,
            debit_account: entry.debit_account,
            credit_account: entry.credit_account,
            balance_after: BalanceAfter { available, held, total: entry.after.total() },
            hold_id: entry.hold_id,
            entry_id: entry.reverses,
            expires: entry.until,
            reference: entry.reference,
            created: entry.created,
        }
    }
}

/// A balance for the documentation.
pub(crate) fn example_balance() -> serde_json::Value {
    serde_json::json!({"currency": "KWD", "exponent": 3, "available": 10_750, "held": 1_000,
        "total": 11_750, "updated": "2026-11-22T10:05:00.000Z"})
}

/// An entry for the documentation.
pub(crate) fn example_entry() -> serde_json::Value {
    serde_json::json!({"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8d9e", "type": "debit",
        "currency": "KWD", "exponent": 3, "amount": 1_250, "delta": -1_250, "released": 0,
        "debit_account": "wallet:available", "credit_account": "outside:payments",
        "balance_after": {"available": 10_750, "held": 1_000, "total": 11_750},
        "hold_id": null, "entry_id": null, "expires": null, "reference": "Order 1042",
        "created": "2026-11-22T10:05:00.000Z"})
}
