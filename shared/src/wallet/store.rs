//! Wallets: balances, entries, holds. Each change is one transaction of everything that it changes.
//!
//! Protocol: a movement is worked out on the wallet as it was read, and its transaction has the
//! condition that the wallet is of that version still. Where it is not, the refusal hands over the
//! wallet as it stands, on which the movement is worked out anew; where another one is under way,
//! the wallet is read again after a while. So every balance is the one that its newest entry names,
//! and two writers never both change the same one.
//!
//! Invariants: a wallet is made with its account and never otherwise, and is closed in the
//! transaction that closes the account: nothing can be credited to nobody. An entry is never
//! written over.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{
    DUE, Item, Key, Part, Query, Transaction, Verdict, Write, item, kinds, number, record, records,
    text,
};

use crate::{
    idempotency::{NewAnswer, Once, StoredAnswer},
    ids::{CustomerId, EntryId, LedgerId},
    operator_token::Spending,
    paging::Span,
    store::{Store, StoreError},
    wallet::{Currency, Entry, Hold, HoldStatus, Posting, Wallet, keys},
};

/// What came of writing a movement.
#[derive(Debug)]
pub enum Posted {
    /// Written, with its answer.
    Done,
    /// The request had its effect before, and this was answered.
    Replayed(StoredAnswer),
    /// The key was used for another request.
    Reused,
    /// Another movement came between: the wallet as it stands; none where it is gone.
    Moved(Option<Wallet>),
    /// Another movement is under way: the wallet has to be read again.
    Busy,
    /// Somebody else settled the hold.
    HoldSettled,
    /// Somebody else took the entry back.
    AlreadyReversed,
    /// The operator token was spent on another movement.
    TokenSpent,
}

/// That an entry was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// The entry.
    pub entry: EntryId,
    /// The one that takes it back.
    pub by: EntryId,
}

/// A wallet on the list of all, by its ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The ledger.
    pub ledger: LedgerId,
    /// Whose it is; none once its entries name nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
}

impl Listed {
    /// The partition of the wallet and its entries.
    pub(crate) fn partition(&self) -> String {
        self.customer.map_or_else(|| keys::former_wallet_of(self.ledger), keys::wallet_of)
    }

    /// The key of the wallet.
    pub fn wallet_key(&self) -> Key {
        self.customer.map_or_else(|| keys::former_wallet(self.ledger), keys::wallet)
    }

    /// An item of the wallet's partition.
    pub(crate) fn place(&self, place: &str) -> Key {
        match self.customer {
            Some(customer) => keys::wallet_place(customer, place),
            None => keys::former_wallet_place(self.ledger, place),
        }
    }

    pub(crate) fn entry_key(&self, currency: Currency, id: EntryId) -> Key {
        match self.customer {
            Some(customer) => keys::entry(customer, currency, id),
            None => keys::former_entry(self.ledger, currency, id),
        }
    }
}

/// A hold on the list of those that end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueHold {
    /// Whose it is.
    pub customer: CustomerId,
    /// The hold.
    pub hold: EntryId,
    /// When it ends.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

/// The parts of a movement's transaction whose refusals mean something.
struct Parts {
    wallet: Part,
    hold: Part,
    reversal: Part,
}

kinds! {
    Wallet: "wallet",
    Entry: "entry",
    Reversal: "reversal",
    Listed: "ledger",
    Hold: "hold",
    DueHold: "due_hold",
}

impl Store {
    /// A customer's wallet, strongly consistent. One trip, one read unit for each 4 KB.
    pub async fn wallet(&self, customer: CustomerId) -> Result<Option<Wallet>, StoreError> {
        self.table.get(keys::wallet(customer), true).await
    }

    /// A customer's hold, strongly consistent. One trip, one read unit.
    pub async fn hold(
        &self,
        customer: CustomerId,
        id: EntryId,
    ) -> Result<Option<Hold>, StoreError> {
        self.table.get(keys::hold(customer, id), true).await
    }

    /// A customer's entry and whether it was taken back, strongly consistent. One trip, two read
    /// units; none where the id is of no currency.
    pub async fn entry(
        &self,
        customer: CustomerId,
        id: EntryId,
    ) -> Result<Option<(Entry, bool)>, StoreError> {
        let Some(currency) = Currency::of_number(id.currency()) else { return Ok(None) };
        let entry = self.table.get::<Entry>(keys::entry(customer, currency, id), true);
        let reversal = self.table.get::<Reversal>(keys::reversal(customer, id), true);
        let (entry, reversal) = tokio::try_join!(entry, reversal)?;
        Ok(entry.map(|entry| (entry, reversal.is_some())))
    }

    /// A stretch of the entries of one currency, strongly consistent, newest first unless the span
    /// runs backward; its position is an entry's id. One trip, one read unit for each 4 KB.
    pub async fn entries(
        &self,
        customer: CustomerId,
        currency: Currency,
        span: &Span,
    ) -> Result<Vec<Entry>, StoreError> {
        let from = span
            .from
            .as_deref()
            .and_then(|id| id.parse().ok())
            .map(|id| keys::entry(customer, currency, id));
        let query =
            Query::of(keys::wallet_of(customer)).beginning(keys::entries_of(Some(currency)));
        self.entries_by(query.after(from), span).await
    }

    /// A stretch of the entries of several currencies, newest first over all. The trip of
    /// [`Store::entries`], for each currency at once.
    pub async fn entries_of_all(
        &self,
        customer: CustomerId,
        currencies: &[Currency],
        span: &Span,
    ) -> Result<Vec<Entry>, StoreError> {
        let each = currencies.iter().map(|currency| self.entries(customer, *currency, span));
        let mut all: Vec<Entry> = try_join_all(each).await?.into_iter().flatten().collect();
        all.sort_by_key(|entry| entry.id);
        if !span.backward {
            all.reverse();
        }
        all.truncate(span.limit);
        Ok(all)
    }

