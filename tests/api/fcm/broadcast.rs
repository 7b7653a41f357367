//! A message to all: one item that every inbox is merged with.

use futures_util::future::join_all;
use harness::{Answer, Api, phone::LoggedIn};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::PHONE;

const OTHER: &str = "+14155550124";

pub async fn to_all(api: &Api, id: &str) {
    api.publish(&json!({"id": id, "to": {"all": true}, "title": id}));
    api.stack.deliver().await;
}

async fn post(api: &Api, phone: &LoggedIn, path: &str, body: Value) -> Answer {
    api.post(path).bearer(&phone.access).json(&body).send().await
}

async fn read(api: &Api, phone: &LoggedIn, body: Value) -> Value {
    let answer = post(api, phone, "/api/notifications/read/", body).await;
    answer.expect(200).json()["unread"].clone()
}

async fn delete(api: &Api, phone: &LoggedIn, body: Value) -> Value {
    let answer = post(api, phone, "/api/notifications/bulk-delete/", body).await;
    answer.expect(200).json()["deleted"].clone()
}

/// Titles and whether they are read, of the first page of a hundred.
async fn shown(api: &Api, phone: &LoggedIn) -> Vec<(String, bool)> {
    let list = api.get("/api/notifications/?page_size=100").bearer(&phone.access);
    let page = list.send().await.expect(200).json();
    let items = page["results"].as_array().expect("a list").clone();
    let unread = items.iter().filter(|item| item["read"] == false).count();
    assert_eq!(page["unread"], json!(unread));
    items
        .iter()
        .map(|item| (item["title"].as_str().expect("a title").to_owned(), item["read"] == true))
        .collect()
}

