//! Audits: every ledger that moved is audited, a wrong balance is found, and no other is reported.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use harness::{Api, faults::Faults, kills::killed_after, log};
use serde_json::{Value, json};
use shared::{
    deadline::Deadline,
    ids::LedgerId,
    wallet::{Wallet, keys},
};

use super::{OF_STORAGE, draw};
use crate::wallet::{
    Purse,
    audit::{number, plant},
    store,
};

/// Longer than a wallet may wait for its audit.
const AUDIT_AFTER: i64 = 3_601;
/// How many runs of the clean-up there are in a round.
const RUNS: u64 = 4;

/// How much there is.
struct Size {
    wallets: usize,
    /// The most of each wallet in a round.
    movements: usize,
    rounds: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn under_kills_and_faults_all_that_moved_is_audited_and_only_a_wrong_balance_is_reported() {
    println!("{}", storm(0xa0d1, &Size { wallets: 4, movements: 200, rounds: 3 }).await);
}

/// Takes minutes, so it runs by hand and in `.ci/full`: `cargo test --workspace --test api --
/// --ignored faults:: --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn under_kills_and_faults_of_many_ledgers_all_that_moved_are_audited() {
    for seed in 1..=3 {
        println!("{}", storm(seed, &Size { wallets: 12, movements: 200, rounds: 6 }).await);
    }
}

/// What happened, in one line.
async fn storm(seed: u64, size: &Size) -> String {
    let settings = [
        ("WritesPerMinute", "0"),
        ("AuditEntries", "30"),
        ("AuditAfterSeconds", "3600"),
        ("AccessTokenSeconds", "864000"),
    ];
    let api = Api::with(&settings).await;
    let mut purses = Vec::new();
    for n in 0..size.wallets {
        let purse = Purse::of(&api, &format!("+1415555{:04}", 1_000 + n)).await;
        purse.credit(10_000, "USD").await.expect(200);
        purses.push(purse);
    }
    let ledgers = ledgers(&api, &purses).await;
    let cleaner = api.another(&settings).await;
    // So that movements fall between what an audit reads and writes.
    cleaner.wire.delay(Duration::from_millis(4));
    let mut kills = 0;
    let break_all = |seed| {
        api.wire.break_at_random(OF_STORAGE, seed);
        cleaner.wire.break_at_random(OF_STORAGE, seed + 1);
    };
    let (mut broken, mut moved) = (0, 0);
    break_all(seed);
    for round in 0..size.rounds {
        let seed = seed.wrapping_mul(1_000) + round * 100;
        let is_over = AtomicBool::new(false);
        let movements = purses.iter().zip(seed..).map(|(purse, seed)| {
            // Each wallet rests in some of the rounds.
            let rests = (seed + round).is_multiple_of(3);
            move_money(purse, if rests { 0 } else { size.movements }, seed, &is_over)
        });
        let clean_up = async {
            let killed = clean_up_often(&cleaner, seed).await;
            is_over.store(true, Ordering::SeqCst);
            killed
        };
        let (made, killed) = tokio::join!(join_all(movements), clean_up);
        moved += made.into_iter().sum::<usize>();
        kills += killed;
        for (purse, ledger) in purses.iter().zip(&ledgers) {
            let wallet = wallet(&api, purse).await;
            assert!(wallet.moved.is_some() || wallet.audited == wallet.last, "{ledger} is missed");
        }
        api.clock.advance_seconds(AUDIT_AFTER);
    }
    broken += cleaner.wire.broken();
    assert!(kills > 0 && broken > 10 && moved > size.wallets, "too few to matter");
    end_faults(&[&api, &cleaner]);
    clean_up_to_the_end(&cleaner).await;
    for (purse, ledger) in purses.iter().zip(&ledgers) {
        let wallet = wallet(&api, purse).await;
        assert_eq!((wallet.moved, wallet.audited), (None, wallet.last), "{ledger}");
    }
    assert_eq!(reported(&ledgers), BTreeSet::new(), "none is reported wrongly");

    // One that moves, for the audit of those, and one that does not, for the sweep.
    purses[0].credit(1, "USD").await.expect(200);
    for purse in &purses[..2] {
        plant(&api, &keys::wallet(purse.id()), "balances.USD.available", number(1)).await;
    }
    break_all(seed + 7);
    for round in 0..40 {
        api.clock.advance_seconds(AUDIT_AFTER);
        kills += clean_up_often(&cleaner, seed + round).await;
        if reported(&ledgers).len() == 2 {
            break;
        }
    }
    end_faults(&[&api, &cleaner]);
    clean_up_to_the_end(&cleaner).await;
    let wrong: BTreeSet<LedgerId> = ledgers[..2].iter().copied().collect();
    assert_eq!(reported(&ledgers), wrong);
    format!("{kills} kills, {broken} faults, {moved} movements")
}

