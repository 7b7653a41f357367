//! The wallet with its ledger as the export shows it.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    http::times::{in_millis, perhaps_in_millis},
    ids::{EntryId, LedgerId},
    wallet::{Balance, Currency, Entry, Hold, HoldStatus, Kind, LedgerAccount, Reversal, Wallet},
};
use utoipa::ToSchema;

/// What a wallet holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWallet {
    /// What its entries are known by once they name nobody any more.
    #[schema(value_type = String, format = "uuid")]
    ledger: LedgerId,
    /// How often it changed.
    version: u64,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last_entry: Option<EntryId>,
    balances: Vec<ExportedBalance>,
    closed: bool,
}

/// What a wallet holds of one currency, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedBalance {
    #[schema(value_type = String)]
    currency: Currency,
    available: i64,
    held: i64,
    entries: u64,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

/// An entry of a ledger, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedEntry {
    #[schema(value_type = String, format = "uuid")]
    id: EntryId,
    #[serde(rename = "type")]
    kind: Kind,
    #[schema(value_type = String)]
    currency: Currency,
    /// Its place among those of its currency.
    number: u64,
    amount: i64,
    released: i64,
    delta: i64,
    debit_account: LedgerAccount,
    credit_account: LedgerAccount,
    available_after: i64,
    held_after: i64,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    hold_id: Option<EntryId>,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    entry_id: Option<EntryId>,
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
    #[schema(required)]
    reference: Option<String>,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
}

/// Money that was put aside.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedHold {
    #[schema(value_type = String, format = "uuid")]
    id: EntryId,
    #[schema(value_type = String)]
    currency: Currency,
    amount: i64,
    /// `open`, `captured`, `released` or `expired`.
    #[schema(value_type = String)]
    status: HoldStatus,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// That an entry was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedReversal {
    #[schema(value_type = String, format = "uuid")]
    entry: EntryId,
    #[schema(value_type = String, format = "uuid")]
    by: EntryId,
}

impl From<Wallet> for ExportedWallet {
    fn from(wallet: Wallet) -> Self {
        let balance = |(currency, balance): (Currency, Balance)| ExportedBalance {
            currency,
            available: balance.available,
            held: balance.held,
            entries: balance.entries,
            updated: balance.updated,
        };
        Self {
            ledger: wallet.ledger,
            version: wallet.version,
            last_entry: wallet.last,
            balances: wallet.balances.into_iter().map(balance).collect(),
            closed: wallet.closed,
        }
    }
}

impl From<Hold> for ExportedHold {
    fn from(hold: Hold) -> Self {
        let Hold { id, currency, amount, status, until } = hold;
        Self { id, currency, amount, status, until }
    }
}

impl From<Entry> for ExportedEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            currency: entry.currency,
            number: entry.number,
            amount: entry.amount,
            released: entry.released,
            delta: entry.delta,
            debit_account: entry.debit_account,
            credit_account: entry.credit_account,
            available_after: entry.after.available,
            held_after: entry.after.held,
            hold_id: entry.hold_id,
            entry_id: entry.reverses,
            until: entry.until,
            reference: entry.reference,
            created: entry.created,
        }
    }
}

impl From<Reversal> for ExportedReversal {
    fn from(Reversal { entry, by }: Reversal) -> Self {
        Self { entry, by }
    }
}
