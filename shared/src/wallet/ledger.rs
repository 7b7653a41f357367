//! The ledger of a wallet: immutable entries, each of which names the account that is debited and
//! the one that is credited.
//!
//! Invariants: an entry carries the balance after it, which follows from the balance after the
//! entry before of its currency by the rule of its kind; entries of a currency are numbered from 1
//! without a gap, and their ids rise with their numbers. A correction is the exception: the balance
//! after it is the sum of all deltas, whatever the entry before says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ids::EntryId, wallet::Currency};

/// The most minor units that an amount or a balance may be: what JavaScript's numbers hold exactly.
pub const MOST: i64 = 9_007_199_254_740_991;

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Money comes in.
    Credit,
    /// Money is spent.
    Debit,
    /// Money is put aside.
    Hold,
    /// Money that was put aside is spent; what is left of it is free again.
    Capture,
    /// Money that was put aside is free again.
    Release,
    /// A credit, a debit or a capture is taken back.
    Reverse,
    /// All money is given up, as the customer leaves.
    Forfeit,
}

/// An account that an entry names. Those outside the wallet are names alone: no item holds their
/// balance, so that none is written by all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum LedgerAccount {
    /// What the customer may spend.
    #[serde(rename = "wallet:available")]
    Available,
    /// What the customer has put aside.
    #[serde(rename = "wallet:held")]
    Held,
    /// Where credits come from.
    #[serde(rename = "outside:funding")]
    Funding,
    /// Where debits and captures go.
    #[serde(rename = "outside:payments")]
    Payments,
    /// Where what is given up goes.
    #[serde(rename = "outside:forfeited")]
    Forfeited,
}

/// Money of one currency, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// The amount that can be spent.
    pub available: i64,
    /// The amount that is set aside by holds.
    pub held: i64,
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, which says the currency, too.
    pub id: EntryId,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Its place among the entries of its currency, from 1.
    pub number: u64,
    /// What moves from the debited to the credited account; above 0.
    pub amount: i64,
    /// What becomes free again of a hold that is captured in part.
    #[serde(default)]
    pub released: i64,
    /// By how much the total changes.
    pub delta: i64,
    /// Where the amount comes from.
    pub debit_account: LedgerAccount,
    /// Where the amount goes.
    pub credit_account: LedgerAccount,
    /// The balance after it.
    pub after: Funds,
    /// The hold that this entry opens or settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_id: Option<EntryId>,
    /// The entry that this one reverses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<EntryId>,
    /// Until when the hold that it opens lasts.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub until: Option<Timestamp>,
    /// The words of whoever asked for it, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was written.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// Whether an operator wrote it to bring ledger and balance into agreement again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correction: bool,
}

/// How a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldStatus {
    /// The money is put aside.
    Open,
    /// It was spent.
    Captured,
    /// It is free again.
    Released,
    /// It is free again, since nobody settled the hold in time.
    Expired,
}

/// Money that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The id of the entry that opened it.
    pub id: EntryId,
    /// The currency of its amount.
    pub currency: Currency,
    /// How much was put aside.
    pub amount: i64,
    /// How it stands.
    pub status: HoldStatus,
    /// From when on it can only be released.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

/// What is wrong with an entry or a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// An entry is missing before this one, or stands twice.
    Number,
    /// The id is not of the entry's currency, or the key not of its id.
    Id,
    /// Amount, delta or accounts are not what its kind has.
    Rule,
    /// The balance after it does not follow from the one before.
    BalanceAfter,
    /// A balance is below zero or above the bound.
    Bound,
    /// The wallet's balance is not what its entries sum up to.
    Sum,
    /// An entry that cannot be read.
    Unreadable,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Funds {
    /// Available and held together.
    pub fn total(self) -> i64 {
        self.available.saturating_add(self.held)
    }

    /// Whether no part is below zero and the total is within the bound.
    pub fn is_sound(self) -> bool {
        self.available >= 0 && self.held >= 0 && self.total() <= MOST
    }

    /// The funds after a change of both parts.
    pub fn changed_by(self, available: i64, held: i64) -> Self {
        Self {
            available: self.available.saturating_add(available),
            held: self.held.saturating_add(held),
        }
    }
}

