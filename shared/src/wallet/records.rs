//! A wallet as a part of what is stored of a customer: its export, and its erasing, after which the
//! entries name nobody.
//!
//! Protocol of the erasing: entries move, each in one transaction, from the customer's partition to
//! one that is named by the ledger's own id, without the words that anybody wrote; holds and
//! reversals go, as the entries tell the same; the wallet goes last and takes the customer out of
//! the list of ledgers. So nothing of the books is ever in two places or in none, wherever the
//! erasing stops.

use table::{Committed, Item, Query, Transaction, Write, item, record, sort_in};

use crate::{
    customer_data::{ErasedPage, Placed, Record},
    ids::CustomerId,
    store::{Store, StoreError},
    wallet::{Entry, Hold, Listed, Wallet, keys},
};

/// How many items one transaction erases: two writes each, of the hundred that a transaction may
/// have.
const PAGE: usize = 25;

impl Store {
    /// Up to `most` items of a customer's wallet in the order of their places, from `after` on.
    pub(crate) async fn wallet_records(
        &self,
        customer: CustomerId,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let from = after.map(|place| keys::wallet_place(customer, place));
        let stretch = self
            .table
            .first(Query::of(keys::wallet_of(customer)).after(from).consistent(), most)
            .await?;
        let placed = |item: Item| {
            let place = place_of(&item);
            let record = match place.split_once('#') {
                Some(("ENTRY", _)) => Record::Entry(Box::new(record(item)?)),
                Some(("HOLD", _)) => Record::Hold(Box::new(record(item)?)),
                Some(_) => Record::Reversal(Box::new(record(item)?)),
                None => Record::Wallet(Box::new(record(item)?)),
            };
            Ok(Placed { place, record })
        };
        stretch.items.into_iter().map(placed).collect()
    }

    /// Takes up to 25 items from a customer's wallet. Three trips; two write units for each KB of
    /// an item, twice that for an entry or a hold.
    pub(crate) async fn erase_wallet_page(
        &self,
        customer: CustomerId,
    ) -> Result<ErasedPage, StoreError> {
        let Some(wallet) = self.wallet(customer).await? else { return Ok(ErasedPage::Last) };
        let stretch =
            self.table.first(Query::of(keys::wallet_of(customer)).consistent(), PAGE).await?;
        let mut writes: Vec<Write> = Vec::new();
        for item in stretch.items {
            let place = place_of(&item);
            match place.split_once('#') {
                None => {}
                Some(("ENTRY", _)) => writes.extend(move_entry(customer, &wallet, record(item)?)?),
                Some(("HOLD", _)) => writes.extend(erase_hold(customer, &record(item)?)),
                Some(_) => writes.push(Write::delete(keys::wallet_place(customer, &place))),
            }
        }
        let is_last = writes.is_empty();
        if is_last {
            writes = erase_head(customer, &wallet)?;
        }
        let mut transaction = Transaction::new();
        transaction.add_all(writes);
        match self.table.commit(transaction).await? {
            Committed::Done if is_last => Ok(ErasedPage::Last),
            Committed::Done => Ok(ErasedPage::More),
            Committed::Refused(_) => Err(StoreError::Conflict),
        }
    }
}

fn move_entry(
    customer: CustomerId,
    wallet: &Wallet,
    entry: Entry,
) -> Result<[Write; 2], StoreError> {
    let (currency, id) = (entry.currency, entry.id);
    let key = keys::former_entry(wallet.ledger, currency, id);
    let moved = item(key, "entry", &entry.nameless())?;
    Ok([Write::put(moved), Write::delete(keys::entry(customer, currency, id))])
}

/// A hold and its place on the list of those that end.
fn erase_hold(customer: CustomerId, hold: &Hold) -> [Write; 2] {
    let listed = Write::delete(keys::due_hold(hold.until, customer, hold.id));
    [Write::delete(keys::hold(customer, hold.id)), listed]
}

/// The wallet itself. One that never had an entry leaves no trace.
fn erase_head(customer: CustomerId, wallet: &Wallet) -> Result<Vec<Write>, StoreError> {
    let mut writes = vec![Write::delete(keys::wallet(customer))];
    if wallet.last.is_some() {
        let listed = Listed { ledger: wallet.ledger, customer: None };
        writes.push(Write::put(item(keys::former_wallet(wallet.ledger), "wallet", wallet)?));
        writes.push(Write::put(item(keys::listed_ledger(wallet.ledger), "ledger", &listed)?));
    }
    Ok(writes)
}

fn place_of(item: &Item) -> String {
    sort_in(item).to_owned()
}