async fn id_of(api: &Api, phone: &LoggedIn, title: &str) -> Value {
    let page = api.inbox(&phone.access).await;
    let items = page["results"].as_array().expect("a list").iter();
    items.clone().find(|item| item["title"] == title).expect("it is there")["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_it_at_once_and_reads_and_deletes_it_for_themselves() {
    let api = Api::start().await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in(OTHER).await);
    api.notify(&amal, "own", "own").await;
    assert_eq!(shown(&api, &basma).await, []);
    api.clock.advance_seconds(1);
    to_all(&api, "first").await;
    api.clock.advance_seconds(1);
    let late = api.log_in("+14155550125").await;
    let item = |title: &str, read| (title.to_owned(), read);
    assert_eq!(shown(&api, &amal).await, [item("first", false), item("own", false)]);
    assert_eq!(shown(&api, &basma).await, [item("first", false)]);
    assert_eq!(shown(&api, &late).await, [], "who registers later does not see it");
    let first = id_of(&api, &amal, "first").await;
    assert_eq!(read(&api, &amal, json!({"ids": [first]})).await, json!(1));
    assert_eq!(read(&api, &amal, json!({"ids": [first]})).await, json!(1));
    assert_eq!(shown(&api, &amal).await, [item("first", true), item("own", false)]);
    assert_eq!(shown(&api, &basma).await, [item("first", false)]);
    to_all(&api, "second").await;
    assert_eq!(shown(&api, &late).await, [item("second", false)]);
    assert_eq!(read(&api, &basma, json!({"all": true})).await, json!(0));
    let path = format!("/api/notifications/{}/", first.as_str().expect("an id"));
    for status in [204, 404] {
        api.delete(&path).bearer(&amal.access).send().await.expect(status);
    }
    api.delete(&path).bearer(&late.access).send().await.expect(404);
    let second = id_of(&api, &amal, "second").await;
    let ids = json!({"ids": [first, second, id_of(&api, &amal, "own").await]});
    assert_eq!(delete(&api, &amal, ids.clone()).await, json!(2));
    assert_eq!(delete(&api, &amal, ids).await, json!(0));
    assert_eq!(delete(&api, &basma, json!({"all": true})).await, json!(2));
    assert_eq!(delete(&api, &basma, json!({"all": true})).await, json!(0));
    assert_eq!((shown(&api, &amal).await, shown(&api, &basma).await), (vec![], vec![]));
    assert_eq!(shown(&api, &late).await, [item("second", false)]);
    to_all(&api, "third").await;
    assert_eq!(shown(&api, &amal).await, [item("third", false)]);
    to_all(&api, "third").await;
    assert_eq!(shown(&api, &amal).await, [item("third", false)], "published again, it is the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_etag_names_the_messages_to_all_too() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let list = || api.get("/api/notifications/").bearer(&phone.access);
    let mut tags = Vec::new();
    for change in 0..4 {
        match change {
            0 => {}
            1 => to_all(&api, "first").await,
            2 => to_all(&api, "second").await,
            _ => drop(read(&api, &phone, json!({"all": true})).await),
        }
        let tag = list().send().await.expect(200).header("etag").to_owned();
        list().header("if-none-match", &tag).send().await.expect(304);
        assert!(!tags.contains(&tag));
        tags.push(tag);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_through_both_kinds_and_back() {
    let api = Api::with(&[("PlatformApplicationArn", "")]).await;
    let phone = api.log_in(PHONE).await;
    for n in 0..25 {
        api.clock.advance_seconds(1);
        match n % 3 {
            0 => to_all(&api, &format!("m{n}")).await,
            _ => api.notify(&phone, &format!("m{n}"), &format!("m{n}")).await,
        }
    }
    let get = async |url: &str| {
        let url = url.trim_start_matches("http://api.example.com");
        api.get(url).bearer(&phone.access).send().await.expect(200).json()
    };
    let titles = |page: &Value| -> Vec<String> {
        let items = page["results"].as_array().expect("a list").iter();
        items.map(|item| item["title"].as_str().expect("a title").to_owned()).collect()
    };
    for size in [1, 4, 10] {
        let mut pages = vec![get(&format!("/api/notifications/?page_size={size}")).await];
        assert_eq!(pages[0]["unread"], json!(25));
        while let Some(next) = pages.last().and_then(|page| page["next"].as_str()) {
            let next = get(next).await;
            pages.push(next);
        }
        let all: Vec<String> = pages.iter().flat_map(titles).collect();
        assert_eq!(all, (0..25).rev().map(|n| format!("m{n}")).collect::<Vec<_>>());
        for (earlier, page) in pages.iter().zip(&pages[1..]) {
            let back = get(page["previous"].as_str().expect("a page before")).await;
            assert_eq!(titles(&back), titles(earlier));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_two_hundred_live_and_each_lives_for_ninety_days() {
    let long = "100000000";
    let api = Api::with(&[
        ("PlatformApplicationArn", ""),
        ("AccessTokenSeconds", long),
        ("RefreshIdleSeconds", long),
    ])
    .await;
    let phone = api.log_in(PHONE).await;
    for n in 0..200 {
        to_all(&api, &format!("m{n}")).await;
    }
    to_all(&api, "too many").await;
    assert_eq!(api.waiting(), 1, "it comes back");
    assert!(harness::log::everything().contains("200 messages to all live, which is the most"));
    let page = api.inbox(&phone.access).await;
    assert_eq!((&page["unread"], &page["results"][0]["title"]), (&json!(200), &json!("m199")));
    // Every second one is read, every third deleted: the head has the exceptions.
    let list = api.get("/api/notifications/?page_size=100").bearer(&phone.access);
    let page = list.send().await.expect(200).json();
    let ids = |every: usize| {
        let items = page["results"].as_array().expect("a list").iter();
        json!({"ids": items.step_by(every).map(|item| &item["id"]).collect::<Vec<_>>()})
    };
    assert_eq!(read(&api, &phone, ids(2)).await, json!(150));
    assert_eq!(delete(&api, &phone, ids(3)).await, json!(34));
    assert_eq!(read(&api, &phone, json!({"all": true})).await, json!(0));
    assert_eq!(delete(&api, &phone, json!({"all": true})).await, json!(166));
    api.clock.advance(SignedDuration::from_hours(24 * 90));
    let again = api.log_in(OTHER).await;
    for n in 0..20 {
        api.deliver_again().await;
        if api.waiting() == 0 {
            break;
        }
        assert!(n < 19, "it is published when the others have expired");
    }
    to_all(&api, "new").await;
    let mut titles = api.inbox_titles(&phone.access).await;
    titles.retain(|title| title != "too many");
    assert_eq!(titles, ["new"], "the marks do not cover a new one");
    assert_eq!(read(&api, &again, json!({"all": true})).await, json!(0));
    let app = api.stack.state("fcm").expect("fcm runs");
    let known = app.broadcasts.read(&app.store, app.now()).await.expect("a list");
    assert!(known.last() > 200, "no number is given twice");
    let stored = api.whole_table().await;
    assert!(stored.lines().filter(|item| item.contains("\"INBOX#ALL\"")).count() <= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_while_all_is_marked_or_deleted_is_covered_or_left() {
    let api = Api::with(&[("WritesPerMinute", "0"), ("PlatformApplicationArn", "")]).await;
    let phone = api.log_in(PHONE).await;
    for n in 0..20 {
        api.publish(&json!({"id": format!("m{n}"), "to": {"all": true}, "title": "x"}));
        api.publish(&json!({"id": format!("own{n}"), "to": {"phone": PHONE}, "title": "x"}));
    }
    let marks = join_all((0..12).map(|_| read(&api, &phone, json!({"all": true}))));
    let deletions = join_all((0..12).map(|_| delete(&api, &phone, json!({"all": true}))));
    let (_, deleted, ()) = tokio::join!(marks, deletions, api.stack.deliver());
    api.stack.deliver().await;
    let gone: u64 = deleted.iter().filter_map(Value::as_u64).sum();
    // Messages for which others left no patience come back.
    while api.waiting() > 0 {
        api.deliver_again().await;
    }
    let left = shown(&api, &phone).await.len() as u64;
    assert_eq!(gone + left, 40, "each was deleted once or is left");
    assert_eq!(delete(&api, &phone, json!({"all": true})).await, json!(left));
    assert_eq!(shown(&api, &phone).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn publishers_at_the_same_time_get_numbers_of_their_own() {
    let api = Api::with(&[("PlatformApplicationArn", "")]).await;
    let phone = api.log_in(PHONE).await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let publish = async |n: usize| {
        let body = json!({"id": format!("m{}", n % 8), "to": {"all": true}, "title": "x"});
        let record = json!({"messageId": "r", "body": body.to_string()});
        fed.handle(json!({"Records": [record]})).await.expect("an answer")
    };
    let answers = join_all((0..32).map(publish)).await;
    assert!(answers.iter().all(|answer| *answer == json!({"batchItemFailures": []})));
    assert_eq!(shown(&api, &phone).await.len(), 8);
    let app = api.stack.state("fcm").expect("fcm runs");
    let known = app.broadcasts.read(&app.store, app.now()).await.expect("a list");
    let numbers: Vec<u64> = known.iter().map(|one| one.number).collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    assert!(known.iter().is_sorted_by_key(|one| one.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_deliveries_of_one_id_at_once_make_one_item() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let deliver = async |_| {
        let body = json!({"id": "m", "to": {"phone": PHONE}, "title": "Once"}).to_string();
        fed.handle(json!({"Records": [{"messageId": "r", "body": body}]})).await
    };
    let answers = join_all((0..64).map(deliver)).await;
    assert!(answers.iter().any(Result::is_ok));
    assert_eq!(api.inbox_titles(&phone.access).await, ["Once"]);
    assert_eq!(api.inbox(&phone.access).await["unread"], json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_back_after_many_others_makes_no_second_item() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let sent = fed.app.now().as_millisecond().to_string();
    api.notify(&phone, "first", "first").await;
    for n in 0..70 {
        api.clock.advance_seconds(1);
        api.notify(&phone, &format!("m{n}"), "x").await;
    }
    let body = json!({"id": "first", "to": {"phone": PHONE}, "title": "first"}).to_string();
    let now = fed.app.now().as_millisecond().to_string();
    let text = |text: &str| json!({"stringValue": text, "dataType": "String"});
    let reason = json!({"reason": text("busy"), "record": text("r")});
    let moved = "arn:aws:sqs:us-east-1:123456789012:dead";
    let records = [
        json!({"attributes": {"ApproximateReceiveCount": "2", "SentTimestamp": sent}}),
        json!({"attributes": {"SentTimestamp": now}, "messageAttributes": reason}),
        json!({"attributes": {"SentTimestamp": now, "DeadLetterQueueSourceArn": moved}}),
    ];
    for mut record in records {
        (record["messageId"], record["body"]) = (json!("r"), json!(body));
        fed.handle(json!({"Records": [record]})).await.expect("an answer");
        assert_eq!(api.inbox(&phone.access).await["unread"], json!(71));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_back_after_all_was_deleted_pushes_nothing() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.notify(&phone, "m", "Once").await;
    assert_eq!(delete(&api, &phone, json!({"all": true})).await, json!(1));
    api.notify(&phone, "m", "Once").await;
    assert_eq!(api.pushed_titles("t"), ["Once"]);
    assert_eq!(api.inbox_titles(&phone.access).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_of_before_gets_no_message_a_second_time() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.notify(&phone, "new", "new").await;
    // As the last version left it: a head without hashes, and a receipt.
    let (client, table) = (api.dynamodb(), api.table_name());
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let head = shared::inbox::keys::inbox(phone.id());
    let forget = client.update_item().table_name(&table).set_key(Some(head.into_item()));
    forget.update_expression("REMOVE recent").send().await.expect("written");
    api.store_fixtures(phone.id()).await;
    let receipts_to =
        client.update_item().table_name(&table).key("pk", text(&format!("INBOX#{}", phone.id())));
    let receipts_to = receipts_to.key("sk", text("HEAD")).update_expression("REMOVE receipts_to");
    receipts_to.send().await.expect("written");
    for id in ["a message of before", "another", "a message of before"] {
        api.notify(&phone, id, id).await;
    }
    assert_eq!(api.inbox_titles(&phone.access).await, ["another", "new"]);
    let titles = async |days: i64| {
        api.clock.advance(SignedDuration::from_hours(24 * days));
        api.notify(&phone, "a message of before", "again").await;
    };
    titles(91).await;
    let app = api.stack.state("fcm").expect("fcm runs");
    assert_eq!(app.store.inbox(phone.id()).await.expect("an inbox").unread(app.now()), 2 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_has_messages_to_all_and_an_erasure_leaves_only_them() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    to_all(&api, "first").await;
    let export = async || {
        let request = api.get("/api/customer/export/").bearer(&phone.access);
        request.send().await.expect(200).json()["notifications"].clone()
    };
    let shown = export().await;
    assert_eq!((&shown[0]["title"], &shown[0]["read"]), (&json!("first"), &json!(false)));
    read(&api, &phone, json!({"all": true})).await;
    assert_eq!(export().await[0]["read"], json!(true));
    delete(&api, &phone, json!({"all": true})).await;
    assert_eq!(export().await, json!([]));
    api.delete("/api/customer/").bearer(&phone.access).send().await.expect(204);
    api.erase(phone.id(), || false).await.expect("erased");
    let table = api.whole_table().await;
    let of_customer = format!("INBOX#{}", phone.id());
    assert!(!table.contains(&of_customer) && !table.contains(&format!("DEV#{}", phone.id())));
    assert!(table.contains("INBOX#ALL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_storage_refuses_the_list_of_messages_to_all_it_is_shown_as_it_was() {
    let api = Api::with(&[("PlatformApplicationArn", "")]).await;
    let app = api.stack.state("fcm").expect("fcm runs");
    to_all(&api, "first").await;
    let list = async || app.broadcasts.read(&app.store, app.now()).await;
    assert_eq!(list().await.expect("a list").last(), 1);
    to_all(&api, "second").await;
    for (seconds, is_known) in [(30, true), (31, false)] {
        api.clock.advance_seconds(seconds);
        api.wire.script(1_000, "Query", |_| harness::faults::throttled());
        assert_eq!(list().await.is_ok_and(|known| known.last() == 1), is_known);
    }
    api.wire.script(0, "Query", |_| harness::faults::throttled());
    assert_eq!(list().await.expect("a list").last(), 2);
}
