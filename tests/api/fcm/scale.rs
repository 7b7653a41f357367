//! A message to all among many customers.

use std::collections::BTreeMap;

use harness::{Api, kills::killed_after};
use serde_json::json;

use super::crowd;
use crate::PHONE;

const CUSTOMERS: usize = 100_000;
/// One in so many customers has a device.
const ONE_IN: usize = 25;
/// How often the notifier is killed.
const KILLS: u64 = 10;

/// Takes minutes in a debug build, so it runs by hand and in `.ci/full`: `cargo test --workspace
/// --test api -- --ignored a_message_to_all_among --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_message_to_all_among_many_is_seen_at_once_and_costs_what_devices_cost() {
    let api = Api::with(&[("FanOutRate", "0"), ("AccessTokenSeconds", "100000")]).await;
    let phone = api.log_in(PHONE).await;
    let ids = crowd::make(&api, CUSTOMERS, |n| n % ONE_IN == 0).await;
    let with_devices = CUSTOMERS / ONE_IN;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    assert_eq!(api.inbox_titles(&phone.access).await, [""; 0]);

    api.publish(&json!({"id": "first", "to": {"all": true}, "title": "first"}));
    api.wire.reset();
    queue.deliver_batch(&fed).await;
    let published = api.wire.cost();
    assert_eq!(api.inbox_titles(&phone.access).await, ["first"]);
    let app = api.stack.state("fcm").expect("fcm runs");
    let list = app.broadcasts.read(&app.store, app.now()).await.expect("a list");
    assert!(ids.iter().all(|id| list.visible_to(*id, app.now()).iter().count() == 1));

    api.wire.reset();
    api.stack.deliver().await;
    let pushed = api.wire.cost();
    let each = pushed.read_units / f64::from(u32::try_from(with_devices).expect("few"));
    println!(
        "published: {} read units, {} write units; pushed to {with_devices} of {CUSTOMERS}: {} \
         read units ({each:.3} for each with a device), {} write units",
        published.read_units, published.write_units, pushed.read_units, pushed.write_units
    );
    assert!((published.write_units - 1.0).abs() < 0.5);
    assert!((pushed.write_units - 256.0).abs() < 0.5, "one for each range, whatever the customers");
    assert!(each <= 2.0);
    let pushes = crowd::pushes(&api);
    assert_eq!(pushes.len(), with_devices);
    assert!(pushes.values().all(|pushes| *pushes == 1));

    api.stack.recorder.clear();
    // With some pages to each range.
    let notifier = api.another(&[("FanOutRate", "0"), ("FanOutPage", "6")]).await;
    api.publish(&json!({"id": "second", "to": {"all": true}, "title": "second"}));
    let in_pushes = deliver_with_ten_kills(&api, &notifier).await;
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for pushes in crowd::pushes(&api).into_values() {
        *times.entry(pushes).or_default() += 1;
    }
    println!(
        "killed {KILLS} times, {in_pushes} times among pushes; devices by the number of their \
         pushes: {times:?}"
    );
    assert!(in_pushes >= 8, "only {in_pushes} kills interrupted pushes");
    assert!(times.get(&2).is_some_and(|again| *again >= 8), "a kill repeats some pushes");
    assert_eq!((api.waiting(), queue.dead_letters().len()), (0, 0));
    assert_eq!(times.values().sum::<usize>(), with_devices, "none is left out");
    assert!(times.keys().all(|pushes| (1..=2).contains(pushes)), "each at most once more");
}

/// Delivers everything. Ten batches are killed after another number of calls each, so that kills
/// fall before, between and behind pushes and the writes of pages. Counts the kills that fell into
/// pushes: some of the batch's were made and some were not.
async fn deliver_with_ten_kills(api: &Api, notifier: &Api) -> usize {
    let queue = api.stack.queue.clone().expect("a queue");
    let fed = notifier.stack.queue_consumer().expect("a consumer").clone();
    let (mut kills, mut in_pushes, mut batches) = (0, 0, 0_u64);
    while !queue.is_empty() {
        let Some((event, settle)) = queue.take_batch() else {
            api.clock.advance_seconds(361);
            continue;
        };
        batches += 1;
        let dies = kills < KILLS && batches.is_multiple_of(3);
        // A batch has ten pages of six customers, each with three calls.
        let calls = if dies { 70 + kills * 14 } else { u64::MAX / 2 };
        let before = api.stack.recorder.messages().len();
        let handled = fed.clone();
        let work = async move { handled.handle(event).await };
        if let Some(answer) = killed_after(calls, &notifier.wire, work).await {
            settle(&answer.expect("an answer"));
        } else {
            kills += 1;
            in_pushes += usize::from(api.stack.recorder.messages().len() > before);
        }
    }
    assert_eq!(kills, KILLS);
    in_pushes
}
