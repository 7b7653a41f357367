//! The numbers of devices: the customer's own, from 1, in 32 bits, and none used twice.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use harness::{Api, phone::LoggedIn};
use serde_json::{Value, json};

use crate::PHONE;

/// A number as devices had before customers had numbers of their own.
const LONG_AGO: u64 = 446_210_054_687_077;

async fn ids(api: &Api, phone: &LoggedIn) -> Vec<u64> {
    let list = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200).json();
    let devices = list.as_array().expect("a list").iter();
    devices.map(|device| device["id"].as_u64().expect("an integer")).collect()
}

/// Gives all devices in the table numbers of long ago, and their heads no last number.
async fn number_as_long_ago(api: &Api) {
    let (client, table) = (api.dynamodb(), api.table_name());
    let is_of_devices = |item: &&mut HashMap<String, AttributeValue>| {
        item["pk"].as_s().is_ok_and(|key| key.starts_with("DEV#"))
    };
    for item in api.items().await.iter_mut().filter(is_of_devices) {
        item.remove("last");
        if let Some(id) = item.get_mut("id") {
            *id = AttributeValue::N(LONG_AGO.to_string());
        }
        let put = client.put_item().table_name(&table).set_item(Some(item.clone()));
        put.send().await.expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_customer_counts_from_one_and_a_number_is_not_used_again() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    for phone in [PHONE, "+14155550124"] {
        let phone = api.log_in(phone).await;
        for (id, token) in [(1, "a"), (2, "b"), (3, "c")] {
            let token = format!("{token}{}", phone.customer["phone"].as_str().expect("a phone"));
            let made = api.register(&phone.access, &token).await.expect(201).json();
            assert_eq!(made["id"], id);
            if id == 2 {
                let path = format!("/api/devices/{token}/");
                api.delete(&path).bearer(&phone.access).send().await.expect(204);
            }
        }
        assert_eq!(ids(&api, &phone).await, [3, 1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_long_ago_get_their_numbers_when_they_are_read_or_written() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let patch = json!({"name": "n"});
    for (how, expected) in [("list", 1), ("one", 1), ("patch", 1), ("again", 2), ("move", 1)] {
        for token in ["t", "u"] {
            api.register(&phone.access, token).await;
            api.clock.advance_seconds(1);
        }
        number_as_long_ago(&api).await;
        let at = "/api/devices/t/";
        let bearer = &phone.access;
        match how {
            "list" => assert_eq!(ids(&api, &phone).await, [2, 1]),
            "one" => {
                let one = api.get(at).bearer(bearer).send().await.expect(200).json();
                assert_eq!(one["id"], expected);
            }
            "patch" => {
                let one = api.patch(at).bearer(bearer).json(&patch).send().await.expect(200).json();
                assert_eq!((&one["id"], &one["name"]), (&json!(expected), &json!("n")));
            }
            "move" => {
                let body = json!({"registration_id": "v"});
                let one = api.patch(at).bearer(bearer).json(&body).send().await.expect(200).json();
                assert_eq!(one["id"], expected);
            }
            _ => {
                let one = api.register(bearer, "u").await.expect(200).json();
                assert_eq!(one["id"], 1);
                let one = api.register(bearer, "t").await.expect(200).json();
                assert_eq!(one["id"], expected);
            }
        }
        let numbered = ids(&api, &phone).await;
        assert!(numbered == [2, 1] || numbered == [1, 2], "{how}: {numbered:?}");
        assert_eq!(ids(&api, &phone).await, numbered, "{how}: they stay");
        api.register(bearer, "next").await.expect(201);
        assert_eq!(ids(&api, &phone).await[0], 3, "{how}");
        for token in ["t", "u", "v", "next"] {
            api.delete(&format!("/api/devices/{token}/")).bearer(bearer).send().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_given_and_read_at_once_are_the_same_for_all() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    for n in 0..10 {
        api.register(&phone.access, &format!("t{n}")).await.expect(201);
    }
    number_as_long_ago(&api).await;
    let read = join_all((0..6).map(|_| ids(&api, &phone)));
    let new = join_all((0..6).map(|n| {
        let token = format!("new{n}");
        let (api, access) = (&api, &phone.access);
        async move { api.register(access, &token).await.expect(201).json()["id"].clone() }
    }));
    let (read, new): (Vec<Vec<u64>>, Vec<Value>) = tokio::join!(read, new);
    let mut all = ids(&api, &phone).await;
    assert!(
        read.iter()
            .flatten()
            .chain(new.iter().filter_map(Value::as_u64).collect::<Vec<_>>().iter())
            .all(|id| all.contains(id))
    );
    all.sort_unstable();
    assert_eq!(all, (1..=16).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_changes_nothing_writes_nothing() {
    let api = Api::with(&[("CodeResendSeconds", "0"), ("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let full = json!({"registration_id": "t", "type": "ios", "name": "n", "device_id": "d"});
    let send = |body: &Value| api.post("/api/devices/").bearer(&phone.access).json(body).send();
    let first = send(&full).await.expect(201).json();
    let before = api.items().await;
    api.clock.advance_seconds(5);
    for same in [&full, &json!({"registration_id": "t", "type": "ios"})] {
        assert_eq!(send(same).await.expect(200).json(), first);
        assert_eq!(api.items().await, before);
    }
    let keyed = |body: &Value| {
        let request = api.post("/api/devices/").bearer(&phone.access).json(body);
        request.header("idempotency-key", "k").send()
    };
    assert_eq!(keyed(&full).await.expect(200).json(), first);
    assert_eq!(keyed(&full).await.header("idempotency-replayed"), "true");
    let other = json!({"registration_id": "t", "type": "web"});
    assert!(keyed(&other).await.error().starts_with("422 idempotency_key_reused"));
    for (change, member) in [
        (json!({"type": "android"}), "type"),
        (json!({"type": "android", "name": null}), "name"),
        (json!({"type": "android", "device_id": "e"}), "device_id"),
        (json!({"type": "android", "active": false}), "active"),
    ] {
        let mut body = json!({"registration_id": "t"});
        body.as_object_mut().expect("an object").extend(change.as_object().cloned().expect("one"));
        assert_eq!(send(&body).await.expect(200).json()[member], change[member], "{member}");
    }
    // The same from another session is a change: the device goes with that session.
    let body = json!({"registration_id": "t", "type": "android", "active": false});
    send(&body).await.expect(200);
    let other = api.log_in(PHONE).await;
    let before = api.items().await;
    api.post("/api/devices/").bearer(&other.access).json(&body).send().await.expect(200);
    assert_ne!(api.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_registration_does_not_have_its_endpoint_checked_again() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.notify(&phone, "m1", "One").await;
    api.register(&phone.access, "t").await.expect(200);
    // A check would fail, and the push with it.
    let throttled = local::sns_recorder::Refusal::Throttled;
    api.stack.recorder.refuse_next_of("GetEndpointAttributes", 1, throttled);
    api.notify(&phone, "m2", "Two").await;
    assert_eq!(api.pushed_titles("t"), ["One", "Two"]);
}
