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

use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Item, Key, Query, item, number, record, text};

use crate::{
    idempotency::{NewAnswer, Once, StoredAnswer},
    ids::{CustomerId, EntryId, LedgerId},
    paging::Span,
    store::{Store, StoreError, transaction::Verdict},
    wallet::{Closing, Currency, Entry, Hold, HoldStatus, Posting, Wallet, keys},
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

/// What a part of a movement's transaction is, to tell what its refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Wallet,
    Entry,
    Hold,
    Reversal,
    Unconditional,
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
        stretch.items.into_iter().map(record).collect()
    }

    /// Writes a movement, and its answer where it has one: all or nothing.
    ///
    /// One trip. Two write units for each KB of the wallet, of the entry and of the answer, so six
    /// for most; two more for a hold and two for its place on the list of those that end; two more
    /// for a reversal, and for the first entry of a wallet.
    pub async fn post(
        &self,
        customer: CustomerId,
        posting: &Posting,
        answer: Option<&NewAnswer>,
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let (parts, effects): (Vec<Part>, Vec<TransactWriteItem>) =
            self.parts_of(customer, posting)?.into_iter().unzip();
        let once = match self.transact_once_or_conflict(answer, effects, now).await {
            Err(StoreError::Conflict) => return Ok(Posted::Busy),
            once => once?,
        };
        let verdicts = match once {
            Once::Done => return Ok(Posted::Done),
            Once::Replayed(answer) => return Ok(Posted::Replayed(answer)),
            Once::Reused => return Ok(Posted::Reused),
            Once::Refused(verdicts) => verdicts,
        };
        let mut moved = None;
        for (part, verdict) in parts.into_iter().zip(verdicts) {
            let Verdict::Failed(stored) = verdict else { continue };
            match part {
                Part::Hold => return Ok(Posted::HoldSettled),
                Part::Reversal => return Ok(Posted::AlreadyReversed),
                Part::Wallet => moved = Some(stored.map(record).transpose()?),
                Part::Entry | Part::Unconditional => {}
            }
        }
        // An entry alone that stands there already would be one of a wallet of the same version:
        // there is none.
        Ok(moved.map_or(Posted::Busy, Posted::Moved))
    }

    fn parts_of(
        &self,
        customer: CustomerId,
        posting: &Posting,
    ) -> Result<Vec<(Part, TransactWriteItem)>, StoreError> {
        let Posting { wallet, entry, hold } = posting;
        let mut parts = vec![
            (Part::Wallet, self.replace_wallet(customer, wallet)?),
            (
                Part::Entry,
                self.put_new(item(
                    keys::entry(customer, entry.currency, entry.id),
                    "entry",
                    entry,
                )?)?,
            ),
        ];
        if let Some(hold) = hold {
            let stored = item(keys::hold(customer, hold.id), "hold", hold)?;
            let due = DueHold { customer, hold: hold.id, until: hold.until };
            if hold.status == HoldStatus::Open {
                parts.push((Part::Hold, self.put_new(stored)?));
                let listed = item(keys::due_hold(hold.until, customer, hold.id), "due_hold", &due)?;
                parts.push((Part::Unconditional, self.put_any(listed)?));
            } else {
                parts.push((Part::Hold, self.settle_hold(stored)?));
                parts.push((
                    Part::Unconditional,
                    self.delete_any(keys::due_hold(hold.until, customer, hold.id))?,
                ));
            }
        }
        if let Some(reversed) = entry.reverses {
            let reversal = Reversal { entry: reversed, by: entry.id };
            parts.push((
                Part::Reversal,
                self.put_new(item(keys::reversal(customer, reversed), "reversal", &reversal)?)?,
            ));
        }
        if wallet.version == 1 {
            let listed = Listed { ledger: wallet.ledger, customer: Some(customer) };
            parts.push((
                Part::Unconditional,
                self.put_any(item(keys::listed_ledger(wallet.ledger), "ledger", &listed)?)?,
            ));
        }
        Ok(parts)
    }

    /// The parts of a transaction that close the wallet of a customer who leaves; the first of them
    /// has the condition. `None`: an account from before there were wallets.
    pub(crate) fn close_wallet(
        &self,
        customer: CustomerId,
        closing: &Closing,
        is_there: bool,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Closing { wallet, entries } = closing;
        let replaced = if is_there {
            self.replace_wallet(customer, wallet)?
        } else {
            self.put_new(wallet_item(customer, wallet)?)?
        };
        let mut parts = vec![replaced];
        for entry in entries {
            parts.push(self.put_new(item(
                keys::entry(customer, entry.currency, entry.id),
                "entry",
                entry,
            )?)?);
        }
        Ok(parts)
    }

    /// The part of a transaction that makes the wallet of a new account.
    pub(crate) fn make_wallet(
        &self,
        customer: CustomerId,
        wallet: &Wallet,
    ) -> Result<TransactWriteItem, StoreError> {
        self.put_new(wallet_item(customer, wallet)?)
    }

    /// The part of a transaction that writes a wallet in place of its version before.
    fn replace_wallet(
        &self,
        customer: CustomerId,
        wallet: &Wallet,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(wallet_item(customer, wallet)?))
            .condition_expression("#version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", number(wallet.version - 1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn settle_hold(&self, hold: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(hold))
            .condition_expression("#status = :open")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":open", text("open"))
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The part of a transaction that writes whatever stands there.
    pub(crate) fn put_any(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The part of a transaction that deletes whatever stands there.
    pub(crate) fn delete_any(&self, key: Key) -> Result<TransactWriteItem, StoreError> {
        let key = Some(key.into_item());
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(key)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

fn wallet_item(customer: CustomerId, wallet: &Wallet) -> Result<Item, StoreError> {
    item(keys::wallet(customer), "wallet", wallet)
}
