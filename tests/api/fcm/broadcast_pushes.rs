//! The pushes of a message to all.

use harness::{Api, cost::cost};
use serde_json::{Value, json};

use super::{broadcast::to_all, crowd};
use crate::PHONE;

const OTHER: &str = "+14155550124";

#[tokio::test(flavor = "multi_thread")]
async fn publishing_costs_one_write_and_a_page_one_and_a_half_read_units_a_customer() {
    let api = Api::with(&[("FanOutRate", "0"), ("FanOutPage", "500")]).await;
    crowd::make(&api, 300, |n| n % 3 == 0).await;
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    api.wire.reset();
    queue.deliver_batch(&fed).await;
    assert_eq!(api.wire.cost(), cost(2, 0.5 + 0.5, 1.0), "{:#?}", api.wire.calls());
    assert_eq!(api.waiting(), 256);
    api.wire.reset();
    api.stack.deliver().await;
    let spent = api.wire.cost();
    assert!((spent.write_units - 256.0).abs() < 0.5, "{spent:?}");
    // An empty range costs the message, its own item and the index: the rest is the customers'.
    assert!(spent.read_units <= 256.0 * 3.0 + 100.0 * 1.5, "{spent:?}");
    assert!(crowd::pushes(&api).values().all(|pushes| *pushes == 1));
    assert_eq!(crowd::pushes(&api).len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_stop_when_the_operator_says_so_and_the_message_stays() {
    let api = Api::with(&[("FanOutRate", "0")]).await;
    let phone = api.log_in(PHONE).await;
    crowd::make(&api, 500, |_| true).await;
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    for _ in 0..4 {
        queue.deliver_batch(&fed).await;
    }
    let stop = json!({"id": "news", "to": {"all": true, "stop": true}}).to_string();
    fed.handle(json!({"Records": [{"messageId": "r", "body": stop}]})).await.expect("an answer");
    let before = crowd::pushes(&api).len();
    assert!(before > 0 && before < 500, "{before}");
    api.stack.deliver().await;
    assert_eq!((api.waiting(), crowd::pushes(&api).len()), (0, before));
    assert_eq!(api.inbox_titles(&phone.access).await, ["News"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_a_dead_letter_publishes_the_one_that_it_lost() {
    let api = Api::with(&[("FanOutRate", "0"), ("FanOutPage", "1")]).await;
    crowd::make(&api, 1_500, |_| true).await;
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    for _ in 0..3 {
        queue.deliver_batch(&fed).await;
    }
    // The first ranges have moved on by a customer, of some six.
    let page = json!({"all": true, "number": 1, "range": "00"});
    let body = json!({"id": "news", "to": page, "title": "News"}).to_string();
    let text = |text: &str| json!({"stringValue": text, "dataType": "String"});
    let reason = json!({"reason": text("busy"), "record": text("r")});
    let published_by = async |attributes: &Value| {
        let before = api.waiting();
        let record = json!({"messageId": "r", "body": body, "messageAttributes": attributes});
        let answer = fed.handle(json!({"Records": [record]})).await.expect("an answer");
        assert_eq!(answer, json!({"batchItemFailures": []}));
        api.waiting() - before
    };
    let only_reason = json!({"reason": text("of the publisher")});
    assert_eq!(published_by(&json!({})).await, 0, "another page is under way");
    assert_eq!(published_by(&only_reason).await, 0);
    assert_eq!(published_by(&reason).await, 1);
    api.clock.advance_seconds(3_601);
    assert_eq!(published_by(&json!({})).await, 1, "nobody has moved the range on for an hour");
    api.stack.deliver().await;
    let pushes = crowd::pushes(&api);
    assert_eq!(pushes.len(), 1_500);
    assert!(pushes.values().all(|pushes| *pushes <= 3), "{pushes:?}");
    assert_eq!(published_by(&reason).await, 0, "the range is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_devices_of_the_time_of_the_message_get_a_push_and_only_of_live_sessions() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in(OTHER).await);
    for (phone, token) in [(&amal, "moves"), (&amal, "stays"), (&basma, "ends"), (&basma, "goes")] {
        api.register(&phone.access, token).await.expect(201);
    }
    api.clock.advance_seconds(1);
    api.publish(&json!({"id": "news", "to": {"all": true}, "title": "News"}));
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let queue = api.stack.queue.clone().expect("a queue");
    queue.deliver_batch(&fed).await;
    api.clock.advance_seconds(1);
    let late = api.log_in("+14155550125").await;
    for (token, status) in [("late", 201), ("moves", 200)] {
        api.register(&late.access, token).await.expect(status);
    }
    api.delete("/api/devices/goes/").bearer(&basma.access).send().await.expect(204);
    api.post("/api/logout-device/").bearer(&basma.access).send().await.expect(204);
    api.stack.deliver().await;
    let pushed: Vec<String> = crowd::pushes(&api).into_keys().collect();
    assert_eq!(pushed.iter().filter(|token| *token == "stays").count(), 1, "{pushed:?}");
    for token in ["late", "moves", "goes", "ends"] {
        assert!(!pushed.contains(&token.to_owned()), "{pushed:?}");
    }
    assert!(api.pushes_to("stays")[0]["apns"]["payload"]["aps"].get("badge").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_before_are_listed_when_their_app_starts_and_customers_without_any_leave() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    let (client, table) = (api.dynamodb(), api.table_name());
    let head = shared::device::keys::device_head(phone.id()).into_item();
    let forget = client.update_item().table_name(&table).set_key(Some(head));
    let forget = forget.update_expression("REMOVE #due, due_at");
    forget.expression_attribute_names("#due", "due").send().await.expect("written");
    to_all(&api, "first").await;
    assert!(api.pushes_to("t").is_empty());
    api.register(&phone.access, "t").await.expect(200);
    to_all(&api, "second").await;
    assert_eq!(api.pushed_titles("t"), ["second"]);
    let listed = async || {
        let table = api.whole_table().await;
        table.lines().filter(|item| item.contains("DEV#CUSTOMERS#")).count()
    };
    assert_eq!(listed().await, 1);
    api.delete("/api/devices/t/").bearer(&phone.access).send().await.expect(204);
    to_all(&api, "third").await;
    assert_eq!(listed().await, 0);
    api.register(&phone.access, "t").await.expect(201);
    to_all(&api, "fourth").await;
    assert_eq!(api.pushed_titles("t"), ["second", "fourth"]);
}
