//! A customer's wallet: what each movement does to its balances, and what is refused. Pure.
//!
//! Invariants: in each currency available ≥ 0, held ≥ 0, and available + held = total = the sum of
//! all deltas ≤ [`MOST`]; each change makes one entry and raises the version by one; a wallet that
//! is closed holds nothing and takes nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{EntryId, LedgerId},
    random::Random,
    wallet::{Currency, Entry, Funds, Hold, HoldStatus, Kind, LedgerAccount, MOST},
};

/// In how many currencies a wallet may hold money, so that it stays one small item.
pub const MOST_CURRENCIES: usize = 50;

/// A customer's wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    /// What its entries are known by once they name nobody any more. It follows from nothing.
    pub ledger: LedgerId,
    /// Counts the changes.
    pub version: u64,
    /// The newest entry, in whatever currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<EntryId>,
    /// By currency, also where nothing is left.
    pub balances: BTreeMap<Currency, Balance>,
    /// Whether its customer has left.
    #[serde(default)]
    pub closed: bool,
    /// The sort keys of broken entries that a correction has accepted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accepted: BTreeSet<String>,
    /// Up to which entry, in whatever currency, the ledger is audited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audited: Option<EntryId>,
    /// When the first change since then was, in seconds since 1970; none where there was none. It
    /// orders the list of wallets to audit.
    #[serde(rename = "due_at", default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<i64>,
}

/// What a wallet holds of one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The amount that can be spent.
    pub available: i64,
    /// The amount that is set aside by holds.
    pub held: i64,
    /// How many entries there are.
    pub entries: u64,
    /// When the newest of them was written.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated: Timestamp,
}

/// What is asked of a wallet. Amounts are above 0 and at most [`MOST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// Money comes in.
    Credit(Currency, i64),
    /// Money is spent.
    Debit(Currency, i64),
    /// Money is put aside until a time.
    Hold(Currency, i64, Timestamp),
    /// Money that was put aside is spent, at most all of it; the rest is free again.
    Capture(Hold, i64),
    /// Money that was put aside is free again.
    Release(Hold),
    /// The same, since the hold's time is over.
    Expire(Hold),
    /// An entry is taken back.
    Reverse(Entry),
}

/// What a movement changes, all in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The wallet after it.
    pub wallet: Wallet,
    /// The new entry.
    pub entry: Entry,
    /// The hold after it, where it is about one.
    pub hold: Option<Hold>,
}

/// What a customer's leaving changes, all in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The wallet after it.
    pub wallet: Wallet,
    /// One for each currency of which something was left.
    pub entries: Vec<Entry>,
}

/// Why a movement does not take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Less is available.
    InsufficientFunds,
    /// The total would be above [`MOST`].
    BalanceLimit,
    /// The wallet has [`MOST_CURRENCIES`], and this is another.
    TooManyCurrencies,
    /// The hold was captured or released before.
    HoldSettled,
    /// The hold's time is over; the money is about to be free again.
    HoldExpired,
    /// A capture of more than the hold, which is so much.
    AboveHold(i64),
    /// Neither a credit nor a debit nor a capture.
    NotReversible,
    /// It was taken back before.
    AlreadyReversed,
    /// The customer has left.
    Closed,
}

/// Money is left in a wallet that was to be closed without giving it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyLeft;

/// An entry without what follows from the wallet.
struct Draft {
    kind: Kind,
    currency: Currency,
    amount: i64,
    released: i64,
    delta: i64,
    accounts: (LedgerAccount, LedgerAccount),
    hold_id: Option<EntryId>,
    reverses: Option<EntryId>,
    until: Option<Timestamp>,
    reference: Option<String>,
}

impl Wallet {
    /// The empty wallet of a new account.
    pub fn new(ledger: LedgerId) -> Self {
        Self {
            ledger,
            version: 0,
            last: None,
            balances: BTreeMap::new(),
            closed: false,
            accepted: BTreeSet::new(),
            audited: None,
            moved: None,
        }
    }

    /// Notes that there is something to audit.
    pub(crate) fn mark_moved(&mut self, now: Timestamp) {
        self.moved.get_or_insert(now.as_second());
    }

    /// What it holds of a currency.
    pub fn funds(&self, currency: Currency) -> Funds {
        self.balances.get(&currency).map(Balance::funds).unwrap_or_default()
    }

    /// Whether every balance is one that there can be.
    pub fn is_sound(&self) -> bool {
        self.balances.values().all(|balance| balance.funds().is_sound())
    }

    /// What a movement changes, or why it does not take place.
    pub fn post(
        &self,
        movement: &Movement,
        reference: Option<String>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Posting, Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        let (draft, available, held) = Draft::of(movement, reference, now)?;
        let is_new = !self.balances.contains_key(&draft.currency);
        let after = self.funds(draft.currency).changed_by(available, held);
        if after.available < 0 {
            return Err(Refusal::InsufficientFunds);
        }
        if after.total() > MOST {
            return Err(Refusal::BalanceLimit);
        }
        if is_new && self.balances.len() >= MOST_CURRENCIES {
            return Err(Refusal::TooManyCurrencies);
        }
        let mut wallet = self.clone();
        let mut entry = wallet.write(draft, after, now, random);
        wallet.version += 1;
        wallet.mark_moved(now);
        let hold = match movement {
            Movement::Hold(currency, amount, until) => {
                entry.hold_id = Some(entry.id);
                Some(Hold {
                    id: entry.id,
                    currency: *currency,
                    amount: *amount,
                    status: HoldStatus::Open,
                    until: *until,
                })
            }
            Movement::Capture(hold, _) => {
                Some(Hold { status: HoldStatus::Captured, ..hold.clone() })
            }
            Movement::Release(hold) => Some(Hold { status: HoldStatus::Released, ..hold.clone() }),
            Movement::Expire(hold) => Some(Hold { status: HoldStatus::Expired, ..hold.clone() }),
            Movement::Credit(..) | Movement::Debit(..) | Movement::Reverse(_) => None,
        };
        Ok(Posting { wallet, entry, hold })
    }

