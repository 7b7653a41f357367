//! Keys of wallets, their ledgers and holds.

use jiff::Timestamp;
use table::{IndexList, Key};

use crate::{
    ids::{CustomerId, EntryId, LedgerId},
    store::keys::last_digit,
    wallet::Currency,
};

/// Wallets that have moved since they were audited, by the first movement.
pub const MOVED: IndexList = IndexList("WALLET#MOVED");

/// The partition of a customer's wallet.
pub(crate) fn wallet_of(customer: CustomerId) -> String {
    format!("WALLET#{customer}")
}

/// A customer's wallet.
pub fn wallet(customer: CustomerId) -> Key {
    Key::new(wallet_of(customer), "WALLET")
}

/// An item of a customer's wallet at a place in the partition.
pub(crate) fn wallet_place(customer: CustomerId, place: &str) -> Key {
    Key::new(wallet_of(customer), place)
}

/// An entry of a customer's ledger.
pub fn entry(customer: CustomerId, currency: Currency, id: EntryId) -> Key {
    Key::new(wallet_of(customer), entry_sort(currency, id))
}

/// The place of an entry among the items of its wallet: by currency, then by age.
pub(crate) fn entry_sort(currency: Currency, id: EntryId) -> String {
    format!("ENTRY#{currency}#{id}")
}

/// The place right behind that of an entry. Of an entry of another currency: behind all entries
/// of `currency` that are older.
pub(crate) fn behind_entry(currency: Currency, id: EntryId) -> String {
    entry_sort(currency, id) + "~"
}

/// How the places of the entries of one currency, or of all, begin.
pub(crate) fn entries_of(currency: Option<Currency>) -> String {
    currency.map_or_else(|| "ENTRY#".to_owned(), |currency| format!("ENTRY#{currency}#"))
}

/// The currency in the place of an entry.
pub fn currency_in(sort: &str) -> Option<Currency> {
    sort.strip_prefix("ENTRY#")?.split('#').next()?.parse().ok()
}

/// The entry in its place.
pub(crate) fn entry_in(sort: &str) -> Option<EntryId> {
    currency_in(sort).and(sort.rsplit('#').next())?.parse().ok()
}

/// How the places of holds begin.
pub(crate) const HOLDS: &str = "HOLD#";

/// A hold by the entry that opened it.
pub fn hold(customer: CustomerId, id: EntryId) -> Key {
    Key::new(wallet_of(customer), format!("{HOLDS}{id}"))
}

/// That an entry was taken back.
pub fn reversal(customer: CustomerId, id: EntryId) -> Key {
    Key::new(wallet_of(customer), format!("REVERSAL#{id}"))
}

/// A hold on the list of those that end. All stand in sixteen partitions, by the last digit of the
/// customers' ids.
pub fn due_hold(until: Timestamp, customer: CustomerId, id: EntryId) -> Key {
    Key::new(
        due_shard(last_digit(&customer)),
        format!("TIME#{:015}#{customer}#{id}", until.as_millisecond().max(0)),
    )
}

/// The partition of the holds that end of customers whose ids end in `digit`.
pub(crate) fn due_shard(digit: char) -> String {
    format!("WALLET#DUE#{digit}")
}

/// A ledger on the list of all. They stand in sixteen partitions, by the last digit of their ids.
pub fn listed_ledger(ledger: LedgerId) -> Key {
    Key::new(ledger_shard(last_digit(&ledger)), format!("LEDGER#{ledger}"))
}

/// The partition of the ledgers whose ids end in `digit`.
pub(crate) fn ledger_shard(digit: char) -> String {
    format!("WALLET#ALL#{digit}")
}

/// The partition of a ledger that names nobody any more.
pub(crate) fn former_wallet_of(ledger: LedgerId) -> String {
    format!("WALLET#LEDGER#{ledger}")
}

/// The wallet of somebody who was erased.
pub fn former_wallet(ledger: LedgerId) -> Key {
    Key::new(former_wallet_of(ledger), "WALLET")
}

/// An item of a ledger that names nobody, at a place in the partition.
pub(crate) fn former_wallet_place(ledger: LedgerId, place: &str) -> Key {
    Key::new(former_wallet_of(ledger), place)
}

/// An entry of a ledger that names nobody.
pub fn former_entry(ledger: LedgerId, currency: Currency, id: EntryId) -> Key {
    Key::new(former_wallet_of(ledger), entry_sort(currency, id))
}

/// Where the audit of the wallets is.
pub fn audit_place() -> Key {
    Key::new("WALLET#AUDIT".to_owned(), "PLACE")
}
