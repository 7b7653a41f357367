//! Messages to all customers, page by page.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::Api;
use local::sns_recorder::Refusal;
use serde_json::{Value, json};
use shared::{deadline::Deadline, device::DeviceRange, ids::CustomerId, random::SystemRandom};

use super::crowd;
use crate::PHONE;

/// Writes accounts and their entries in the list of customers directly into the table, since a
/// log-in through the API takes some twenty calls.
async fn make_customers(api: &Api, count: usize) -> Vec<CustomerId> {
    let client = api.dynamodb();
    let ids: Vec<CustomerId> = (0..count)
        .map(|_| CustomerId::new(api.stack.state("auth").expect("auth").now(), &SystemRandom))
        .collect();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = |key: table::Key, more: Vec<(&str, AttributeValue)>| {
        let mut item = HashMap::from([
            ("pk".to_owned(), text(key.partition())),
            ("sk".to_owned(), text(key.sort())),
        ]);
        item.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    };
    let writes: Vec<WriteRequest> = ids
        .iter()
        .flat_map(|id| {
            let customer = || ("customer", text(&id.to_string()));
            let none = || AttributeValue::M(HashMap::new());
            let account = vec![
                customer(),
                ("status", text("active")),
                ("phone", text("x")),
                ("epoch", AttributeValue::N("0".into())),
                ("sessions", none()),
                ("epochs", none()),
            ];
            [
                put(shared::account::keys::account(*id), account),
                put(shared::account::keys::customer_entry(*id), vec![customer()]),
            ]
        })
        .collect();
    let table = api.table_name();
    let batches = stream::iter(writes.chunks(25).map(<[WriteRequest]>::to_vec)).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch);
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
    ids
}

/// The number of items in the inbox of each customer, read from the heads.
async fn totals(api: &Api, ids: &[CustomerId]) -> Vec<u64> {
    let app = api.stack.state("fcm").expect("fcm runs");
    let now = app.now();
    let all = app.broadcasts.read(&app.store, now).await.expect("messages to all");
    let total = async |id: &CustomerId| {
        let inbox = app.store.inbox(*id).await.expect("an inbox");
        inbox.total_with(&all.visible_to(*id, now), now)
    };
    stream::iter(ids).map(total).buffered(8).collect().await
}