async fn wallet(api: &Api, purse: &Purse<'_>) -> Wallet {
    // The reads of the test itself meet faults too.
    for _ in 0..20 {
        if let Ok(wallet) = store(api).wallet(purse.id()).await {
            return wallet.expect("a wallet");
        }
    }
    panic!("no answer");
}

async fn ledgers(api: &Api, purses: &[Purse<'_>]) -> Vec<LedgerId> {
    let mut ledgers = Vec::new();
    for purse in purses {
        ledgers.push(wallet(api, purse).await.ledger);
    }
    ledgers
}

/// Moves money at random, so often at most and until all is over, and counts what was acknowledged.
async fn move_money(purse: &Purse<'_>, most: usize, mut seed: u64, is_over: &AtomicBool) -> usize {
    let mut moved = 0;
    for _ in 0..most {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let amount = draw(&mut seed, 50) + 1;
        let currency = ["USD", "KWD"][draw(&mut seed, 2)];
        let body = |kind: &str| json!({"type": kind, "amount": amount, "currency": currency});
        let answer = match draw(&mut seed, 4) {
            0 => purse.operate(&body("credit")).await,
            1 => purse.ask(&body("hold")).await,
            _ => purse.ask(&body("debit")).await,
        };
        assert_ne!(answer.status, 500, "{}", String::from_utf8_lossy(&answer.body));
        moved += usize::from(answer.status == 200);
    }
    moved
}

/// Runs of the clean-up, two at a time, of which some are killed; how many were.
async fn clean_up_often(cleaner: &Api, seed: u64) -> usize {
    let runs = (0..RUNS / 2).map(|pair| async move {
        let one = |n: u64| {
            let mut seed = seed.wrapping_mul(97) + pair * 2 + n;
            let calls = if draw(&mut seed, 2) == 0 { 40 + draw(&mut seed, 160) } else { 1_000_000 };
            killed_after(calls as u64, &cleaner.wire, run(cleaner))
        };
        let (one, other) = tokio::join!(one(0), one(1));
        usize::from(one.is_none()) + usize::from(other.is_none())
    });
    let mut kills = 0;
    for pair in runs {
        kills += pair.await;
    }
    kills
}

/// A run of the clean-up, which may fail as a whole under faults.
fn run(cleaner: &Api) -> impl Future<Output = Option<Value>> + Send + use<> {
    let target = cleaner.stack.scheduled().first().expect("a clean-up").target.clone();
    let handle = target.consumer.handle;
    async move { handle(target.app.clone(), json!({}), Deadline::none()).await.ok() }
}

/// Runs until there is nothing left to do, the sweep of all ledgers included.
async fn clean_up_to_the_end(cleaner: &Api) {
    for _ in 0..3 {
        cleaner.clock.advance_seconds(AUDIT_AFTER);
        run(cleaner).await.expect("a run without faults");
    }
}

fn end_faults(all: &[&Api]) {
    for api in all {
        api.wire.break_at_random(Faults::default(), 0);
    }
}

/// The ledgers that were reported as broken.
fn reported(ledgers: &[LedgerId]) -> BTreeSet<LedgerId> {
    let everything = log::everything();
    let lines: Vec<&str> =
        everything.lines().filter(|line| line.contains("ledger_broken")).collect();
    let is_reported = |ledger: &&LedgerId| {
        let ledger = ledger.to_string();
        lines.iter().any(|line| line.contains(&ledger))
    };
    ledgers.iter().filter(is_reported).copied().collect()
}
