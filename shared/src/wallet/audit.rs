//! The audit of all wallets: that every balance is what its entries say, and every entry what the
//! ones before it say. `moved.rs` audits what has changed; this sweep finds in time what changed
//! without a movement.
//!
//! Protocol: ledgers stand in sixteen partitions of a list; a run takes up where the last one
//! stopped, also inside a wallet, and ends after so many entries. A wallet is compared as it stood
//! when it was first looked at: entries that came later are passed over, which their ids tell.
//! Invariant: it only reads, but for its own place. A wallet whose customer is being erased is
//! audited when that is done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Item, Query, SHARDS, SORT, Write, item, kinds, record};

use crate::{
    ids::{CustomerId, LedgerId},
    store::{Store, StoreError},
    wallet::{Break, Currency, Entry, Listed, Tally, Wallet, keys},
};

/// How many entries are read at once.
pub(super) const PAGE: usize = 200;
/// How many ledgers are read from the list at once.
const LEDGERS: usize = 25;
/// How many breaks of one wallet are told: after the first the others mostly follow from it.
const MOST_BREAKS: usize = 3;

/// Where an audit is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPlace {
    /// The partition of the list.
    shard: usize,
    /// The last ledger that is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<LedgerId>,
    /// The one that is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inside: Option<Inside>,
}

/// Where an audit is inside a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inside {
    pub(super) listed: Listed,
    /// The wallet as it stood at first.
    pub(super) wallet: Wallet,
    /// The last entry that is done, as its sort key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// What the entries so far sum up to.
    pub(super) sums: BTreeMap<Currency, Tally>,
    told: usize,
}

/// What was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerBreak {
    /// In which ledger.
    pub ledger: LedgerId,
    /// Whose it is; none where it names nobody.
    pub customer: Option<CustomerId>,
    /// In which currency, where that can be said.
    pub currency: Option<Currency>,
    /// At which entry; none: at the balance.
    pub entry: Option<String>,
    /// What.
    pub what: Break,
}

/// What a stretch of an audit saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audited {
    /// Wallets that were done in it.
    pub wallets: u64,
    /// Entries that were read.
    pub entries: u64,
    /// What was found wrong.
    pub breaks: Vec<LedgerBreak>,
}

kinds! { Progress: "audit" }

impl Store {
    /// Audits from `place` on until at least `most` entries are read or all ledgers are done; the
    /// place to go on from, or none.
    ///
    /// For each wallet two trips and one read unit, and half a read unit for each 4 KB of its
    /// entries.
    pub async fn audit_from(
        &self,
        place: AuditPlace,
        most: u64,
    ) -> Result<(Audited, Option<AuditPlace>), StoreError> {
        let mut audited = Audited::default();
        let mut place = place;
        loop {
            if let Some(inside) = place.inside.take() {
                let ledger = inside.listed.ledger;
                place.inside = self.audit_wallet(inside, most, &mut audited).await?;
                if place.inside.is_none() {
                    place.after = Some(ledger);
                    audited.wallets += 1;
                }
            } else {
                match self.next_ledgers(&mut place).await? {
                    None => return Ok((audited, None)),
                    Some(ledgers) => {
                        for listed in ledgers {
                            let ledger = listed.ledger;
                            if let Some(inside) = self.enter(listed, &mut audited).await? {
                                place.inside =
                                    self.audit_wallet(inside, most, &mut audited).await?;
                            }
                            if place.inside.is_some() {
                                break;
                            }
                            place.after = Some(ledger);
                            audited.wallets += 1;
                            if audited.entries >= most {
                                break;
                            }
                        }
                    }
                }
            }
            if audited.entries >= most {
                return Ok((audited, Some(place)));
            }
        }
    }

    /// Audits a stretch from where the last run stopped, and says every break in the log, by which
    /// an alarm goes off. Also returns when the last complete round through all ledgers began.
    ///
    /// The trips of [`Store::audit_from`], and two for the place: one read unit, one write unit or
    /// a few. Two runs at once do the same twice.
    pub async fn audit_next(
        &self,
        most: u64,
        now: Timestamp,
    ) -> Result<(Audited, Timestamp), StoreError> {
        let progress: Option<Progress> = self.table.get(keys::audit_place(), true).await?;
        let progress = progress.unwrap_or_default();
        let (audited, next) = self.audit_from(progress.place.clone(), most).await?;
        audited.log();
        let progress = progress.moved_on(next, now);
        let since = progress.since(now);
        let stored = item(keys::audit_place(), &progress)?;
        let _ = self.table.write(Write::put(stored)).await?;
        Ok((audited, since))
    }

    /// The next ledgers of the list; none at its end.
    async fn next_ledgers(
        &self,
        place: &mut AuditPlace,
    ) -> Result<Option<Vec<Listed>>, StoreError> {
        while let Some(digit) = SHARDS.chars().nth(place.shard) {
            let query =
                Query::of(keys::ledger_shard(digit)).after(place.after.map(keys::listed_ledger));
            let stretch = self.table.first(query, LEDGERS).await?;
            if !stretch.items.is_empty() {
                return stretch.items.into_iter().map(record).collect::<Result<_, _>>().map(Some);
            }
            (place.shard, place.after) = (place.shard + 1, None);
        }
        Ok(None)
    }

