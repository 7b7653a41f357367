//! Each message of the queue reaches the inbox once and each active device at least once.

use harness::{Api, phone::LoggedIn};
use local::sns_recorder::{Endpoints, Message, Refusal};
use serde_json::{Value, json};
use shared::deadline::Deadline;

use crate::PHONE;

/// A change of the endpoints at SNS.
type Change = fn(&mut Endpoints);

async fn with_device(api: &Api, number: &str, token: &str) -> LoggedIn {
    let phone = api.log_in(number).await;
    api.register(&phone.access, token).await.expect(201);
    phone
}

async fn device(api: &Api, phone: &LoggedIn, token: &str) -> Value {
    api.get(&format!("/api/devices/{token}/")).bearer(&phone.access).send().await.expect(200).json()
}

/// The stored reason and time of a silenced device.
async fn silenced(api: &Api, token: &str) -> Option<String> {
    let table = api.whole_table().await;
    let item = table
        .lines()
        .find(|item| item.contains("\"DEVICE#") && item.contains(&format!("S(\"{token}\")")))?
        .to_owned();
    item.contains("silenced").then_some(item)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_pushed_to_every_active_device_with_the_unread_count_as_its_badge() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t1").await;
    api.register(&phone.access, "t2").await.expect(201);
    api.register(&phone.access, "off").await.expect(201);
    api.patch("/api/devices/off/")
        .bearer(&phone.access)
        .json(&json!({"active": false}))
        .send()
        .await
        .expect(200);
    for n in 1..=3 {
        api.publish(&json!({
            "id": format!("m{n}"), "to": {"phone": PHONE}, "type": "order",
            "title": format!("T{n}"), "body": "B", "data": {"order": 4711}, "ttl": 60,
        }));
        api.stack.deliver().await;
    }
    for token in ["t1", "t2"] {
        let pushes = api.pushes_to(token);
        assert_eq!(pushes.len(), 3);
        let badges: Vec<&Value> =
            pushes.iter().map(|push| &push["apns"]["payload"]["aps"]["badge"]).collect();
        assert_eq!(badges, [&json!(1), &json!(2), &json!(3)]);
        let last = &pushes[2];
        assert_eq!(last["notification"], json!({"title": "T3", "body": "B"}));
        assert_eq!(last["android"]["collapse_key"], json!("m3"));
        assert_eq!(last["android"]["ttl"], json!("60s"));
        let newest = api.inbox(&phone.access).await["results"][0].clone();
        assert_eq!(
            last["data"],
            json!({"order": "4711", "notification_id": newest["id"], "type": "order"})
        );
    }
    assert!(api.pushes_to("off").is_empty());
    // Read messages are not counted.
    api.post("/api/notifications/read/")
        .bearer(&phone.access)
        .json(&json!({"all": true}))
        .send()
        .await
        .expect(200);
    api.notify(&phone, "m4", "T4").await;
    assert_eq!(api.pushes_to("t1")[3]["apns"]["payload"]["aps"]["badge"], json!(1));
    assert_eq!(
        api.stack.recorder.endpoints(|endpoints| endpoints.len()),
        2,
        "each device has one endpoint, whatever the number of pushes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_delivered_three_times_with_a_crash_in_between_makes_one_item_and_push_each() {
    let api = Api::start().await;
    let phones =
        [with_device(&api, PHONE, "t0").await, with_device(&api, "+14155550124", "t1").await];
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let record = |n: usize| {
        let to = json!({"customer_id": phones[n % 2].customer["id"]});
        let body = json!({"id": format!("m{n}"), "to": to, "title": format!("m{n}")}).to_string();
        json!({"messageId": format!("r{n}"), "body": body})
    };
    let batch = json!({"Records": (0..10).map(record).collect::<Vec<_>>()});
    let deliver =
        |batch: &Value| (fed.consumer.handle)(fed.app.clone(), batch.clone(), Deadline::none());
    // All pushes are refused, so that the delivery stops between the inbox and the push.
    api.stack.recorder.refuse_next_of("Publish", 1_000, Refusal::AuthorizationError);
    let answer = deliver(&batch).await.expect("an answer");
    assert_eq!(
        answer["batchItemFailures"].as_array().map(Vec::len),
        Some(10),
        "nothing was pushed, so all messages are retried"
    );
    assert!(api.pushes_to("t0").is_empty() && api.pushes_to("t1").is_empty());
    for phone in &phones {
        assert_eq!(
            api.inbox_titles(&phone.access).await.len(),
            5,
            "the inbox is written before the push"
        );
    }
    api.stack.recorder.clear_refusals();
    for _ in 0..2 {
        assert_eq!(deliver(&batch).await.expect("an answer"), json!({"batchItemFailures": []}));
    }
    for (n, phone) in phones.iter().enumerate() {
        let mut titles = api.inbox_titles(&phone.access).await;
        titles.sort();
        let mut expected: Vec<String> =
            (0..10).filter(|m| m % 2 == n).map(|m| format!("m{m}")).collect();
        assert_eq!(titles, expected, "each message is one item");
        assert_eq!(api.inbox(&phone.access).await["unread"], json!(5));
        let mut pushed = api.pushed_titles(&format!("t{n}"));
        pushed.sort();
        pushed.dedup();
        expected.sort();
        assert_eq!(pushed, expected, "each message was pushed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_moment_leaves_one_item_and_the_push_comes_later() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    for n in 0..16_u64 {
        let body = json!({"id": format!("m{n}"), "to": {"phone": PHONE}, "title": format!("m{n}")})
            .to_string();
        let batch = json!({"Records": [{"messageId": "r", "body": body}]});
        api.wire.delay(std::time::Duration::from_millis(10));
        let limit = std::time::Duration::from_millis(4 + 5 * n);
        let killed = tokio::time::timeout(
            limit,
            (fed.consumer.handle)(fed.app.clone(), batch.clone(), Deadline::none()),
        )
        .await;
        api.wire.delay(std::time::Duration::ZERO);
        for _ in 0..2 {
            let answer = (fed.consumer.handle)(fed.app.clone(), batch.clone(), Deadline::none())
                .await
                .expect("an answer");
            assert_eq!(answer, json!({"batchItemFailures": []}), "{killed:?}");
        }
        let title = format!("m{n}");
        let count = |titles: Vec<String>| titles.iter().filter(|one| **one == title).count();
        assert_eq!(count(api.inbox_titles(&phone.access).await), 1);
        assert!(count(api.pushed_titles("t")) >= 1);
    }
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(16));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_failed_records_are_retried_and_those_that_never_succeed_become_dead_letters() {
    let api = Api::with(&[("AccessTokenSeconds", "100000")]).await;
    let phone = with_device(&api, PHONE, "t").await;
    let queue = api.stack.queue.clone().expect("a queue");
    queue.send("this is no message".to_owned());
    api.publish(&json!({"id": "m1", "to": {"phone": PHONE}, "title": "Fine"}));
    api.publish(&json!({"id": "m2", "to": {"phone": "+14155550199"}, "title": "To nobody"}));
    api.publish(&json!({
        "id": "m3", "to": {"customer_id": "019aac3f-0000-7000-8000-000000000000"},
        "title": "To nobody",
    }));
    api.stack.deliver().await;
    assert_eq!(api.waiting(), 1, "only the unreadable message is left in the queue");
    assert_eq!(api.pushed_titles("t"), ["Fine"]);
    for receives in 2..=4 {
        api.stack.deliver().await;
        assert_eq!(api.waiting(), 1, "the message is not visible yet");
        api.deliver_again().await;
        assert_eq!((api.waiting(), queue.dead_letters().len()), (1, 0), "{receives} receives");
    }
    api.deliver_again().await;
    let dead = queue.dead_letters();
    assert_eq!((api.waiting(), dead.len()), (0, 1));
    assert_eq!(dead[0].body, "this is no message");
    let reason = dead[0].reason.as_deref().unwrap_or_default();
    assert!(reason.starts_with("unreadable: "), "{reason}");
    assert_eq!(api.pushed_titles("t"), ["Fine"], "no other message was delivered again");
    assert_eq!(api.inbox_titles(&phone.access).await, ["Fine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_or_missing_endpoint_deactivates_its_device_until_it_registers_again() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let ways: [(Change, &str); 2] = [
        (|all| all.disable("t"), "endpoint_disabled"),
        (|all| all.delete_by_token("t"), "endpoint_gone"),
    ];
    for (n, (way, reason)) in ways.into_iter().enumerate() {
        api.stack.recorder.clear();
        api.notify(&phone, &format!("a{n}"), "Before").await;
        assert_eq!(api.pushed_titles("t"), ["Before"]);
        api.stack.recorder.endpoints(way);
        api.clock.advance_seconds(60);
        api.notify(&phone, &format!("b{n}"), "Not pushed").await;
        assert_eq!(api.waiting(), 0, "the message is done in spite of the error");
        assert_eq!(api.pushed_titles("t"), ["Before"]);
        assert_eq!(device(&api, &phone, "t").await["active"], json!(false));
        let stored = silenced(&api, "t").await.expect("the reason and the time are stored");
        assert!(
            stored.contains(reason)
                && stored.contains(
                    &api.stack.state("fcm").expect("fcm").now().as_millisecond().to_string()
                )
        );
        // The app registers it again at its next start, which enables its endpoint or creates
        // another.
        api.register(&phone.access, "t").await.expect(200);
        assert!(silenced(&api, "t").await.is_none());
        api.notify(&phone, &format!("c{n}"), "After").await;
        assert_eq!(api.pushed_titles("t"), ["Before", "After"]);
        assert!(api.stack.recorder.endpoints(|all| all.is_enabled("t") && all.len() == 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_endpoint_with_other_attributes_is_reused_and_a_new_token_is_set() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    api.notify(&phone, "m1", "One").await;
    let arn = api.stack.recorder.endpoints(|all| all.of("t"));
    // The endpoint was created elsewhere with other user data, and the device does not know it.
    api.delete("/api/devices/t/").bearer(&phone.access).send().await.expect(204);
    api.stack.recorder.endpoints(|all| {
        all.set_user_data("t", "somebody else's");
        all.disable("t");
    });
    api.register(&phone.access, "t").await.expect(201);
    api.notify(&phone, "m2", "Two").await;
    assert_eq!(api.pushed_titles("t"), ["One", "Two"]);
    // The push service gives the app a new token.
    let patch = json!({"registration_id": "u"});
    api.patch("/api/devices/t/").bearer(&phone.access).json(&patch).send().await.expect(200);
    api.notify(&phone, "m3", "Three").await;
    assert_eq!(api.pushed_titles("u"), ["Three"]);
    assert_eq!(
        api.stack.recorder.endpoints(|all| (all.of("u"), all.len())),
        (arn, 1),
        "the same endpoint has the new token"
    );
    // The token already has an endpoint, which is used.
    let other = with_device(&api, "+14155550124", "v").await;
    api.notify(&other, "m1", "Other").await;
    api.delete("/api/devices/v/").bearer(&other.access).send().await.expect(204);
    let patch = json!({"registration_id": "v"});
    api.patch("/api/devices/u/").bearer(&phone.access).json(&patch).send().await.expect(200);
    api.notify(&phone, "m4", "Four").await;
    assert_eq!(api.pushed_titles("v"), ["Other", "Four"]);
    // The push service rejects the token.
    api.register(&phone.access, "no-token").await.expect(201);
    api.stack.recorder.refuse_next_of("CreatePlatformEndpoint", 1, Refusal::UnknownToken);
    api.notify(&phone, "m5", "Five").await;
    assert_eq!(device(&api, &phone, "no-token").await["active"], json!(false));
    assert!(silenced(&api, "no-token").await.expect("a reason").contains("registration_refused"));
    assert_eq!(api.waiting(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_push_is_retried() {
    let api = Api::with(&[("AccessTokenSeconds", "100000")]).await;
    let phone = with_device(&api, PHONE, "t").await;
    for (n, action) in
        ["CreatePlatformEndpoint", "GetEndpointAttributes", "Publish"].into_iter().enumerate()
    {
        api.stack.recorder.clear();
        // A change, so that the endpoint is checked again.
        let change = json!({"registration_id": "t", "type": "android", "name": action});
        api.post("/api/devices/").bearer(&phone.access).json(&change).send().await.expect(200);
        if n < 1 {
            api.stack.recorder.endpoints(|all| all.delete_by_token("t"));
        }
        api.stack.recorder.refuse_next_of(action, 1, Refusal::Throttled);
        api.notify(&phone, &format!("m{n}"), "Hello").await;
        assert_eq!((api.waiting(), api.pushes_to("t").len()), (1, 0), "{action}");
        assert_eq!(
            api.inbox(&phone.access).await["unread"],
            json!(n + 1),
            "the message is already in the inbox"
        );
        assert_eq!(device(&api, &phone, "t").await["active"], json!(true));
        api.deliver_again().await;
        assert_eq!((api.waiting(), api.pushes_to("t").len()), (0, 1), "{action}");
        assert_eq!(api.inbox(&phone.access).await["unread"], json!(n + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_platform_application_devices_register_and_nothing_is_pushed() {
    let api = Api::with(&[("PlatformApplicationArn", "")]).await;
    let phone = with_device(&api, PHONE, "t").await;
    api.notify(&phone, "m1", "Hello").await;
    assert_eq!(api.inbox_titles(&phone.access).await, ["Hello"]);
    assert_eq!(api.waiting(), 0);
    assert!(api.pushes_to("t").is_empty() && api.stack.recorder.endpoints(|all| all.is_empty()));
    assert_eq!(device(&api, &phone, "t").await["active"], json!(true));
    assert!(harness::log::everything().contains("no platform application is configured"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_published_twice_arrives_once_even_after_its_deletion() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    for _ in 0..20 {
        api.publish(&json!({"id": "m1", "to": {"phone": PHONE}, "title": "Once"}));
    }
    api.stack.deliver().await;
    assert_eq!(api.inbox_titles(&phone.access).await, ["Once"]);
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(1));
    api.post("/api/notifications/bulk-delete/")
        .bearer(&phone.access)
        .json(&json!({"all": true}))
        .send()
        .await
        .expect(200);
    api.notify(&phone, "m1", "Once").await;
    assert!(api.inbox_titles(&phone.access).await.is_empty());
    let other = api.log_in("+14155550124").await;
    api.notify(&other, "m1", "Once").await;
    assert_eq!(
        api.inbox_titles(&other.access).await,
        ["Once"],
        "the same id for another customer is another message"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_published_through_the_sns_api_is_delivered_too() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let app = api.stack.state("notifier").expect("the notifier runs");
    let message = json!({"id": "m1", "to": {"phone": PHONE}, "title": "Hello"}).to_string();
    app.topic.as_ref().expect("a topic").publish(&message).await.expect("published");
    api.stack.deliver().await;
    assert_eq!(api.inbox_titles(&phone.access).await, ["Hello"]);
    assert!(
        matches!(api.stack.recorder.messages().last(), Some(Message::Push { to, .. }) if to == "t")
    );
    let shown = serde_json::to_value(api.stack.recorder.messages().last()).expect("JSON");
    assert_eq!((&shown["kind"], &shown["to"]), (&json!("push"), &json!("t")));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_of_the_platform_application_devices_get_endpoints_of_the_new_one() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    api.notify(&phone, "m1", "One").await;
    let arn = "arn:aws:sns:us-east-1:123456789012:app/GCM/other";
    let other = api.another(&[("PlatformApplicationArn", arn)]).await;
    for id in ["m2", "m3"] {
        other.notify(&phone, id, "Again").await;
    }
    assert_eq!(api.pushed_titles("t"), ["One", "Again", "Again"]);
    let endpoints = api.whole_table().await;
    assert!(endpoints.contains("endpoint/GCM/other/") && !endpoints.contains("GCM/local/"));
}
