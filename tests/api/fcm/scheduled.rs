//! A message that waits for its time is sent once, unless it is cancelled before.

use std::time::Duration;

use futures_util::future::join_all;
use harness::{Api, kills::killed_after, phone::LoggedIn};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{clock::Clock as _, hashes::ContentHash, inbox::Cancellation};

use crate::PHONE;

const HOUR: i64 = 3_600;

async fn with_device(api: &Api) -> LoggedIn {
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    phone
}

async fn start() -> Api {
    Api::with(&[("AccessTokenSeconds", "10000000")]).await
}

/// Publishes a message that is due in so many seconds, and lets the notifier take it.
async fn schedule(api: &Api, id: &str, to: &Value, seconds: i64) {
    let send_at = api.clock.now() + SignedDuration::from_secs(seconds);
    api.publish(&json!({"id": id, "to": to, "title": id, "send_at": send_at}));
    api.stack.deliver().await;
}

/// What the schedule of each minute does.
async fn tick(api: &Api) -> Value {
    let cleanup = &api.stack.scheduled()[0].target;
    cleanup.handle(json!({"stage": "messages"})).await.expect("a run")
}

async fn tick_and_deliver(api: &Api) {
    tick(api).await;
    api.stack.deliver().await;
}

async fn cancel(api: &Api, id: &str) -> Cancellation {
    let app = api.stack.state("notifier").expect("a notifier");
    let cancelled = app.store.cancel_scheduled(&ContentHash::of(id), app.now()).await;
    cancelled.expect("storage answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_sent_when_its_time_has_come_and_only_then() {
    let api = start().await;
    let phone = with_device(&api).await;
    let recipients = [
        json!({"customer_id": phone.customer["id"]}),
        json!({"phone": PHONE}),
        json!({"all": true}),
    ];
    for (n, to) in recipients.iter().enumerate() {
        let id = format!("m{n}");
        schedule(&api, &id, to, HOUR).await;
        api.clock.advance_seconds(HOUR - 1);
        tick_and_deliver(&api).await;
        assert_eq!((api.inbox_titles(&phone.access).await.len(), api.pushes_to("t").len()), (n, n));
        api.clock.advance_seconds(1);
        let report = tick(&api).await;
        assert_eq!(report.as_object().map(serde_json::Map::len), Some(1), "no other task ran");
        assert_eq!(report["scheduled_messages"]["done"], json!(1));
        api.stack.deliver().await;
        assert_eq!(api.inbox_titles(&phone.access).await[0], id);
        assert_eq!(api.pushed_titles("t")[n], id);
        // Published again, it is known.
        schedule(&api, &id, to, HOUR).await;
        api.clock.advance_seconds(2 * HOUR);
        tick_and_deliver(&api).await;
    }
    assert_eq!(api.inbox_titles(&phone.access).await, ["m2", "m1", "m0"]);
    assert_eq!(api.pushed_titles("t"), ["m0", "m1", "m2"]);
    let stored = api.whole_table().await;
    assert!(!stored.contains("scheduled_text"), "no text is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_past_is_now_and_one_too_far_ahead_is_refused() {
    let api = start().await;
    let phone = with_device(&api).await;
    schedule(&api, "past", &json!({"phone": PHONE}), -HOUR).await;
    assert_eq!(api.inbox_titles(&phone.access).await, ["past"]);
    schedule(&api, "far", &json!({"phone": PHONE}), 30 * 24 * HOUR + 3_000).await;
    for _ in 0..4 {
        api.deliver_again().await;
    }
    let dead = api.stack.queue.as_ref().expect("a queue").dead_letters();
    let reason = dead[0].reason.as_deref().unwrap_or_default();
    assert_eq!(reason, "unreadable: send_at must be at most 30 days ahead");
    schedule(&api, "last", &json!({"phone": PHONE}), 30 * 24 * HOUR).await;
    assert_eq!(api.waiting(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_cancelled_in_time_and_not_too_late() {
    let api = start().await;
    let phone = with_device(&api).await;
    for (n, to) in [json!({"phone": PHONE}), json!({"all": true})].iter().enumerate() {
        let (never, sent) = (format!("never{n}"), format!("sent{n}"));
        schedule(&api, &never, to, HOUR).await;
        schedule(&api, &sent, to, HOUR).await;
        for _ in 0..2 {
            assert_eq!(cancel(&api, &never).await, Cancellation::Cancelled);
        }
        // The queue delivers its record again.
        schedule(&api, &never, to, HOUR).await;
        api.clock.advance_seconds(2 * HOUR);
        schedule(&api, &never, to, -HOUR).await;
        tick_and_deliver(&api).await;
        assert_eq!(cancel(&api, &sent).await, Cancellation::TooLate);
        assert_eq!(cancel(&api, "unknown").await, Cancellation::Unknown);
    }
    assert_eq!(api.inbox_titles(&phone.access).await, ["sent1", "sent0"]);
    assert_eq!(api.pushed_titles("t"), ["sent0", "sent1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_anywhere_sends_it_once_in_the_end() {
    let api = start().await;
    let phone = with_device(&api).await;
    api.wire.delay(Duration::from_millis(3));
    let mut kills = 0;
    let mut expected = Vec::new();
    for calls in 1..24 {
        let id = format!("m{calls:02}");
        schedule(&api, &id, &json!({"phone": PHONE}), HOUR).await;
        api.clock.advance_seconds(HOUR);
        let cleanup = api.stack.scheduled()[0].target.clone();
        let work = async move { cleanup.handle(json!({"stage": "messages"})).await };
        kills += usize::from(killed_after(calls, &api.wire, work).await.is_none());
        tick_and_deliver(&api).await;
        assert_eq!(cancel(&api, &id).await, Cancellation::TooLate);
        expected.insert(0, id);
    }
    assert!(kills > 16, "{kills} kills are too few to matter");
    let mut titles = Vec::new();
    let mut path = "/api/notifications/?page_size=100".to_owned();
    while !path.is_empty() {
        let page = api.get(&path).bearer(&phone.access).send().await.expect(200).json();
        let items = page["results"].as_array().expect("a list").iter();
        titles.extend(items.map(|item| item["title"].as_str().expect("a title").to_owned()));
        path = page["next"].as_str().unwrap_or_default().replace("http://api.example.com", "");
    }
    assert_eq!(titles, expected, "each is there once");
    let pushed = api.pushed_titles("t");
    assert!(expected.iter().all(|id| pushed.contains(id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_cancelled_while_it_is_sent_one_of_both_holds() {
    let api = start().await;
    let phone = with_device(&api).await;
    let (mut cancelled, mut sent) = (0, 0);
    for round in 0..20 {
        let id = format!("m{round:02}");
        schedule(&api, &id, &json!({"phone": PHONE}), HOUR).await;
        api.clock.advance_seconds(HOUR);
        api.wire.delay(Duration::from_millis(5));
        let late = Duration::from_millis(5 * (round % 10));
        let send = async {
            tokio::time::sleep(Duration::from_millis(45)).await;
            tick(&api).await;
        };
        let cancels = (0..3).map(|_| async {
            tokio::time::sleep(Duration::from_millis(45) + 10 * late).await;
            cancel(&api, &id).await
        });
        let (outcomes, ()) = tokio::join!(join_all(cancels), send);
        api.wire.delay(Duration::ZERO);
        tick_and_deliver(&api).await;
        let is_there = api.inbox_titles(&phone.access).await.contains(&id);
        let is_cancelled = outcomes[0] == Cancellation::Cancelled;
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
        assert_ne!(is_there, is_cancelled, "{id}: {outcomes:?}");
        cancelled += usize::from(is_cancelled);
        sent += usize::from(is_there);
    }
    assert!(cancelled > 0 && sent > 0, "{cancelled} cancelled, {sent} sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_exported_while_it_waits_and_is_erased_with_its_customer() {
    let api = start().await;
    let phone = with_device(&api).await;
    schedule(&api, "reminder", &json!({"phone": PHONE}), HOUR).await;
    let export = api.get("/api/customer/export/").bearer(&phone.access).send().await;
    let export = export.expect(200).json().to_string();
    assert!(export.contains("reminder"), "{export}");
    let leave = api.delete("/api/customer/").bearer(&phone.access).send().await;
    assert!(leave.status.is_success(), "{}", leave.status);
    for scheduled in api.stack.scheduled() {
        scheduled.run().await.expect("a run");
    }
    let stored = api.whole_table().await;
    assert!(!stored.contains("reminder") && !stored.contains("scheduled"), "{stored}");
    api.clock.advance_seconds(2 * HOUR);
    tick_and_deliver(&api).await;
    assert!(api.pushes_to("t").is_empty());
}
