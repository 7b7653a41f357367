//! Corrections: an entry that brings a ledger and its balance into agreement again. Pure.
//!
//! Invariants: a correction never changes an entry that is there. The balance after it is sound,
//! and the sum of all deltas, its own included, is that balance. It is stored as a credit or a
//! debit, so every reader of entries knows it. What it leaves wrong in older entries is accepted
//! by name, and only that: the audit reports every other break.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    ids::EntryId,
    random::Random,
    wallet::{Balance, Break, Currency, Entry, Funds, Kind, Listed, MOST, Tally, Wallet, keys},
};

/// The most broken entries that a wallet accepts, so that it stays one small item.
pub const MOST_ACCEPTED: usize = 100;

/// What is believed where a ledger and its balance disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The total is the sum of the entries' deltas, and what is held is the sum of the open holds.
    Entries,
    /// The total of the balance is what the customer has; the entries miss something. What is held
    /// is the sum of the open holds, since their money is taken out of it.
    Balance,
}

/// An entry as it is stored, with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminedEntry {
    /// Its sort key.
    pub sort: String,
    /// None where it cannot be read.
    pub entry: Option<Entry>,
    /// What is wrong, unless a correction has accepted it.
    pub broken: Option<Break>,
}

/// A wallet with all that its ledger says about one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Where the wallet is.
    pub listed: Listed,
    /// The wallet as it stood before its entries were read.
    pub wallet: Wallet,
    /// Of what currency.
    pub currency: Currency,
    /// The entries under this currency, in their order.
    pub entries: Vec<ExaminedEntry>,
    /// The sum of all entries of this currency.
    pub tally: Tally,
    /// The sum of the open holds.
    pub on_hold: i64,
    /// The newest entry in whatever currency.
    pub newest: Option<EntryId>,
}

/// What a correction changes, all in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The wallet after it.
    pub wallet: Wallet,
    /// The new entry.
    pub entry: Entry,
}

/// Why there is no correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCorrection {
    /// Ledger and balance agree.
    Agrees,
    /// The entries would be kept, but their sum is wrong: one is missing, copied or unreadable.
    SumUnknown,
    /// So many entries contradict the rules, and were not to be accepted.
    BrokenEntries(usize),
    /// More than [`MOST_ACCEPTED`] entries would be accepted.
    TooManyBroken,
    /// The balance that would be kept is below zero or above the bound.
    Unsound(Funds),
    /// The customer has left, and the wallet is about to be erased.
    Leaving,
}

impl Examined {
    /// What the balance says.
    pub fn funds(&self) -> Funds {
        self.wallet.funds(self.currency)
    }

    /// What is wrong with the balance.
    pub fn broken_balance(&self) -> Option<Break> {
        let balance = self.wallet.balances.get(&self.currency);
        let entries = balance.map_or(0, |balance| balance.entries);
        self.tally.break_of_balance(self.funds(), entries)
    }

    /// The sort keys of the entries that contradict the rules.
    pub fn broken_entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|found| found.broken.is_some()).map(|found| found.sort.as_str())
    }

    /// Whether the sum of the entries is not what the customer has: one of them is missing, counts
    /// twice or does not count. A correction that accepted such an entry has made up for it.
    fn is_sum_unknown(&self) -> bool {
        let makes_sum_wrong = |what| matches!(what, Break::Number | Break::Id | Break::Unreadable);
        self.entries.iter().filter_map(|found| found.broken).any(makes_sum_wrong)
    }

    /// The balance that a correction leaves.
    pub fn target(&self, keep: Keep) -> Funds {
        let total = match keep {
            Keep::Balance => self.funds().total(),
            Keep::Entries => self.tally.deltas,
        };
        Funds { available: total.saturating_sub(self.on_hold), held: self.on_hold }
    }

    /// The correction, or why there is none. `reference` is what the statement shows.
    pub fn correct(
        &self,
        keep: Keep,
        accept: bool,
        reference: String,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Correction, NoCorrection> {
        if self.wallet.closed && self.listed.customer.is_some() {
            return Err(NoCorrection::Leaving);
        }
        let broken: BTreeSet<String> = self.broken_entries().map(str::to_owned).collect();
        if broken.is_empty() && self.broken_balance().is_none() {
            return Err(NoCorrection::Agrees);
        }
        if keep == Keep::Entries && self.is_sum_unknown() {
            return Err(NoCorrection::SumUnknown);
        }
        if !broken.is_empty() && !accept {
            return Err(NoCorrection::BrokenEntries(broken.len()));
        }
        let after = self.target(keep);
        let delta = after.total().saturating_sub(self.tally.deltas);
        if !after.is_sound() || !(-MOST..=MOST).contains(&delta) {
            return Err(NoCorrection::Unsound(after));
        }
        let accepted: BTreeSet<String> =
            self.wallet.accepted.iter().cloned().chain(broken).collect();
        if accepted.len() > MOST_ACCEPTED {
            return Err(NoCorrection::TooManyBroken);
        }
        let entry = self.entry(after, delta, reference, now, random);
        let mut wallet = self.wallet.clone();
        let balance = Balance {
            available: after.available,
            held: after.held,
            entries: entry.number,
            updated: now,
        };
        wallet.balances.insert(self.currency, balance);
        (wallet.last, wallet.accepted) = (Some(entry.id), accepted);
        wallet.version += 1;
        wallet.mark_moved(now);
        Ok(Correction { wallet, entry })
    }

    fn entry(
        &self,
        after: Funds,
        delta: i64,
        reference: String,
        now: Timestamp,
        random: &dyn Random,
    ) -> Entry {
        let kind = Kind::of_correction(delta);
        let (debit_account, credit_account) = kind.accounts();
        let last = self.wallet.last.max(self.newest);
        Entry {
            id: EntryId::following(last, self.currency.number(), now, random),
            kind,
            currency: self.currency,
            number: self.tally.entries + 1,
            amount: delta.abs(),
            released: 0,
            delta,
            debit_account,
            credit_account,
            after,
            hold_id: None,
            reverses: None,
            until: None,
            reference: Some(reference),
            created: now,
            correction: true,
        }
    }
}

impl ExaminedEntry {
    /// Whether it counts among the entries of `currency`. A copy may be stored under another.
    pub(crate) fn is_of(&self, currency: Currency) -> bool {
        let own = self.entry.as_ref().map(|entry| entry.currency);
        own.or_else(|| keys::currency_in(&self.sort)) == Some(currency)
    }
}
