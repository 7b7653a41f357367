//! The audit of the wallets that have moved: what it finds, and what it costs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, future::join_all, stream};
use harness::{Api, wire::Cost};
use serde_json::json;
use shared::{
    ids::{CustomerId, LedgerId},
    random::SystemRandom,
    wallet::{Audited, Break, Movement, Posted, Wallet, keys},
};

use super::{
    Purse,
    audit::{filled, number, plant},
    audited, store,
};
use crate::{PHONE, cleanup::clean_up};

const DAY: i64 = 86_400;

/// What the audit of a wallet finds now, whether or not it is on the list.
async fn audit(api: &Api, purse: &Purse<'_>) -> Option<Audited> {
    let key = keys::wallet(purse.id());
    store(api)
        .audit_moved(key, api.stack.state("wallet").expect("wallet").now())
        .await
        .expect("done")
}

async fn wallet(api: &Api, id: CustomerId) -> Wallet {
    store(api).wallet(id).await.expect("an answer").expect("a wallet")
}

fn done(report: &serde_json::Value) -> (u64, u64) {
    let count = |name: &str| report["moved_wallets"][name].as_u64().expect("a count");
    (count("done"), count("failed"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_audited_a_day_after_its_first_movement_since_the_last_audit() {
    let api = Api::with(&[("AccessTokenSeconds", "864000")]).await;
    let purse = filled(&api, PHONE).await;
    let marked = wallet(&api, purse.id()).await;
    assert!(marked.moved.is_some() && marked.audited.is_none());
    assert_eq!(done(&clean_up(&api).await), (0, 0));
    api.clock.advance_seconds(DAY);
    purse.debit(1).await.expect(200);
    assert_eq!(wallet(&api, purse.id()).await.moved, marked.moved, "it is on the list already");
    assert_eq!(done(&clean_up(&api).await), (1, 0));
    let after = wallet(&api, purse.id()).await;
    assert_eq!((after.moved, after.audited), (None, after.last));
    assert_eq!(done(&clean_up(&api).await), (0, 0));
    api.clock.advance_seconds(DAY);
    assert_eq!(done(&clean_up(&api).await), (0, 0), "it has not moved");
    purse.debit(1).await.expect(200);
    let moved = wallet(&api, purse.id()).await;
    assert!(moved.moved > marked.moved && moved.audited == after.audited);
    api.clock.advance_seconds(DAY);
    assert_eq!(done(&clean_up(&api).await), (1, 0));
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_reads_the_entries_behind_the_mark_and_finds_what_is_wrong_with_them() {
    let plants: [(&str, AttributeValue, Break); 5] = [
        ("delta", number(-31), Break::Rule),
        ("amount", number(31), Break::Rule),
        ("after.available", number(71), Break::BalanceAfter),
        ("number", number(9), Break::Number),
        ("currency", AttributeValue::S("XYZ".into()), Break::Unreadable),
    ];
    for (path, value, what) in plants {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        let all = audit(&api, &purse).await.expect("audited");
        assert_eq!((all.entries, all.breaks), (4, vec![]));
        let entry = purse.debit(30).await.expect(200).json()["entry"]["id"].clone();
        let id = entry.as_str().expect("an id").parse().expect("one");
        purse.debit(1).await.expect(200);
        let key = keys::entry(purse.id(), "USD".parse().expect("a currency"), id);
        plant(&api, &key, path, value).await;
        let found = audit(&api, &purse).await.expect("audited");
        assert_eq!(found.entries, 2, "{path}: only those behind the mark");
        assert_eq!(found.breaks.first().map(|found| found.what), Some(what), "{path}");
        let logged = harness::log::everything();
        let ledger = found.breaks[0].ledger.to_string();
        assert!(logged.lines().any(|line| {
            line.contains("ledger_broken") && line.contains(&ledger) && line.contains(what.name())
        }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_that_is_not_what_the_entries_say_is_found_in_every_currency() {
    for (path, what) in [("balances.KWD.available", Break::Sum), ("balances.USD.held", Break::Sum)]
    {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        audit(&api, &purse).await.expect("audited");
        purse.debit(1).await.expect(200);
        plant(&api, &keys::wallet(purse.id()), path, number(7)).await;
        let found = audit(&api, &purse).await.expect("audited");
        assert_eq!(found.breaks.iter().map(|found| found.what).collect::<Vec<_>>(), [what]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn movements_beside_audits_are_never_missed_and_never_reported() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = filled(&api, PHONE).await;
    let audits = async {
        for _ in 0..10 {
            assert_eq!(audit(&api, &purse).await.expect("audited").breaks, []);
        }
    };
    let movements = async {
        for _ in 0..10 {
            join_all((0..3).map(|_| purse.debit(1))).await;
        }
    };
    tokio::join!(audits, movements);
    let left = wallet(&api, purse.id()).await;
    assert!(left.moved.is_some() || left.audited == left.last, "{left:?}");
    api.clock.advance_seconds(DAY);
    assert_eq!(done(&clean_up(&api).await), (u64::from(left.moved.is_some()), 0));
    let after = wallet(&api, purse.id()).await;
    assert_eq!((after.moved, after.audited), (None, after.last));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_of_who_leaves_is_audited_once_it_names_nobody() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    audit(&api, &purse).await.expect("audited");
    let forfeit = json!({"forfeit": true});
    api.delete("/api/customer/")
        .bearer(&purse.phone.access)
        .json(&forfeit)
        .send()
        .await
        .expect(204);
    assert_eq!(audit(&api, &purse).await, None, "it is about to be erased");
    clean_up(&api).await;
    api.clock.advance_seconds(DAY);
    assert_eq!(done(&clean_up(&api).await), (1, 0));
    assert!(!api.whole_table().await.contains("WALLET#MOVED"));
}

/// A wallet with one entry that was audited long ago, as the functions store it.
fn stored(n: u32, now: jiff::Timestamp) -> Vec<table::Item> {
    let customer: CustomerId = format!("019aac3f-0000-7000-8000-{n:012x}").parse().expect("an id");
    let ledger: LedgerId = format!("019aac3f-0000-7000-9000-{n:012x}").parse().expect("an id");
    let credit = Movement::Credit("USD".parse().expect("a currency"), 100);
    let posting = Wallet::new(ledger).post(&credit, None, now, &SystemRandom).expect("posted");
    let wallet = Wallet { audited: posting.wallet.last, moved: None, ..posting.wallet };
    let listed = shared::wallet::Listed { ledger, customer: Some(customer) };
    let entry = keys::entry(customer, posting.entry.currency, posting.entry.id);
    vec![
        table::item(keys::wallet(customer), &wallet).expect("an item"),
        table::item(entry, &posting.entry).expect("an item"),
        table::item(keys::listed_ledger(ledger), &listed).expect("an item"),
    ]
}

async fn fill(api: &Api, count: u32) {
    let now = api.stack.state("wallet").expect("wallet").now();
    let put = |item: HashMap<String, AttributeValue>| {
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    };
    let (client, table) = (api.dynamodb(), api.table_name());
    // Eight wallets to a batch, which has at most twenty-five items.
    let batches = stream::iter((0..count).step_by(8)).map(|from| {
        let items = (from..count.min(from + 8)).flat_map(|n| stored(n, now)).map(put);
        let request = client.batch_write_item().request_items(&table, items.collect());
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
}

/// The cost of a run among so many wallets, of which so many moved, and of the run before, which
/// had nothing to do.
async fn cost_of(wallets: u32, moved: u32) -> (Cost, Cost) {
    let api = Api::with(&[("AuditEntries", "0")]).await;
    fill(&api, wallets).await;
    api.wire.reset();
    clean_up(&api).await;
    let idle = api.wire.cost();
    let app = api.stack.state("wallet").expect("wallet");
    for n in (0..wallets).step_by(usize::try_from(wallets / moved).expect("few")) {
        let id = format!("019aac3f-0000-7000-8000-{n:012x}").parse().expect("an id");
        let debit = Movement::Debit("USD".parse().expect("a currency"), 1);
        let posting =
            wallet(&api, id).await.post(&debit, None, app.now(), &SystemRandom).expect("posted");
        let posted = app.store.post(id, &posting, None, None, app.now()).await;
        assert!(matches!(posted, Ok(Posted::Done)));
    }
    api.clock.advance_seconds(DAY);
    api.wire.reset();
    let report = clean_up(&api).await;
    assert_eq!(done(&report), (moved.into(), 0), "{report}");
    let cost = api.wire.cost();
    (idle, cost)
}

fn assert_follows_the_moved(moved: u32, (idle, cost): &(Cost, Cost)) {
    // The wallet, the entry at the mark and those behind it; the mark and the index entry.
    let units = (cost.read_units - idle.read_units, cost.write_units - idle.write_units);
    let most = 3.0 * f64::from(moved) + 16.0;
    assert!(units.0 >= 3.0 * f64::from(moved) && units.0 <= most, "{units:?}");
    assert!((units.1 - 2.0 * f64::from(moved)).abs() < f64::EPSILON, "{units:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_costs_what_has_moved_and_not_what_there_is() {
    let (few, many) = (cost_of(100, 20).await, cost_of(2_000, 20).await);
    assert_follows_the_moved(20, &few);
    assert_follows_the_moved(20, &many);
}

/// Takes minutes, so it runs by hand and in `.ci/full`: `cargo test --workspace --test api --
/// --ignored hundred_thousand --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn among_a_hundred_thousand_wallets_an_audit_costs_what_the_hundred_do_that_moved() {
    let costs = cost_of(100_000, 100).await;
    println!(
        "100,000 wallets, none moved: {} read units, {} write units; 100 moved: {} and {}",
        costs.0.read_units, costs.0.write_units, costs.1.read_units, costs.1.write_units
    );
    assert_follows_the_moved(100, &costs);
}
