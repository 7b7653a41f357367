//! The cost of operations on devices and notifications: sequential trips to storage, and units.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::{
    Api,
    cost::{DELAY, cost},
    phone::LoggedIn,
};
use jiff::SignedDuration;
use serde_json::json;
use shared::{hashes::ContentHash, inbox::Inbox, random::SystemRandom};

use super::broadcast::to_all;
use crate::PHONE;

/// Makes the function read the public keys of tokens, which it does once.
async fn warm(api: &Api, phone: &LoggedIn) {
    api.get("/api/devices/").bearer(&phone.access).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn device_operations_read_in_one_trip_and_write_in_two() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    warm(&api, &amal).await;
    let new = json!({"registration_id": "t", "type": "ios"});
    let post = |phone: &LoggedIn| api.post("/api/devices/").bearer(&phone.access).json(&new);
    api.expect_cost("new", post(&amal), 201, cost(2, 4.0, 9.0)).await;
    api.expect_cost("again", post(&amal), 200, cost(1, 4.0, 0.0)).await;
    api.expect_cost("moved", post(&basma), 200, cost(2, 4.0, 14.0)).await;
    let keyed = json!({"registration_id": "k", "type": "ios"});
    let keyed = || {
        api.post("/api/devices/").bearer(&amal.access).header("idempotency-key", "k").json(&keyed)
    };
    api.expect_cost("with a key", keyed(), 201, cost(2, 5.0, 10.0)).await;
    api.expect_cost("repeated", keyed(), 201, cost(1, 5.0, 0.0)).await;
    api.expect_cost("list", api.get("/api/devices/").bearer(&basma.access), 200, cost(1, 2.0, 0.0))
        .await;
    api.expect_cost(
        "retrieve",
        api.get("/api/devices/t/").bearer(&basma.access),
        200,
        cost(1, 2.0, 0.0),
    )
    .await;
    let patch = |body| api.patch("/api/devices/t/").bearer(&basma.access).json(&body);
    api.expect_cost("patch", patch(json!({"name": "x"})), 200, cost(2, 2.0, 2.0)).await;
    api.expect_cost(
        "another registration id",
        patch(json!({"registration_id": "u"})),
        200,
        cost(2, 3.0, 11.0),
    )
    .await;
    let destroy = api.delete("/api/devices/u/").bearer(&basma.access);
    api.expect_cost("destroy", destroy, 204, cost(2, 1.0, 8.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_with_a_device_costs_three_trips_whoever_owned_the_device() {
    let api = Api::start().await;
    for (phone, status, expected) in [
        (PHONE, 201, cost(3, 2.5, 28.0)),
        (PHONE, 200, cost(3, 4.5, 12.0)),
        ("+14155550124", 201, cost(3, 2.5, 33.0)),
    ] {
        api.clock.advance_seconds(61);
        api.stack.prepare().await;
        let code = api.code_for(phone).await;
        let device = json!({"platform": "ios", "registration_id": "t"});
        let body =
            json!({"phone": phone, "challenge": code.challenge, "otp": code.otp, "device": device});
        let request = api.post("/api/customer/authenticate/").json(&body);
        api.expect_cost("log-in", request, status, expected).await;
    }
}

/// 50 items of 4,096 bytes of registration id, twice 255 characters of four bytes, and some 330
/// bytes of other attributes are 79 times 4 KB. The check of the session takes another unit.
const LARGEST_LIST: f64 = 80.0;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_fifty_devices_of_the_largest_size_costs_no_more_than_its_bytes() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let wide = "\u{1f4f1}".repeat(255);
    for n in 10..60 {
        let body = json!({
            "registration_id": format!("{n}{}", "x".repeat(4_094)), "type": "android",
            "name": wide, "device_id": wide,
        });
        api.post("/api/devices/").bearer(&phone.access).json(&body).send().await.expect(201);
    }
    let list = api.get("/api/devices/").bearer(&phone.access);
    let listed = api.expect_cost("list", list, 200, cost(1, LARGEST_LIST, 0.0)).await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(50));
    let four_bytes = json!({"registration_id": "\u{1f4f1}".repeat(4_096), "type": "android"});
    let refused = api.put(&format!("/api/devices/10{}/", "x".repeat(4_094)));
    refused.bearer(&phone.access).json(&four_bytes).send().await.expect(400);
}

/// Writes the items and the head of an inbox with so many messages directly into the table.
async fn fill(api: &Api, phone: &LoggedIn, count: usize) {
    let app = api.stack.state("fcm").expect("fcm runs");
    let customer = phone.id();
    let (mut inbox, mut writes) = (Inbox::default(), Vec::new());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let kept = SignedDuration::from_hours(24 * 90);
    for n in 0..count {
        let message = ContentHash::of(&format!("filled {n}"));
        let (after, id, until) = inbox.with_message(&message, app.now(), kept, &SystemRandom);
        inbox = after;
        let key = shared::inbox::keys::notification(customer, id);
        let item = HashMap::from([
            ("pk", text(key.partition())),
            ("sk", text(key.sort())),
            ("id", text(&id.to_string())),
            ("category", text("news")),
            ("title", text("A message")),
            ("body", text("with some words in it")),
            ("data", text("{}")),
            ("read", AttributeValue::Bool(false)),
            ("message", text(message.as_str())),
            ("until", AttributeValue::N(until.as_millisecond().to_string())),
            (table::EXPIRES, AttributeValue::N(until.as_second().to_string())),
            (table::DUE, text(&key.expiry_partition())),
            (table::DUE_AT, AttributeValue::N(table::due_day(until).to_string())),
        ]);
        let item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        writes.push(WriteRequest::builder().put_request(put).build());
    }
    let (client, table) = (api.dynamodb(), api.table_name());
    let batches = stream::iter(writes.chunks(25).map(<[WriteRequest]>::to_vec)).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch);
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
    let first = Inbox { revision: 1, ..inbox };
    assert!(
        app.store.change_inbox(customer, &Inbox::default(), &first, &[]).await.expect("written")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_costs_the_same_with_ten_messages_and_with_five_thousand() {
    for count in [10, 5_000] {
        let api = Api::start().await;
        let phone = api.log_in(PHONE).await;
        warm(&api, &phone).await;
        fill(&api, &phone, count).await;
        let list = || api.get("/api/notifications/?page_size=10").bearer(&phone.access);
        let page = api.expect_cost("list", list(), 200, cost(1, 3.0, 0.0)).await.json();
        assert_eq!(
            (&page["unread"], page["results"].as_array().map(Vec::len)),
            (&json!(count), Some(10))
        );
        let id = |n: usize| page["results"][n]["id"].as_str().expect("an id").to_owned();
        let post = |path: &str, body| api.post(path).bearer(&phone.access).json(&body);
        let (read, delete) = ("/api/notifications/read/", "/api/notifications/bulk-delete/");
        api.expect_cost(
            "read some",
            post(read, json!({"ids": [id(0), id(1)]})),
            200,
            cost(2, 4.0, 7.0),
        )
        .await;
        api.expect_cost(
            "read them again",
            post(read, json!({"ids": [id(0), id(1)]})),
            200,
            cost(2, 5.0, 1.0),
        )
        .await;
        api.expect_cost(
            "delete some",
            post(delete, json!({"ids": [id(0), id(1)]})),
            200,
            cost(2, 4.0, 9.0),
        )
        .await;
        let one = api.delete(&format!("/api/notifications/{}/", id(2))).bearer(&phone.access);
        api.expect_cost("delete one", one, 204, cost(2, 3.0, 6.0)).await;
        let answer = api
            .expect_cost("read all", post(read, json!({"all": true})), 200, cost(2, 2.5, 2.0))
            .await;
        assert_eq!(answer.json(), json!({"unread": 0}));
        let answer = api
            .expect_cost("delete all", post(delete, json!({"all": true})), 200, cost(2, 2.5, 2.0))
            .await;
        assert_eq!(answer.json(), json!({"deleted": count - 3}));
        let answer = list().send().await.expect(200);
        assert_eq!(answer.json()["results"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_costs_two_trips_without_devices_and_three_with_them() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let deliver = async |id: &str| {
        api.publish(
            &json!({"id": id, "to": {"customer_id": phone.customer["id"]}, "title": "Hello"}),
        );
        api.wire.delay(DELAY);
        api.wire.reset();
        api.stack.deliver().await;
        api.wire.delay(Duration::ZERO);
        api.wire.cost()
    };
    assert_eq!(deliver("m1").await, cost(2, 3.0, 4.0), "{:#?}", api.wire.calls());
    api.register(&phone.access, "t").await.expect(201);
    deliver("m2").await;
    assert_eq!(deliver("m3").await, cost(3, 5.0, 4.0), "{:#?}", api.wire.calls());
    assert_eq!(api.pushed_titles("t").len(), 2);
    // The head has room for the hashes of the last sixty-four.
    for n in 0..70 {
        api.notify(&phone, &format!("more{n}"), "More").await;
    }
    assert_eq!(deliver("m4").await, cost(3, 5.0, 4.0), "{:#?}", api.wire.calls());
    let again = deliver("m4").await;
    assert!(again.write_units < 0.5, "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_costs_the_same_where_the_inbox_has_messages_of_as_many_weeks_as_live() {
    let long = "100000000";
    let api = Api::with(&[
        ("PlatformApplicationArn", ""),
        ("AccessTokenSeconds", long),
        ("RefreshIdleSeconds", long),
    ])
    .await;
    let phone = api.log_in(PHONE).await;
    let post = async |path: &str, body| {
        api.post(path).bearer(&phone.access).json(&body).send().await.expect(200);
    };
    for week in 0..16 {
        to_all(&api, &format!("all{week}")).await;
        for n in 0..6 {
            api.notify(&phone, &format!("m{week}-{n}"), "Hello").await;
        }
        match week {
            1 => post("/api/notifications/bulk-delete/", json!({"all": true})).await,
            5 => post("/api/notifications/read/", json!({"all": true})).await,
            _ => {
                let page = api.inbox(&phone.access).await;
                let ids = [&page["results"][0]["id"], &page["results"][6]["id"]];
                post("/api/notifications/read/", json!({"ids": ids})).await;
            }
        }
        api.clock.advance_seconds(7 * 86_400);
    }
    api.publish(&json!({"id": "last", "to": {"customer_id": phone.id()}, "title": "Hello"}));
    api.wire.reset();
    api.stack.deliver().await;
    assert!((api.wire.cost().write_units - 4.0).abs() < 0.5, "{:#?}", api.wire.calls());
    let stored = api.whole_table().await;
    let head = stored.lines().find(|item| item.contains("\"HEAD\"")).expect("a head");
    assert!(head.contains("read_to") && head.contains("deleted_to") && head.contains("marks"));
}
