//! The rules of the wallet under any sequence of movements.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{random::SystemRandom, wallet::Break};

const NOW: &str = "2026-11-22T20:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn usd() -> Currency {
    "USD".parse().unwrap()
}

fn wallet() -> Wallet {
    Wallet::new(LedgerId::new(now(), &SystemRandom))
}

fn post(wallet: &Wallet, movement: Movement) -> Result<Posting, Refusal> {
    wallet.post(&movement, None, now(), &SystemRandom)
}

fn with(amount: i64) -> Wallet {
    post(&wallet(), Movement::Credit(usd(), amount)).unwrap().wallet
}

/// What a step does, with the number of an earlier hold or entry where it needs one.
#[derive(Debug, Clone)]
enum Step {
    Credit(usize, i64),
    Debit(usize, i64),
    Hold(usize, i64),
    Capture(usize, i64),
    Release(usize),
    Reverse(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let currency = 0..3_usize;
    let amount = prop_oneof![8 => 1..2_000_i64, 1 => (MOST - 5)..=MOST];
    let money = (currency, amount.clone());
    prop_oneof![
        3 => money.clone().prop_map(|(currency, amount)| Step::Credit(currency, amount)),
        3 => money.clone().prop_map(|(currency, amount)| Step::Debit(currency, amount)),
        2 => money.prop_map(|(currency, amount)| Step::Hold(currency, amount)),
        2 => (0..20_usize, amount).prop_map(|(place, amount)| Step::Capture(place, amount)),
        1 => (0..20_usize).prop_map(Step::Release),
        2 => (0..40_usize).prop_map(Step::Reverse),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_entries_sum_up_to_the_balance_and_nothing_is_below_zero(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let currencies: [Currency; 3] = ["USD", "KWD", "JPY"].map(|code| code.parse().unwrap());
        let mut wallet = wallet();
        let mut holds: Vec<Hold> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for step in steps {
            let movement = match step {
                Step::Credit(currency, amount) => Movement::Credit(currencies[currency], amount),
                Step::Debit(currency, amount) => Movement::Debit(currencies[currency], amount),
                Step::Hold(currency, amount) => {
                    let until = now() + jiff::SignedDuration::from_hours(1);
                    Movement::Hold(currencies[currency], amount, until)
                }
                Step::Capture(place, amount) => match holds.get(place) {
                    Some(hold) => Movement::Capture(hold.clone(), amount),
                    None => continue,
                },
                Step::Release(place) => match holds.get(place) {
                    Some(hold) => Movement::Release(hold.clone()),
                    None => continue,
                },
                Step::Reverse(place) => match entries.get(place) {
                    Some(entry) => Movement::Reverse(entry.clone()),
                    None => continue,
                },
            };
            let Ok(posting) = post(&wallet, movement) else { continue };
            prop_assert_eq!(posting.wallet.version, wallet.version + 1);
            prop_assert!(wallet.last < Some(posting.entry.id));
            match posting.hold {
                Some(hold) if hold.status == HoldStatus::Open => holds.push(hold),
                Some(hold) => {
                    for known in holds.iter_mut().filter(|known| known.id == hold.id) {
                        *known = hold.clone();
                    }
                }
                None => {}
            }
            wallet = posting.wallet;
            entries.push(posting.entry);
        }
        let mut sums: BTreeMap<Currency, (Funds, u64, i64)> = BTreeMap::new();
        for entry in &entries {
            let (funds, number, sum) = sums.entry(entry.currency).or_default();
            prop_assert_eq!(entry.break_after(*funds, *number + 1), None);
            (*funds, *number, *sum) = (entry.after, entry.number, *sum + entry.delta);
        }
        for (currency, balance) in &wallet.balances {
            let (funds, number, sum) = sums[currency];
            prop_assert_eq!((balance.funds(), balance.entries), (funds, number));
            prop_assert_eq!(funds.total(), sum);
            let held: i64 = holds
                .iter()
                .filter(|hold| hold.status == HoldStatus::Open && hold.currency == *currency)
                .map(|hold| hold.amount)
                .sum();
            prop_assert_eq!(held, funds.held);
        }
        prop_assert!(wallet.is_sound());
        let closing = wallet.close(true, now(), &SystemRandom).unwrap();
        for entry in &closing.entries {
            let (funds, number, _) = sums[&entry.currency];
            prop_assert_eq!(entry.break_after(funds, number + 1), None);
        }
        let is_empty = |balance: &Balance| balance.funds() == Funds::default();
        prop_assert!(closing.wallet.balances.values().all(is_empty));
    }
}

#[test]
fn the_bounds_are_exact() {
    assert_eq!(post(&with(30), Movement::Debit(usd(), 31)), Err(Refusal::InsufficientFunds));
    assert_eq!(
        post(&with(30), Movement::Debit(usd(), 30)).unwrap().wallet.funds(usd()),
        Funds::default()
    );
    assert_eq!(post(&with(MOST), Movement::Credit(usd(), 1)), Err(Refusal::BalanceLimit));
    assert_eq!(
        post(&with(MOST - 1), Movement::Credit(usd(), 1)).unwrap().entry.after.total(),
        MOST
    );
    assert_eq!(post(&with(MOST), Movement::Credit(usd(), MOST)), Err(Refusal::BalanceLimit));
}

#[test]
fn a_partial_capture_frees_the_rest_and_a_hold_is_settled_once() {
    let until = now() + jiff::SignedDuration::from_hours(1);
    let held = post(&with(100), Movement::Hold(usd(), 60, until)).unwrap();
    let hold = held.hold.unwrap();
    assert_eq!((held.entry.after, held.entry.delta), (Funds { available: 40, held: 60 }, 0));
    assert_eq!(
        post(&held.wallet, Movement::Capture(hold.clone(), 61)),
        Err(Refusal::AboveHold(60))
    );
    let captured = post(&held.wallet, Movement::Capture(hold.clone(), 25)).unwrap();
    assert_eq!(
        (captured.entry.after, captured.entry.delta, captured.entry.released),
        (Funds { available: 75, held: 0 }, -25, 35)
    );
    let settled = captured.hold.unwrap();
    assert_eq!(
        post(&captured.wallet, Movement::Release(settled.clone())),
        Err(Refusal::HoldSettled)
    );
    assert_eq!(post(&captured.wallet, Movement::Capture(settled, 1)), Err(Refusal::HoldSettled));
    let late = held.wallet.post(&Movement::Capture(hold.clone(), 1), None, until, &SystemRandom);
    assert_eq!(late, Err(Refusal::HoldExpired));
    let expired = held.wallet.post(&Movement::Expire(hold), None, until, &SystemRandom).unwrap();
    assert_eq!(expired.entry.after, Funds { available: 100, held: 0 });
    let reversed = post(&captured.wallet, Movement::Reverse(captured.entry)).unwrap();
    assert_eq!((reversed.entry.after.available, reversed.entry.delta), (100, 25));
    assert_eq!(
        post(&reversed.wallet, Movement::Reverse(reversed.entry)),
        Err(Refusal::NotReversible)
    );
}

#[test]
fn a_break_of_any_part_of_an_entry_is_seen() {
    let entry = post(&wallet(), Movement::Credit(usd(), 10)).unwrap().entry;
    let before = Funds::default();
    assert_eq!(entry.break_after(before, 1), None);
    let changed: [(Entry, Break); 7] = [
        (Entry { number: 2, ..entry.clone() }, Break::Number),
        (Entry { currency: "EUR".parse().unwrap(), ..entry.clone() }, Break::Id),
        (Entry { amount: 11, ..entry.clone() }, Break::Rule),
        (Entry { delta: 11, ..entry.clone() }, Break::Rule),
        (Entry { kind: Kind::Debit, ..entry.clone() }, Break::Rule),
        (Entry { credit_account: LedgerAccount::Held, ..entry.clone() }, Break::Rule),
        (Entry { after: Funds { available: 9, held: 1 }, ..entry.clone() }, Break::BalanceAfter),
    ];
    for (entry, seen) in changed {
        assert_eq!(entry.break_after(before, 1), Some(seen), "{entry:?}");
    }
}

#[test]
fn a_wallet_has_at_most_fifty_currencies_and_a_closed_one_takes_nothing() {
    let all = (1..=999).filter_map(Currency::of_number).take(MOST_CURRENCIES + 1);
    let mut full = wallet();
    for (place, currency) in all.enumerate() {
        match post(&full, Movement::Credit(currency, 1)) {
            Ok(posting) => full = posting.wallet,
            Err(refusal) => {
                assert_eq!((place, refusal), (MOST_CURRENCIES, Refusal::TooManyCurrencies));
            }
        }
    }
    assert_eq!(full.balances.len(), MOST_CURRENCIES);
    assert_eq!(full.close(false, now(), &SystemRandom), Err(MoneyLeft));
    let closing = full.close(true, now(), &SystemRandom).unwrap();
    assert_eq!(closing.entries.len(), MOST_CURRENCIES);
    assert_eq!(post(&closing.wallet, Movement::Credit(usd(), 1)), Err(Refusal::Closed));
}
