//! What a customer switches off is not pushed, but stands in the inbox.

use futures_util::future::join_all;
use harness::{
    Answer, Api,
    cost::{DELAY, cost},
    phone::LoggedIn,
};
use serde_json::{Value, json};

use crate::PHONE;

const PATH: &str = "/api/notifications/preferences/";

async fn with_device(api: &Api, number: &str, token: &str) -> LoggedIn {
    let phone = api.log_in(number).await;
    api.register(&phone.access, token).await.expect(201);
    phone
}

async fn preferences(api: &Api, phone: &LoggedIn) -> Answer {
    api.get(PATH).bearer(&phone.access).send().await.expect(200)
}

async fn change(api: &Api, phone: &LoggedIn, body: Value) -> Answer {
    api.patch(PATH).bearer(&phone.access).json(&body).send().await
}

/// Publishes a message to a phone or to all: its id is its title, too.
async fn publish(api: &Api, to: Value, id: &str, more: Value) {
    let mut message = json!({"id": id, "to": to, "title": id});
    let members = message.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    api.publish(&message);
    api.stack.deliver().await;
}

async fn opt_in(api: &Api, phone: &LoggedIn, opted_in: bool) {
    let body = json!({"marketing_opt_in": opted_in});
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_what_it_does_not_name_and_null_forgets_a_type() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    assert_eq!(preferences(&api, &amal).await.json(), json!({"push": true, "types": {}}));
    for (body, after) in [
        (json!({}), json!({"push": true, "types": {}})),
        (json!({"types": {"offers": false}}), json!({"push": true, "types": {"offers": false}})),
        (json!({"push": "off"}), json!({"push": false, "types": {"offers": false}})),
        (
            json!({"types": {"order": "yes", "unknown": null}}),
            json!({"push": false, "types": {"offers": false, "order": true}}),
        ),
        (
            json!({"push": true, "types": {"offers": null}}),
            json!({"push": true, "types": {"order": true}}),
        ),
    ] {
        assert_eq!(change(&api, &amal, body).await.expect(200).json(), after);
        assert_eq!(preferences(&api, &amal).await.json(), after);
    }
    assert_eq!(preferences(&api, &basma).await.json(), json!({"push": true, "types": {}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_names_types_by_a_dot_or_brackets_and_an_empty_value_forgets_one() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let form = async |pairs: Value| {
        let request = api.patch(PATH).bearer(&phone.access).form(&pairs);
        request.send().await.expect(200).json()["types"].clone()
    };
    let set = form(json!({"types.offers": "false", "types[order.shipped]": "true"})).await;
    assert_eq!(set, json!({"offers": false, "order.shipped": true}));
    assert_eq!(form(json!({"types.offers": ""})).await, json!({"order.shipped": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_change_is_named() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let many: Value = (0..51).map(|n| (format!("t{n}"), json!(false))).collect();
    for (body, error) in [
        (json!({"push": null}), "400 null: This field may not be null. [push]"),
        (json!({"push": 2}), "400 invalid: Must be a valid boolean. [push]"),
        (json!({"types": null}), "400 null: This field may not be null. [types]"),
        (
            json!({"types": ["offers"]}),
            "400 invalid: Invalid data. Expected a dictionary, but got list. [types]",
        ),
        (
            json!({"types": {"offers": "perhaps", "order": {}}, "push": "x"}),
            "400 invalid: Must be a valid boolean. [push]; \
             400 invalid: Must be a valid boolean. [types.offers]; \
             400 invalid: Must be a valid boolean. [types.order]",
        ),
        (
            json!({"types": {" ": true}}),
            "400 invalid: Ensure each name in this field has 1 to 50 characters. [types]",
        ),
        (
            json!({"types": {"x".repeat(51): true}}),
            "400 invalid: Ensure each name in this field has 1 to 50 characters. [types]",
        ),
        (
            json!({"types": {"a\0b": true}}),
            "400 invalid: Ensure each name in this field has 1 to 50 characters. [types]",
        ),
        (
            json!({"types": many}),
            "400 max_length: Ensure this field has no more than 50 elements. [types]",
        ),
    ] {
        assert_eq!(change(&api, &phone, body).await.error(), error);
    }
    assert_eq!(preferences(&api, &phone).await.json(), json!({"push": true, "types": {}}));
    let longest = "\u{1f4f1}".repeat(50);
    change(&api, &phone, json!({"types": {longest: false}})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_fifty_types_at_most_with_those_that_are_stored() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let fifty: Value = (0..50).map(|n| (format!("t{n}"), json!(false))).collect();
    change(&api, &phone, json!({"types": fifty})).await.expect(200);
    let more = change(&api, &phone, json!({"types": {"one more": true}})).await.error();
    assert_eq!(more, "400 max_length: Ensure this field has no more than 50 elements. [types]");
    let swapped = json!({"types": {"one more": true, "t7": null}});
    let types = change(&api, &phone, swapped).await.expect(200).json()["types"].clone();
    assert_eq!(types.as_object().map(serde_json::Map::len), Some(50));
    assert_eq!((&types["one more"], &types["t7"]), (&json!(true), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_not_pushed_but_stands_in_the_inbox() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let to = || json!({"phone": PHONE});
    let offer = json!({"type": "offers"});
    change(&api, &phone, json!({"types": {"offers": false}})).await.expect(200);
    publish(&api, to(), "an offer", offer.clone()).await;
    publish(&api, to(), "an order", json!({"type": "order"})).await;
    publish(&api, to(), "no type", json!({})).await;
    publish(&api, to(), "a critical offer", json!({"type": "offers", "critical": true})).await;
    assert_eq!(api.pushed_titles("t"), ["an order", "no type", "a critical offer"]);
    change(&api, &phone, json!({"push": false, "types": {"offers": null}})).await.expect(200);
    publish(&api, to(), "another order", json!({"type": "order"})).await;
    publish(&api, to(), "a critical order", json!({"type": "order", "critical": true})).await;
    change(&api, &phone, json!({"push": true})).await.expect(200);
    publish(&api, to(), "another offer", offer).await;
    assert_eq!(
        api.pushed_titles("t")[2..],
        ["a critical offer", "a critical order", "another offer"]
    );
    assert_eq!(api.inbox_titles(&phone.access).await.len(), 7);
    let last = api.pushes_to("t").pop().expect("a push");
    assert_eq!(last["apns"]["payload"]["aps"]["badge"], json!(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_is_pushed_only_with_consent_even_if_it_is_critical() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let to = || json!({"phone": PHONE});
    let marketing = json!({"type": "marketing"});
    let critical = json!({"type": "marketing", "critical": true});
    publish(&api, to(), "unasked", marketing.clone()).await;
    publish(&api, to(), "unasked, critical", critical.clone()).await;
    assert!(api.pushed_titles("t").is_empty());
    opt_in(&api, &phone, true).await;
    publish(&api, to(), "wanted", marketing.clone()).await;
    change(&api, &phone, json!({"types": {"marketing": false}})).await.expect(200);
    publish(&api, to(), "switched off", marketing.clone()).await;
    publish(&api, to(), "critical", critical).await;
    change(&api, &phone, json!({"types": {"marketing": null}})).await.expect(200);
    opt_in(&api, &phone, false).await;
    publish(&api, to(), "withdrawn", marketing).await;
    assert_eq!(api.pushed_titles("t"), ["wanted", "critical"]);
    assert_eq!(api.inbox_titles(&phone.access).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_push_asks_no_switch_but_marketing_needs_consent() {
    let api = Api::with(&[("FanOutRate", "0")]).await;
    let phone = with_device(&api, PHONE, "t").await;
    change(&api, &phone, json!({"push": false, "types": {"sync": false}})).await.expect(200);
    api.clock.advance_seconds(1);
    for (n, to) in [json!({"phone": PHONE}), json!({"all": true})].into_iter().enumerate() {
        for kind in ["sync", "marketing"] {
            for opted_in in [false, true] {
                opt_in(&api, &phone, opted_in).await;
                let id = format!("{kind} {opted_in} {n}");
                let data = json!({"id": id});
                let message =
                    json!({"id": id, "to": to, "type": kind, "silent": true, "data": data});
                api.publish(&message);
                api.stack.deliver().await;
            }
        }
    }
    let pushed: Vec<Value> =
        api.pushes_to("t").iter().map(|push| push["data"]["id"].clone()).collect();
    assert_eq!(
        pushed,
        [
            "sync false 0",
            "sync true 0",
            "marketing true 0",
            "sync false 1",
            "sync true 1",
            "marketing true 1"
        ]
    );
    assert!(api.inbox_titles(&phone.access).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_all_is_pushed_by_the_preferences_of_each() {
    let api = Api::with(&[("FanOutRate", "0")]).await;
    let amal = with_device(&api, PHONE, "amal").await;
    let basma = with_device(&api, "+14155550124", "basma").await;
    let (chada, dunya) = ("+14155550125", "+14155550126");
    let chada = with_device(&api, chada, "chada").await;
    with_device(&api, dunya, "dunya").await;
    change(&api, &amal, json!({"types": {"marketing": false, "news": false}})).await.expect(200);
    change(&api, &chada, json!({"push": false})).await.expect(200);
    for phone in [&amal, &basma, &chada] {
        opt_in(&api, phone, true).await;
    }
    api.clock.advance_seconds(1);
    let to = || json!({"all": true});
    publish(&api, to(), "news", json!({"type": "news"})).await;
    publish(&api, to(), "sale", json!({"type": "marketing"})).await;
    publish(&api, to(), "alert", json!({"type": "news", "critical": true})).await;
    assert_eq!(api.pushed_titles("amal"), ["alert"]);
    assert_eq!(api.pushed_titles("basma"), ["news", "sale", "alert"]);
    assert_eq!(api.pushed_titles("chada"), ["alert"]);
    assert_eq!(api.pushed_titles("dunya"), ["news", "alert"]);
    for phone in [&amal, &chada] {
        assert_eq!(api.inbox_titles(&phone.access).await, ["alert", "sale", "news"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_changes_at_once_are_all_stored_and_of_those_of_one_version_one() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let send = |n: usize, tag: Option<&str>| {
        let body = json!({"types": {format!("t{n}"): false}});
        let request = api.patch(PATH).bearer(&phone.access).json(&body);
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        request.send()
    };
    for answer in join_all((0..20).map(|n| send(n, None))).await {
        answer.expect(200);
    }
    let answer = preferences(&api, &phone).await;
    assert_eq!(answer.json()["types"].as_object().map(serde_json::Map::len), Some(20));
    let tag = answer.header("etag").to_owned();
    let raced = join_all((20..28).map(|n| send(n, Some(&tag)))).await;
    let count = |status| raced.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(412)), (1, 7));
    let answer = preferences(&api, &phone).await;
    assert_eq!(answer.json()["types"].as_object().map(serde_json::Map::len), Some(21));
    let known = api.get(PATH).bearer(&phone.access).header("if-none-match", &tag);
    known.send().await.expect(200);
    let known = api.get(PATH).bearer(&phone.access).header("if-none-match", answer.header("etag"));
    known.send().await.expect(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_cost_a_push_nothing_and_consent_one_read_unit_or_half_of_one() {
    let api = Api::with(&[("FanOutRate", "0")]).await;
    let phone = with_device(&api, PHONE, "t").await;
    let get = api.get(PATH).bearer(&phone.access);
    api.expect_cost("get", get, 200, cost(1, 2.0, 0.0)).await;
    let body = json!({"types": {"offers": false, "news": true}});
    let patch = || api.patch(PATH).bearer(&phone.access).json(&body);
    api.expect_cost("change", patch(), 200, cost(2, 2.0, 2.0)).await;
    api.expect_cost("no change", patch(), 200, cost(1, 2.0, 1.0)).await;
    opt_in(&api, &phone, true).await;
    let deliver = async |to: Value, id: &str, kind: &str| {
        api.clock.advance_seconds(10);
        let message = json!({"id": id, "to": to, "type": kind, "title": id});
        api.publish(&message);
        api.wire.delay(DELAY);
        api.wire.reset();
        api.stack.deliver().await;
        api.wire.delay(std::time::Duration::ZERO);
        api.wire.cost()
    };
    let one = || json!({"phone": PHONE});
    // The first push makes the endpoint.
    deliver(one(), "first", "news").await;
    let news = deliver(one(), "second", "news").await;
    let marketing = deliver(one(), "third", "marketing").await;
    let offers = deliver(one(), "fourth", "offers").await;
    assert_eq!(marketing.trips, news.trips);
    assert!((marketing.read_units - news.read_units - 1.0).abs() < 0.1, "{marketing:?} {news:?}");
    assert!(offers.read_units < news.read_units - 1.9, "{offers:?} {news:?}");
    let all = || json!({"all": true});
    let news = deliver(all(), "fifth", "news").await;
    let marketing = deliver(all(), "sixth", "marketing").await;
    assert!((marketing.read_units - news.read_units - 0.5).abs() < 0.1, "{marketing:?} {news:?}");
    assert_eq!(api.pushed_titles("t"), ["first", "second", "third", "fifth", "sixth"]);
}
