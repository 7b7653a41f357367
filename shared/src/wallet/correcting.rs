//! Reading a whole ledger for its correction, and writing the correction.
//!
//! Protocol: the wallet is read first, then its entries and holds. The correction has the condition
//! that the wallet still has the version that was read, and each movement raises the version. So a
//! correction never overwrites a movement, and of two corrections at once one is written. Once it
//! is written, ledger and balance agree, and repeating it changes nothing. A movement between the
//! reads would make a sound wallet look broken, so the wallet is read again after them, and all is
//! read anew if its version differs.

use std::collections::BTreeMap;

use table::{Committed, Item, Query, Transaction, Write, item, record, sort_in};

use crate::{
    ids::{CustomerId, LedgerId},
    store::{Store, StoreError},
    wallet::{
        Break, Correction, Currency, Entry, Examined, ExaminedEntry, Hold, HoldStatus, Listed,
        Tally, Wallet, keys, store::replace_wallet_at,
    },
};

/// How often a ledger is read until no movement came between.
const MOST_READS: usize = 30;

impl Store {
    /// Where the wallet of a ledger is. One trip, one read unit.
    pub async fn listed_ledger(&self, ledger: LedgerId) -> Result<Option<Listed>, StoreError> {
        self.table.get(keys::listed_ledger(ledger), true).await
    }

    /// Where the wallet of a customer is; none without a wallet. One trip, one read unit.
    pub async fn ledger_of(&self, customer: CustomerId) -> Result<Option<Listed>, StoreError> {
        let wallet = self.wallet(customer).await?;
        Ok(wallet.map(|wallet| Listed { ledger: wallet.ledger, customer: Some(customer) }))
    }

    /// A wallet of which only the place is known; none where it is gone. One trip, one read unit.
    pub async fn wallet_at(&self, listed: &Listed) -> Result<Option<Wallet>, StoreError> {
        self.table.get(listed.wallet_key(), true).await
    }

    /// Reads a wallet and everything that its ledger says about a currency; none where the wallet
    /// is gone. Strongly consistent. Four trips and more for a long ledger, a read unit for each
    /// 4 KB of it; the same again after a movement in between.
    pub async fn examine(
        &self,
        listed: &Listed,
        currency: Currency,
    ) -> Result<Option<Examined>, StoreError> {
        let mut wallet = self.wallet_at(listed).await?;
        for _ in 0..MOST_READS {
            let Some(before) = wallet else { return Ok(None) };
            let examined = self.examine_once(listed, before, currency).await?;
            wallet = self.wallet_at(listed).await?;
            if wallet.as_ref().is_some_and(|after| after.version == examined.wallet.version) {
                return Ok(Some(examined));
            }
        }
        Err(StoreError::Conflict)
    }

    async fn examine_once(
        &self,
        listed: &Listed,
        wallet: Wallet,
        currency: Currency,
    ) -> Result<Examined, StoreError> {
        let all = |prefix: &str| Query::of(listed.partition()).beginning(prefix).consistent();
        let entries = self.table.all(all(&keys::entries_of(None))).await?;
        let holds = self.table.all(all(keys::HOLDS)).await?;
        let is_open = |hold: &Hold| hold.currency == currency && hold.status == HoldStatus::Open;
        let holds = holds.into_iter().map(record::<Hold>).collect::<Result<Vec<_>, _>>()?;
        let on_hold = holds.iter().filter(|hold| is_open(hold)).map(|hold| hold.amount).sum();
        let newest = entries.iter().filter_map(|item| keys::entry_in(sort_in(item))).max();
        let mut tallies = BTreeMap::<Currency, Tally>::new();
        let entries: Vec<ExaminedEntry> = entries
            .into_iter()
            .map(|item| examine_entry(item, &wallet, &mut tallies))
            .filter(|found| found.is_of(currency))
            .collect();
        let tally = tallies.get(&currency).copied().unwrap_or_default();
        let listed = listed.clone();
        Ok(Examined { listed, wallet, currency, entries, tally, on_hold, newest })
    }

    /// Writes a correction; false where the wallet changed since it was examined, and nothing was
    /// written. One trip, two write units for each KB of wallet and entry.
    pub async fn correct(
        &self,
        examined: &Examined,
        correction: &Correction,
    ) -> Result<bool, StoreError> {
        let (listed, Correction { wallet, entry }) = (&examined.listed, correction);
        let mut transaction = Transaction::new();
        transaction.add(replace_wallet_at(listed.wallet_key(), wallet)?);
        let key = listed.entry_key(entry.currency, entry.id);
        transaction.add(Write::new_item(item(key, entry)?));
        // A wallet without entries is not on the list yet.
        let key = keys::listed_ledger(listed.ledger);
        transaction.add(Write::put(item(key, listed)?));
        Ok(matches!(self.table.commit(transaction).await?, Committed::Done))
    }
}

fn examine_entry(
    item: Item,
    wallet: &Wallet,
    tallies: &mut BTreeMap<Currency, Tally>,
) -> ExaminedEntry {
    let sort = sort_in(&item).to_owned();
    let entry = record::<Entry>(item).ok();
    let broken = match &entry {
        Some(entry) => tallies.entry(entry.currency).or_default().add(entry, &sort),
        None => Some(Break::Unreadable),
    };
    let broken = broken.filter(|_| !wallet.accepted.contains(&sort));
    ExaminedEntry { sort, entry, broken }
}