impl Kind {
    /// Whether it can be taken back.
    pub fn is_reversible(self) -> bool {
        matches!(self, Self::Credit | Self::Debit | Self::Capture)
    }

    /// How a correction is stored that changes the total by `delta`.
    pub fn of_correction(delta: i64) -> Self {
        if delta < 0 { Self::Debit } else { Self::Credit }
    }

    /// The debited and the credited account; a reversal's follow from what it takes back.
    pub fn accounts(self) -> (LedgerAccount, LedgerAccount) {
        use LedgerAccount::{Available, Forfeited, Funding, Held, Payments};
        match self {
            Self::Credit => (Funding, Available),
            Self::Debit | Self::Reverse => (Available, Payments),
            Self::Hold => (Available, Held),
            Self::Capture => (Held, Payments),
            Self::Release => (Held, Available),
            Self::Forfeit => (Available, Forfeited),
        }
    }
}

impl Entry {
    /// The first thing that is wrong with it, coming after `before`, its number to be `number`.
    pub fn break_after(&self, before: Funds, number: u64) -> Option<Break> {
        if self.number != number {
            return Some(Break::Number);
        }
        if self.id.currency() != self.currency.number() {
            return Some(Break::Id);
        }
        if !self.keeps_the_rule_of_its_kind(before) {
            return Some(Break::Rule);
        }
        let (available, held) = match self.kind {
            Kind::Credit => (self.amount, 0),
            Kind::Debit => (-self.amount, 0),
            Kind::Hold => (-self.amount, self.amount),
            Kind::Capture => (self.released, -self.amount - self.released),
            Kind::Release => (self.amount, -self.amount),
            Kind::Reverse => (self.delta, 0),
            Kind::Forfeit => (-before.available, -before.held),
        };
        if self.after != before.changed_by(available, held) {
            return Some(Break::BalanceAfter);
        }
        (!self.after.is_sound()).then_some(Break::Bound)
    }

    fn keeps_the_rule_of_its_kind(&self, before: Funds) -> bool {
        let delta = match self.kind {
            Kind::Credit => self.amount,
            Kind::Reverse if self.delta > 0 => self.amount,
            Kind::Debit | Kind::Capture | Kind::Forfeit | Kind::Reverse => -self.amount,
            Kind::Hold | Kind::Release => 0,
        };
        let accounts = match self.kind {
            Kind::Reverse if self.delta > 0 => (LedgerAccount::Payments, LedgerAccount::Available),
            Kind::Reverse => (LedgerAccount::Available, LedgerAccount::Funding),
            other => other.accounts(),
        };
        (1..=MOST).contains(&self.amount)
            && (0..=MOST).contains(&self.released)
            && (self.released == 0 || self.kind == Kind::Capture)
            && self.delta == delta
            && (self.debit_account, self.credit_account) == accounts
            && (self.kind != Kind::Forfeit || self.amount == before.total())
    }

    /// The first thing that is wrong with a correction that comes after entries with this sum of
    /// deltas. Its balance follows from no entry; it has to be the new sum.
    pub fn break_of_correction(&self, deltas: i64, number: u64) -> Option<Break> {
        if self.number != number {
            return Some(Break::Number);
        }
        if self.id.currency() != self.currency.number() {
            return Some(Break::Id);
        }
        let kind = Kind::of_correction(self.delta);
        let keeps_the_rule = (self.kind, self.amount) == (kind, self.delta.saturating_abs())
            && (self.debit_account, self.credit_account) == kind.accounts()
            && self.amount <= MOST
            && self.released == 0;
        if !keeps_the_rule {
            return Some(Break::Rule);
        }
        if self.after.total() != deltas.saturating_add(self.delta) {
            return Some(Break::BalanceAfter);
        }
        (!self.after.is_sound()).then_some(Break::Bound)
    }

    /// Whether it can be taken back. A correction of nothing cannot.
    pub fn is_reversible(&self) -> bool {
        self.kind.is_reversible() && self.amount > 0
    }
}

impl Break {
    /// In the log and to the operator.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Id => "id",
            Self::Rule => "rule",
            Self::BalanceAfter => "balance_after",
            Self::Bound => "bound",
            Self::Sum => "sum",
            Self::Unreadable => "unreadable",
        }
    }
}