async fn published_to_all(parameters: &[(&str, &str)], count: usize) -> (Api, Vec<CustomerId>) {
    let api = Api::with(parameters).await;
    let ids = make_customers(&api, count).await;
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    (api, ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_a_message_to_all_once_and_each_device_a_push() {
    let (api, ids) = published_to_all(&[("FanOutPage", "5")], 200).await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.stack.deliver().await;
    assert_eq!(api.waiting(), 0);
    assert!(totals(&api, &ids).await.iter().all(|total| *total == 1));
    assert_eq!(api.inbox_titles(&phone.access).await, ["News"]);
    assert_eq!(api.pushed_titles("t"), ["News"]);
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    api.stack.deliver().await;
    assert!(
        totals(&api, &ids).await.iter().all(|total| *total == 1),
        "nobody gets a message twice, even if it is published again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_out_that_is_killed_again_and_again_reaches_everybody_once() {
    let (api, ids) =
        published_to_all(&[("FanOutPage", "4"), ("NotificationTries", "1000")], 200).await;
    let (queue, fed) = (
        api.stack.queue.clone().expect("a queue"),
        api.stack.queue_consumer().expect("a consumer").clone(),
    );
    let mut kills = 0;
    for round in 0..400_u64 {
        // The lifetime grows, so that each kill hits another moment.
        let life = Duration::from_millis(3 + (round * 7) % 40);
        let short = local::consumer::ConsumerTarget {
            timeout: if kills < 25 { life } else { fed.timeout },
            ..fed.clone()
        };
        let before = api.waiting();
        if !queue.deliver_batch(&short).await {
            if api.waiting() == 0 {
                break;
            }
            api.clock.advance_seconds(361);
        } else if api.waiting() >= before {
            kills += 1;
        }
    }
    assert!(kills > 5, "the test killed it {kills} times only");
    assert_eq!((api.waiting(), queue.dead_letters().len()), (0, 0));
    assert!(totals(&api, &ids).await.iter().all(|total| *total == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_failed_customers_of_a_page_are_retried() {
    let (api, ids) = published_to_all(&[("FanOutPage", "50")], 100).await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.stack.recorder.refuse_next_of("CreatePlatformEndpoint", 1, Refusal::Throttled);
    // The first message and the pages. A failed customer gets a message of its own, which is not
    // refused again.
    api.stack.deliver().await;
    assert_eq!(api.waiting(), 0);
    assert_eq!(api.pushed_titles("t"), ["News"]);
    assert_eq!(api.inbox_titles(&phone.access).await, ["News"]);
    assert!(totals(&api, &ids).await.iter().all(|total| *total == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_delivered_again_does_not_start_the_next_pages_again() {
    let api = Api::with(&[("FanOutPage", "1"), ("FanOutRate", "0")]).await;
    let ids = crowd::make(&api, 500, |_| true).await;
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    api.stack.deliver().await;
    let (fed, queue) = (
        api.stack.queue_consumer().expect("a consumer").clone(),
        api.stack.queue.clone().expect("a queue"),
    );
    let pushed = crowd::pushes(&api);
    assert!(pushed.len() == ids.len() && pushed.values().all(|pushes| *pushes == 1));
    for range in DeviceRange::all().take(32) {
        let to = json!({"all": true, "number": 1, "range": range.name(), "after": null});
        let page = json!({"id": "news", "to": to, "title": "News"}).to_string();
        let batch: Value = json!({"Records": [{"messageId": "r", "body": page}]});
        for _ in 0..2 {
            let answer = (fed.consumer.handle)(fed.app.clone(), batch.clone(), Deadline::none())
                .await
                .expect("an answer");
            assert_eq!(answer, json!({"batchItemFailures": []}));
        }
    }
    assert!(queue.is_empty(), "the next pages of its range were sent before");
    assert_eq!(crowd::pushes(&api), pushed);
}

/// Takes minutes in a debug build, so it runs by hand and in `.ci/full`: `cargo test --workspace
/// --test api -- --ignored ten_thousand --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn ten_thousand_customers_have_a_message_to_all_once_and_the_notifiers_memory_stays_flat() {
    let api = Api::start().await;
    let ids = make_customers(&api, 10_000).await;
    // The binary of the notifier, so that its memory can be measured.
    let mut notifier = harness::bootstrap::Bootstrap::start(&api.stack, "notifier").await;
    let queue = api.stack.queue.clone().expect("a queue");
    api.publish(
        &json!({"id": "news", "to": {"all": true}, "title": "News", "body": "x".repeat(1_000)}),
    );
    let (mut batches, mut memory, mut restarted) = (0, Vec::new(), false);
    while let Some((event, settle)) = queue.take_batch() {
        let answer = notifier.invoke(&event.to_string()).await;
        batches += 1;
        memory.push((batches, notifier.memory_kib()));
        // Half-way, a process ends after its work but before its answer, so the whole batch is
        // delivered again.
        if batches == 8 && !restarted {
            restarted = true;
            notifier.kill().await;
            notifier = harness::bootstrap::Bootstrap::start(&api.stack, "notifier").await;
            settle(
                &json!({"batchItemFailures": event["Records"].as_array().expect("records").iter()
                .map(|record| json!({"itemIdentifier": record["messageId"]})).collect::<Vec<_>>()}),
            );
            continue;
        }
        settle(&answer);
        if !queue.is_empty() && batches > 12 {
            api.clock.advance_seconds(361);
        }
    }
    api.clock.advance_seconds(361);
    while let Some((event, settle)) = queue.take_batch() {
        settle(&notifier.invoke(&event.to_string()).await);
        memory.push((batches, notifier.memory_kib()));
    }
    println!("resident KiB by batch: {memory:?}");
    assert!(queue.is_empty() && queue.dead_letters().is_empty());
    let totals = totals(&api, &ids).await;
    assert_eq!(totals.iter().filter(|total| **total == 1).count(), 10_000);
    let second_half = &memory[memory.len() / 2..];
    let (least, most) = second_half
        .iter()
        .fold((u64::MAX, 0), |(least, most), (_, kib)| (least.min(*kib), most.max(*kib)));
    assert!(most < least + least / 4, "memory grew from {least} to {most} KiB");
}