    /// The newest entries of the currency that comes last, which are all where there is but one.
    /// One trip.
    pub async fn entries_of_last_currency(
        &self,
        customer: CustomerId,
        span: &Span,
    ) -> Result<Vec<Entry>, StoreError> {
        self.entries_by(
            Query::of(keys::wallet_of(customer)).beginning(keys::entries_of(None)),
            span,
        )
        .await
    }

    async fn entries_by(&self, query: Query, span: &Span) -> Result<Vec<Entry>, StoreError> {
        let query = if span.backward { query } else { query.newest_first() };
        let stretch = self.table.first(query.consistent(), span.limit).await?;
        records(stretch.items)
    }

    /// Writes a movement, and its answer where it has one, and spends the operator's token where it
    /// takes one: all or nothing.
    ///
    /// One trip. Two write units for each KB of the wallet, of the entry and of the answer, so six
    /// for most; one more for the first since the wallet was audited; two more for a hold and two
    /// for its place on the list of those that end; two more for a reversal, for the first entry
    /// of a wallet, and for a token.
    pub async fn post(
        &self,
        customer: CustomerId,
        posting: &Posting,
        answer: Option<&NewAnswer>,
        spending: Option<&Spending>,
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let mut transaction = Transaction::new().with_patience(Duration::ZERO);
        let parts = add_posting(&mut transaction, customer, posting)?;
        let spends = spending.map(Spending::write).transpose()?;
        let spends = transaction.add_all(spends.into_iter().collect());
        let mut refusals = match self.try_commit_once(answer, transaction, now).await {
            Ok(Once::Refused(refusals)) => refusals,
            Ok(Once::Replayed(answer)) => return Ok(Posted::Replayed(answer)),
            Ok(Once::Reused) => return Ok(Posted::Reused),
            Ok(Once::Done) => return Ok(Posted::Done),
            Err(StoreError::Conflict) => return Ok(Posted::Busy),
            Err(error) => return Err(error),
        };
        if let (Some(spending), Verdict::Refused(stored)) = (spending, refusals.of(spends)) {
            let is_same = spending.is_of_same_movement(stored)?;
            return Ok(if is_same { Posted::Busy } else { Posted::TokenSpent });
        }
        if refusals.refused(parts.hold) {
            return Ok(Posted::HoldSettled);
        }
        if refusals.refused(parts.reversal) {
            return Ok(Posted::AlreadyReversed);
        }
        match refusals.of(parts.wallet) {
            Verdict::Refused(stored) => Ok(Posted::Moved(stored.map(record).transpose()?)),
            // The entry's id is taken, which is as good as never.
            Verdict::Held => Ok(Posted::Busy),
        }
    }
}

/// Adds the writes of a movement.
fn add_posting(
    transaction: &mut Transaction,
    customer: CustomerId,
    posting: &Posting,
) -> Result<Parts, StoreError> {
    let Posting { wallet, entry, hold } = posting;
    let replaced = transaction.add(replace_wallet(customer, wallet)?);
    let key = keys::entry(customer, entry.currency, entry.id);
    transaction.add(Write::new_item(item(key, entry)?));
    let hold = match hold {
        Some(hold) => add_hold(transaction, customer, hold)?,
        None => transaction.add_all(Vec::new()),
    };
    let reversal = match entry.reverses {
        Some(reversed) => {
            let reversal = Reversal { entry: reversed, by: entry.id };
            let key = keys::reversal(customer, reversed);
            transaction.add(Write::new_item(item(key, &reversal)?))
        }
        None => transaction.add_all(Vec::new()),
    };
    if wallet.version == 1 {
        let listed = Listed { ledger: wallet.ledger, customer: Some(customer) };
        transaction.add(Write::put(item(keys::listed_ledger(wallet.ledger), &listed)?));
    }
    Ok(Parts { wallet: replaced, hold, reversal })
}

/// Adds a new hold, or one that is settled, and its entry on the list of those that end.
fn add_hold(
    transaction: &mut Transaction,
    customer: CustomerId,
    hold: &Hold,
) -> Result<Part, StoreError> {
    let stored = item(keys::hold(customer, hold.id), hold)?;
    let listed = keys::due_hold(hold.until, customer, hold.id);
    if hold.status == HoldStatus::Open {
        let due = DueHold { customer, hold: hold.id, until: hold.until };
        transaction.add(Write::put(item(listed, &due)?));
        Ok(transaction.add(Write::new_item(stored)))
    } else {
        transaction.add(Write::delete(listed));
        Ok(transaction.add(Write::put(stored).when_is("status", text("open"))))
    }
}

/// Puts a wallet in place of its version before, and sees the wallet where refused.
pub(crate) fn replace_wallet(customer: CustomerId, wallet: &Wallet) -> Result<Write, StoreError> {
    replace_wallet_at(keys::wallet(customer), wallet)
}

/// The same, wherever the wallet is.
pub(crate) fn replace_wallet_at(key: Key, wallet: &Wallet) -> Result<Write, StoreError> {
    let put = Write::put(wallet_item(key, wallet)?);
    Ok(put.when_is("version", number(wallet.version - 1)).seeing_refused())
}

/// The item of a wallet, on the list of those to audit where it has moved.
pub(crate) fn wallet_item(key: Key, wallet: &Wallet) -> Result<Item, StoreError> {
    let listed = wallet.moved.map(|_| (DUE.to_owned(), text(keys::MOVED.partition_of(&key))));
    let mut item = item(key, wallet)?;
    item.extend(listed);
    Ok(item)
}
