//! The entries of one currency, added up in their order. The audit and the corrections use the
//! same sum, so what a correction puts right is right for the audit.

use serde::{Deserialize, Serialize};

use crate::wallet::{Break, Entry, Funds, keys};

/// What the entries of a currency say so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The balance after the last entry.
    pub funds: Funds,
    /// The number of the last entry.
    pub entries: u64,
    /// The sum of all changes of the total.
    pub deltas: i64,
}

impl Tally {
    /// What the entries up to one say that is believed.
    pub(crate) fn at(entry: &Entry) -> Self {
        Self { funds: entry.after, entries: entry.number, deltas: entry.after.total() }
    }

    /// Adds the entry that is stored under `sort`, and returns the first thing that is wrong with
    /// it. The entry is then believed, so that one wrong number is reported once.
    pub(crate) fn add(&mut self, entry: &Entry, sort: &str) -> Option<Break> {
        let found = if sort == keys::entry_sort(entry.currency, entry.id) {
            self.break_at(entry)
        } else {
            Some(Break::Id)
        };
        *self = Self {
            funds: entry.after,
            entries: entry.number,
            deltas: self.deltas.saturating_add(entry.delta),
        };
        found
    }

    fn break_at(&self, entry: &Entry) -> Option<Break> {
        let number = self.entries + 1;
        if entry.correction {
            entry.break_of_correction(self.deltas, number)
        } else {
            entry.break_after(self.funds, number)
        }
    }

    /// What is wrong with the balance of a currency, given all of its entries.
    pub(crate) fn break_of_balance(&self, funds: Funds, entries: u64) -> Option<Break> {
        if !funds.is_sound() {
            return Some(Break::Bound);
        }
        let agrees = (funds, entries, funds.total()) == (self.funds, self.entries, self.deltas);
        (!agrees).then_some(Break::Sum)
    }
}
