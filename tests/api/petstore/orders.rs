//! The operations on orders.

use harness::Api;
use serde_json::json;

use super::{delete, get};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_shown_and_deleted() {
    let api = Api::start().await;
    let sent = json!({
        "petId": 3, "quantity": 7, "shipDate": "2026-11-25T18:00:00.000+0000", "status": "placed",
        "complete": true,
    });
    let order = api.post("/v2/store/order").json(&sent).send().await.expect(200).json();
    assert_eq!(order["shipDate"], "2026-11-25T18:00:00.000Z");
    let path = format!("/v2/store/order/{}", order["id"]);
    assert_eq!(get(&api, &path).await.expect(200).json(), order);
    let deleted = delete(&api, &path).await.expect(200).json();
    assert_eq!(
        deleted,
        json!({"code": 200, "type": "unknown", "message": order["id"].to_string()})
    );
    for answer in [get(&api, &path).await, delete(&api, &path).await] {
        assert_eq!(
            answer.expect(404).body,
            r#"{"code":1,"type":"error","message":"Order not found"}"#
        );
    }
}
