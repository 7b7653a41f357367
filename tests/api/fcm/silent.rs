//! A silent message is pushed and stands in no inbox.

use harness::{Api, phone::LoggedIn};
use serde_json::{Value, json};
use shared::deadline::Deadline;

use crate::PHONE;

fn silent(id: &str, to: Value) -> Value {
    json!({"id": id, "to": to, "type": "sync", "silent": true, "data": {"since": 7}})
}

async fn inbox(api: &Api, phone: &LoggedIn) -> (Value, usize) {
    let page = api.inbox(&phone.access).await;
    (page["unread"].clone(), page["results"].as_array().expect("a list").len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_message_is_pushed_once_and_no_inbox_has_or_counts_it() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.notify(&phone, "seen", "Seen").await;
    let fed = api.stack.queue_consumer().expect("a consumer").clone();
    let body = silent("s", json!({"phone": PHONE})).to_string();
    let batch = json!({"Records": [{"messageId": "r", "body": body}]});
    for _ in 0..3 {
        let answer = (fed.consumer.handle)(fed.app.clone(), batch.clone(), Deadline::none());
        assert_eq!(answer.await.expect("an answer"), json!({"batchItemFailures": []}));
    }
    let pushes = api.pushes_to("t");
    assert_eq!(pushes.len(), 2, "a record that comes again pushes nothing");
    assert_eq!(pushes[1]["data"], json!({"since": "7", "type": "sync"}));
    assert!(pushes[1].get("notification").is_none());
    assert_eq!(pushes[1]["apns"]["payload"], json!({"aps": {"content-available": 1}}));
    assert_eq!(inbox(&api, &phone).await, (json!(1), 1));
    api.notify(&phone, "next", "Next").await;
    assert_eq!(api.pushes_to("t")[2]["apns"]["payload"]["aps"]["badge"], json!(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_push_that_failed_comes_again() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    let refusal = local::sns_recorder::Refusal::AuthorizationError;
    api.stack.recorder.refuse_next_of("Publish", 1, refusal);
    api.publish(&silent("s", json!({"phone": PHONE})));
    api.stack.deliver().await;
    assert_eq!((api.waiting(), api.pushes_to("t").len()), (1, 0));
    api.deliver_again().await;
    assert_eq!((api.waiting(), api.pushes_to("t").len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_message_to_all_is_hidden_from_lists_counts_marks_and_the_export() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    api.publish(&json!({"id": "before", "to": {"all": true}, "title": "Before"}));
    api.publish(&silent("hidden", json!({"all": true})));
    api.publish(&json!({"id": "after", "to": {"all": true}, "title": "After"}));
    api.stack.deliver().await;
    let silent: Vec<Value> =
        api.pushes_to("t").into_iter().filter(|push| push.get("notification").is_none()).collect();
    assert_eq!(silent.len(), 1);
    assert_eq!(silent[0]["data"], json!({"since": "7", "type": "sync"}));
    assert_eq!(inbox(&api, &phone).await, (json!(2), 2));
    let export = api.get("/api/customer/export/").bearer(&phone.access).send().await;
    let export = export.expect(200).json();
    assert!(!export.to_string().contains("sync"), "{export:#}");
    let all = json!({"all": true});
    let read = api.post("/api/notifications/read/").bearer(&phone.access).json(&all);
    assert_eq!(read.send().await.expect(200).json()["unread"], json!(0));
    let delete = api.post("/api/notifications/bulk-delete/").bearer(&phone.access).json(&all);
    assert_eq!(delete.send().await.expect(200).json()["deleted"], json!(2));
}
