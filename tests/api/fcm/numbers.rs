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
    let items =
        client.scan().table_name(&table).send().await.expect("a scan").items.expect("items");
    let text = |item: &HashMap<String, AttributeValue>, name: &str| {
        item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
    };
    for item in items.iter().filter(|item| text(item, "pk").starts_with("DEV#")) {
        let change = match text(item, "sk") {
            sort if sort == "COUNT" => "REMOVE #name",
            sort if sort.starts_with("DEVICE#") || sort == "OWNER" => "SET #name = :id",
            _ => continue,
        };
        let update = client.update_item().table_name(&table).update_expression(change);
        let update = update
            .key("pk", item["pk"].clone())
            .key("sk", item["sk"].clone())
            .expression_attribute_names(
                "#name",
                if change.starts_with("SET") { "id" } else { "last" },
            );
        let id = AttributeValue::N(LONG_AGO.to_string());
        let update = if change.starts_with("SET") {
            update.expression_attribute_values(":id", id)
        } else {
            update
        };
        update.send().await.expect("written");
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
