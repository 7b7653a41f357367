//! A message to all among many customers.

use std::{collections::BTreeMap, time::Duration};

use harness::Api;
use local::consumer::ConsumerTarget;
use serde_json::json;

use super::crowd;
use crate::PHONE;

const CUSTOMERS: usize = 100_000;
/// One in so many customers has a device.
const ONE_IN: usize = 5;

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
    api.publish(&json!({"id": "second", "to": {"all": true}, "title": "second"}));
    let kills = deliver_with_ten_kills(&api, &fed).await;
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for pushes in crowd::pushes(&api).into_values() {
        *times.entry(pushes).or_default() += 1;
    }
    println!("killed {kills} times: devices by the number of their pushes: {times:?}");
    assert_eq!(kills, 10);
    assert_eq!((api.waiting(), queue.dead_letters().len()), (0, 0));
    assert_eq!(times.values().sum::<usize>(), with_devices, "none is left out");
    assert!(times.keys().all(|pushes| (1..=2).contains(pushes)), "each at most once more");
}

/// Delivers everything. Ten batches end before their time, at another moment each.
async fn deliver_with_ten_kills(api: &Api, fed: &ConsumerTarget) -> u64 {
    let queue = api.stack.queue.clone().expect("a queue");
    let (mut kills, mut batch) = (0, 0_u64);
    loop {
        batch += 1;
        let before = api.waiting();
        // The first is the message itself.
        let is_killed = kills < 10 && batch > 1 && batch.is_multiple_of(2);
        let life = Duration::from_millis(200 + kills * 400);
        let timeout = if is_killed { life } else { Duration::from_mins(10) };
        if !queue.deliver_batch(&ConsumerTarget { timeout, ..fed.clone() }).await {
            if api.waiting() == 0 {
                return kills;
            }
            api.clock.advance_seconds(361);
        } else if is_killed && api.waiting() >= before {
            kills += 1;
        }
    }
}
