//! The audit of the wallets that have moved: what it reads follows the movements and not the
//! wallets.
//!
//! Protocol: a wallet's head has the mark up to which its ledger is audited. The first movement
//! after it puts the wallet on the list [`MOVED`](keys::MOVED) of the expiry index, in the same
//! write of the head; later ones keep the entry, which costs nothing. A run compares the entries
//! behind the mark with the entry before them and with the balance, then sets the mark and takes
//! the wallet off the list, under the condition that it has not moved meanwhile. If it has, the
//! wallet stays on the list as if it had moved since the run began.
//!
//! Invariants: a wallet is never off the list with an entry behind its mark. A movement that read
//! the head before the mark was set may write the older mark back, with the wallet on the list;
//! then the next run compares some entries twice. Functions of releases before the mark write the
//! head without it: then the sweep of all audits the wallet, or the next movement puts it on the
//! list.

use jiff::Timestamp;
use table::{DUE, DUE_AT, Item, Key, Query, Write, number, record, sort_in, text};

use super::audit::{Inside, PAGE};
use crate::{
    account::keys::customer_of,
    ids::EntryId,
    store::{Store, StoreError},
    wallet::{Audited, Break, Currency, Entry, LedgerBreak, Listed, Tally, Wallet, keys},
};

/// What the entries behind a mark are.
enum Behind {
    /// Compared.
    Compared,
    /// Not comparable with the entry at the mark alone. The whole ledger has to be read.
    NeedsAll,
}

impl Store {
    /// Audits what has changed in a wallet since its mark, tells every break in the log, and sets
    /// the mark; none where there is nothing to audit now.
    ///
    /// Four trips: one read unit for the wallet, and for each currency one for the entry at the
    /// mark and one for each 4 KB of entries behind it; a write unit for each KB of the wallet and
    /// one for its index entry. A ledger without a mark, or with a correction behind it, is read
    /// as a whole.
    pub async fn audit_moved(
        &self,
        key: Key,
        now: Timestamp,
    ) -> Result<Option<Audited>, StoreError> {
        let Some(item) = self.table.get_item(key.clone(), true).await? else { return Ok(None) };
        let ledger = item.get("ledger").and_then(|ledger| ledger.as_s().ok()?.parse().ok());
        let mut audited = Audited { wallets: 1, ..Audited::default() };
        let wallet = match (record::<Wallet>(item), ledger) {
            (Ok(wallet), _) => wallet,
            (Err(error), None) => return Err(error),
            (Err(_), Some(ledger)) => {
                let listed = Listed { ledger, customer: customer_of(&key) };
                audited.breaks.push(LedgerBreak::at(&listed, None, None, Break::Unreadable));
                audited.log();
                return Ok(Some(audited));
            }
        };
        let customer = customer_of(&key);
        let Some(last) = wallet.last else { return Ok(None) };
        if wallet.closed && customer.is_some() {
            return Ok(None);
        }
        let listed = Listed { ledger: wallet.ledger, customer };
        let mut inside = Inside::new(listed, wallet);
        if let Behind::NeedsAll = self.audit_behind_mark(&mut inside, &mut audited).await? {
            audited = Audited { wallets: 1, ..Audited::default() };
            let all = Inside::new(inside.listed.clone(), inside.wallet.clone());
            self.audit_wallet(all, u64::MAX, &mut audited).await?;
        }
        audited.log();
        self.set_mark(key, inside.wallet.version, last, now).await?;
        Ok(Some(audited))
    }

    /// Compares the entries behind the mark of a wallet.
    async fn audit_behind_mark(
        &self,
        inside: &mut Inside,
        audited: &mut Audited,
    ) -> Result<Behind, StoreError> {
        let Some(mark) = inside.wallet.audited else { return Ok(Behind::NeedsAll) };
        let currencies: Vec<Currency> = inside.wallet.balances.keys().copied().collect();
        let mut found = Vec::new();
        for currency in currencies {
            let Some(tally) = self.tally_at(&inside.listed, currency, mark).await? else {
                return Ok(Behind::NeedsAll);
            };
            inside.sums.insert(currency, tally);
            let mut after = Some(keys::behind_entry(currency, mark));
            while let Some(from) = after.take() {
                let query = Query::of(inside.listed.partition())
                    .beginning(keys::entries_of(Some(currency)))
                    .after(Some(inside.listed.place(&from)));
                let page = self.table.first(query.consistent(), PAGE).await?;
                after =
                    page.items.last().filter(|_| page.more).map(|last| sort_in(last).to_owned());
                for item in page.items {
                    if is_correction(&item) {
                        return Ok(Behind::NeedsAll);
                    }
                    let sort = sort_in(&item).to_owned();
                    audited.entries += 1;
                    found.extend(inside.compare(item, &sort));
                }
            }
        }
        found.extend(inside.compare_sums());
        if found.is_empty() || !inside.is_leaving(self).await? {
            inside.tell(found, audited);
        }
        Ok(Behind::Compared)
    }

    /// What the entries of a currency up to `mark` sum up to, by the last of them; none where that
    /// cannot be said.
    async fn tally_at(
        &self,
        listed: &Listed,
        currency: Currency,
        mark: EntryId,
    ) -> Result<Option<Tally>, StoreError> {
        let query = Query::of(listed.partition())
            .beginning(keys::entries_of(Some(currency)))
            .after(Some(listed.place(&keys::behind_entry(currency, mark))))
            .newest_first();
        let newest = self.table.first(query.consistent(), 1).await?.items.pop();
        Ok(match newest.map(record::<Entry>) {
            None => Some(Tally::default()),
            Some(Ok(entry)) => Some(Tally::at(&entry)),
            Some(Err(_)) => None,
        })
    }

    /// Sets the mark of a wallet. Where the wallet has moved since it was read, it stays on the
    /// list, as of the beginning of the run.
    async fn set_mark(
        &self,
        key: Key,
        version: u64,
        last: EntryId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mark = |change: &str| {
            Write::update(key.clone(), change).value(":last", text(last)).name("#due_at", DUE_AT)
        };
        let done = mark("SET audited = :last REMOVE #due, #due_at")
            .name("#due", DUE)
            .when_is("version", number(version));
        if self.table.write(done).await?.is_done() {
            return Ok(());
        }
        let moved = mark("SET audited = :last, #due_at = :now")
            .when("attribute_exists(#due_at)")
            .value(":now", number(now.as_second()));
        // Refused where the wallet is gone, or another run was faster.
        self.table.write(moved).await.map(drop)
    }
}

/// The balance after a correction follows from the sum of all entries, which the one at the mark
/// does not tell.
fn is_correction(item: &Item) -> bool {
    item.get("correction").is_some_and(|correction| correction.as_bool() == Ok(&true))
}