    /// Looks at a wallet for the first time; none where there is nothing to compare now.
    async fn enter(
        &self,
        listed: Listed,
        audited: &mut Audited,
    ) -> Result<Option<Inside>, StoreError> {
        let wallet = match self.wallet_at(&listed).await {
            Ok(wallet) => wallet,
            Err(StoreError::Corrupt(_)) => {
                audited.breaks.push(LedgerBreak::at(&listed, None, None, Break::Unreadable));
                None
            }
            Err(error) => return Err(error),
        };
        // One that its customer leaves is on its way to where it names nobody.
        let wallet = wallet.filter(|wallet| !wallet.closed || listed.customer.is_none());
        Ok(wallet.map(|wallet| Inside::new(listed, wallet)))
    }

    /// Goes on inside a wallet; none when it is done.
    pub(super) async fn audit_wallet(
        &self,
        mut inside: Inside,
        most: u64,
        audited: &mut Audited,
    ) -> Result<Option<Inside>, StoreError> {
        loop {
            let query = Query::of(inside.listed.partition())
                .beginning(keys::entries_of(None))
                .after(inside.from());
            let stretch = self.table.first(query.consistent(), PAGE).await?;
            let mut found = Vec::new();
            for item in stretch.items {
                let sort =
                    item.get(SORT).and_then(|sort| sort.as_s().ok()).cloned().unwrap_or_default();
                audited.entries += 1;
                found.extend(inside.compare(item, &sort));
                inside.after = Some(sort);
            }
            if !stretch.more {
                found.extend(inside.compare_sums());
            }
            if !found.is_empty() && inside.is_leaving(self).await? {
                return Ok(None);
            }
            inside.tell(found, audited);
            if !stretch.more {
                return Ok(None);
            }
            if audited.entries >= most {
                return Ok(Some(inside));
            }
        }
    }
}

/// The stored place.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    place: AuditPlace,
    /// When the last run ended.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    at: Timestamp,
    /// When this round through all ledgers began, where that is known.
    #[serde(
        default,
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        skip_serializing_if = "Option::is_none"
    )]
    began: Option<Timestamp>,
    /// When the last complete round began.
    #[serde(
        default,
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        skip_serializing_if = "Option::is_none"
    )]
    complete: Option<Timestamp>,
}

impl Progress {
    /// After a stretch at `now`, behind which the round goes on at `next` or is complete.
    fn moved_on(self, next: Option<AuditPlace>, now: Timestamp) -> Self {
        let began = self.began.or(Some(now));
        match next {
            Some(place) => Self { place, at: now, began, complete: self.complete },
            None => Self { place: AuditPlace::default(), at: now, began: None, complete: began },
        }
    }

    /// When the last complete round began; the first round, where none is complete.
    fn since(&self, now: Timestamp) -> Timestamp {
        self.complete.or(self.began).unwrap_or(now)
    }
}

impl Inside {
    pub(super) fn new(listed: Listed, wallet: Wallet) -> Self {
        Self { listed, wallet, after: None, sums: BTreeMap::new(), told: 0 }
    }

    pub(super) fn tell(&mut self, mut found: Vec<LedgerBreak>, audited: &mut Audited) {
        found.truncate(MOST_BREAKS.saturating_sub(self.told));
        self.told += found.len();
        audited.breaks.extend(found);
    }

    fn from(&self) -> Option<table::Key> {
        self.after.as_deref().map(|after| self.listed.place(after))
    }

    /// Whether the wallet is being erased by now, so that entries were not missing but moved.
    pub(super) async fn is_leaving(&self, store: &Store) -> Result<bool, StoreError> {
        let Some(customer) = self.listed.customer else { return Ok(false) };
        Ok(store.wallet(customer).await?.is_none_or(|wallet| wallet.closed))
    }

    pub(super) fn compare(&mut self, item: Item, sort: &str) -> Option<LedgerBreak> {
        let is_accepted = self.wallet.accepted.contains(sort);
        let Ok(entry) = record::<Entry>(item) else {
            let found = LedgerBreak::at(&self.listed, None, Some(sort), Break::Unreadable);
            return (!is_accepted).then_some(found);
        };
        if self.wallet.last.is_none_or(|last| entry.id > last) {
            return None;
        }
        let found = self.sums.entry(entry.currency).or_default().add(&entry, sort);
        found
            .filter(|_| !is_accepted)
            .map(|what| LedgerBreak::at(&self.listed, Some(entry.currency), Some(sort), what))
    }

    pub(super) fn compare_sums(&self) -> Vec<LedgerBreak> {
        let currencies: BTreeSet<Currency> =
            self.wallet.balances.keys().chain(self.sums.keys()).copied().collect();
        let wrong = |currency: Currency| {
            let sum = self.sums.get(&currency).copied().unwrap_or_default();
            let funds = self.wallet.funds(currency);
            let entries = self.wallet.balances.get(&currency).map_or(0, |balance| balance.entries);
            let what = sum.break_of_balance(funds, entries)?;
            Some(LedgerBreak::at(&self.listed, Some(currency), None, what))
        };
        currencies.into_iter().filter_map(wrong).collect()
    }
}

impl Audited {
    /// Says every break in the log, by which an alarm goes off.
    pub(super) fn log(&self) {
        self.breaks.iter().for_each(LedgerBreak::log);
    }
}

impl LedgerBreak {
    pub(super) fn at(
        listed: &Listed,
        currency: Option<Currency>,
        entry: Option<&str>,
        what: Break,
    ) -> Self {
        Self {
            ledger: listed.ledger,
            customer: listed.customer,
            currency,
            entry: entry.map(str::to_owned),
            what,
        }
    }

    /// One line that names nobody: the ledger's id follows from nothing.
    fn log(&self) {
        let currency = self.currency.map(Currency::code);
        tracing::error!(
            event = "ledger_broken",
            ledger = %self.ledger,
            currency,
            entry = self.entry,
            what = self.what.name(),
            "ledger"
        );
    }
}
