//! One id follows a message from its publisher to its pushes, in the log.

use harness::{Api, log::KeptLog};
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber as _;

use crate::PHONE;

/// The lines that have this correlation id.
fn following<'a>(lines: &'a [Value], correlation: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["correlation"] == correlation).collect()
}

fn count(lines: &[&Value], message: &str, to: &Value) -> usize {
    lines.iter().filter(|line| line["message"] == message && line["to"] == *to).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_about_a_message_to_all_has_the_publishers_id() {
    let api = Api::with(&[("FanOutPage", "1")]).await;
    for number in 0..4 {
        let phone = api.log_in(&format!("+1415555010{number}")).await;
        api.register(&phone.access, &format!("token-{number}")).await.expect(201);
    }
    let log = KeptLog::default();
    api.publish(&json!({
        "id": "news-7", "to": {"all": true}, "title": "News", "correlation_id": "shop-7f3a9c",
    }));
    api.stack.deliver().with_subscriber(log.subscriber()).await;
    let lines = log.lines();
    let followed = following(&lines, "shop-7f3a9c");
    assert_eq!(count(&followed, "message", &json!("all")), 1);
    assert!(count(&followed, "message", &json!("page")) >= 16, "a page for each shard");
    let pushes: Vec<&&Value> = followed.iter().filter(|line| line["message"] == "push").collect();
    assert_eq!(pushes.len(), 4);
    assert!(pushes.iter().all(|push| push["sns"].is_string() && push["customer"].is_string()));
    let others = lines.iter().filter(|line| {
        line["correlation"].is_null() && line["message"] != "batch" && line["_aws"].is_null()
    });
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_id_of_its_own_a_message_is_found_by_the_hash_of_its_id() {
    let api = Api::start().await;
    api.log_in(PHONE).await;
    let log = KeptLog::default();
    api.publish(&json!({"id": "order-1001-shipped", "to": {"phone": PHONE}, "title": "T"}));
    api.stack.deliver().with_subscriber(log.subscriber()).await;
    let lines = log.lines();
    // printf %s order-1001-shipped | sha256sum | cut -c 1-16
    let followed = following(&lines, "ee05653e7e06a238");
    assert_eq!(count(&followed, "message", &json!("phone")), 1, "{lines:?}");
    assert!(!format!("{lines:?}").contains("order-1001"));
}
