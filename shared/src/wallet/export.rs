//! The wallet with its ledger in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use table::{Item, Query, record, sort_in};
use utoipa::ToSchema;

use crate::{
    domain::export::{ExportPart, PageOf, Pages, Reading, Shown, Source, members},
    ids::{EntryId, LedgerId},
    store::StoreError,
    times::{in_millis, perhaps_in_millis},
    wallet::{
        Currency,
        balance::{Balance, Wallet},
        keys,
        ledger::{Entry, Hold, HoldStatus, Kind, LedgerAccount},
        store::Reversal,
    },
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] = &[ExportPart::of::<WalletExport>(Source::Pages(Pages {
    prefix: "WALLET#",
    read: |reading, page| read(reading, page).boxed(),
}))];

#[derive(Default, Serialize, ToSchema)]
struct WalletExport {
    /// The wallet's balances, on one of the pages; null on the others.
    #[schema(required)]
    wallet: Option<ExportedWallet>,
    /// The entries of the wallet's ledger.
    ledger: Vec<ExportedEntry>,
    /// Money that was put aside.
    holds: Vec<ExportedHold>,
    /// Which entries were taken back by which.
    reversals: Vec<ExportedReversal>,
}

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

async fn read(
    Reading { store, customer, .. }: Reading<'_>,
    PageOf { after, most }: PageOf<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let after = after.map(|position| keys::wallet_place(customer, position));
    let query = Query::of(keys::wallet_of(customer)).after(after);
    store.table.first(query, most).await?.items.into_iter().map(show).collect()
}

fn show(item: Item) -> Result<Shown, StoreError> {
    let position = sort_in(&item).to_owned();
    let mut part = WalletExport::default();
    match position.split_once('#') {
        Some(("ENTRY", _)) => part.ledger.push(record::<Entry>(item)?.into()),
        Some(("HOLD", _)) => part.holds.push(record::<Hold>(item)?.into()),
        Some(_) => part.reversals.push(record::<Reversal>(item)?.into()),
        None => part.wallet = Some(record::<Wallet>(item)?.into()),
    }
    Ok(Shown { position, members: members(&part)? })
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