    /// The wallet of a customer who leaves: what is left is given up, or refused to be lost.
    pub fn close(
        &self,
        forfeit: bool,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Closing, MoneyLeft> {
        let left: Vec<(Currency, Funds)> = self
            .balances
            .iter()
            .map(|(currency, balance)| (*currency, balance.funds()))
            .filter(|(_, funds)| funds.total() != 0)
            .collect();
        if !left.is_empty() && !forfeit {
            return Err(MoneyLeft);
        }
        let mut wallet = self.clone();
        let forfeited = left.into_iter().map(|(currency, funds)| {
            let amount = funds.total();
            let draft = Draft { delta: -amount, ..Draft::new(Kind::Forfeit, currency, amount) };
            wallet.write(draft, Funds::default(), now, random)
        });
        let entries = forfeited.collect();
        Ok(Closing { wallet: Self { version: self.version + 1, closed: true, ..wallet }, entries })
    }

    /// Writes one entry into its own balance.
    fn write(&mut self, draft: Draft, after: Funds, now: Timestamp, random: &dyn Random) -> Entry {
        let id = EntryId::following(self.last, draft.currency.number(), now, random);
        let number = self.balances.get(&draft.currency).map_or(0, |balance| balance.entries) + 1;
        let balance =
            Balance { available: after.available, held: after.held, entries: number, updated: now };
        self.balances.insert(draft.currency, balance);
        self.last = Some(id);
        let (debit_account, credit_account) = draft.accounts;
        Entry {
            id,
            kind: draft.kind,
            currency: draft.currency,
            number,
            amount: draft.amount,
            released: draft.released,
            delta: draft.delta,
            debit_account,
            credit_account,
            after,
            hold_id: draft.hold_id,
            reverses: draft.reverses,
            until: draft.until,
            reference: draft.reference,
            created: now,
            correction: false,
        }
    }
}

impl Balance {
    /// Its two parts.
    pub fn funds(&self) -> Funds {
        Funds { available: self.available, held: self.held }
    }
}

impl Draft {
    fn new(kind: Kind, currency: Currency, amount: i64) -> Self {
        let accounts = kind.accounts();
        Self {
            kind,
            currency,
            amount,
            released: 0,
            delta: 0,
            accounts,
            hold_id: None,
            reverses: None,
            until: None,
            reference: None,
        }
    }

    /// The entry of a movement, and by how much it changes what is available and what is held.
    fn of(
        movement: &Movement,
        reference: Option<String>,
        now: Timestamp,
    ) -> Result<(Self, i64, i64), Refusal> {
        let (draft, available, held) = match movement {
            Movement::Credit(currency, amount) => {
                (Self { delta: *amount, ..Self::new(Kind::Credit, *currency, *amount) }, *amount, 0)
            }
            Movement::Debit(currency, amount) => {
                (Self { delta: -amount, ..Self::new(Kind::Debit, *currency, *amount) }, -amount, 0)
            }
            Movement::Hold(currency, amount, until) => (
                Self { until: Some(*until), ..Self::new(Kind::Hold, *currency, *amount) },
                -amount,
                *amount,
            ),
            Movement::Capture(hold, amount) => {
                // First what is so for ever, so that the same request is always refused alike.
                if *amount > hold.amount {
                    return Err(Refusal::AboveHold(hold.amount));
                }
                still_open(hold)?;
                if hold.until <= now {
                    return Err(Refusal::HoldExpired);
                }
                let released = hold.amount - amount;
                let draft = Self::new(Kind::Capture, hold.currency, *amount);
                (
                    Self { delta: -amount, released, hold_id: Some(hold.id), ..draft },
                    released,
                    -hold.amount,
                )
            }
            Movement::Release(hold) | Movement::Expire(hold) => {
                still_open(hold)?;
                let draft = Self::new(Kind::Release, hold.currency, hold.amount);
                (Self { hold_id: Some(hold.id), ..draft }, hold.amount, -hold.amount)
            }
            Movement::Reverse(entry) => {
                if !entry.is_reversible() {
                    return Err(Refusal::NotReversible);
                }
                let delta = -entry.delta;
                let accounts = if delta > 0 {
                    (LedgerAccount::Payments, LedgerAccount::Available)
                } else {
                    (LedgerAccount::Available, LedgerAccount::Funding)
                };
                let draft = Self::new(Kind::Reverse, entry.currency, entry.amount);
                (Self { delta, accounts, reverses: Some(entry.id), ..draft }, delta, 0)
            }
        };
        Ok((Self { reference, ..draft }, available, held))
    }
}

fn still_open(hold: &Hold) -> Result<(), Refusal> {
    if hold.status == HoldStatus::Open { Ok(()) } else { Err(Refusal::HoldSettled) }
}

#[cfg(test)]
mod tests;
