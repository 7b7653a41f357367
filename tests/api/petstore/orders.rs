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

#[tokio::test(flavor = "multi_thread")]
async fn dates_are_read_as_the_original_reads_them_and_written_in_utc() {
    let api = Api::start().await;
    for (date, written) in [
        (json!("2026-01-02T03:04:05"), "2026-01-02T03:04:05.000Z"),
        (json!("2026-01-02"), "2026-01-02T00:00:00.000Z"),
        (json!("1767323045000"), "2026-01-02T03:04:05.000Z"),
        (json!(1_767_323_045_000_i64), "2026-01-02T03:04:05.000Z"),
        (json!("2026-01-02T03:04:05.678+05:30"), "2026-01-01T21:34:05.678Z"),
        (json!("Fri, 02 Jan 2026 03:04:05 GMT"), "2026-01-02T03:04:05.000Z"),
        (json!("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59.000Z"),
        (json!("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z"),
        (json!("9999-12-31"), "9999-12-31T00:00:00.000Z"),
        (json!(253_402_300_799_999_i64), "9999-12-31T23:59:59.999Z"),
        (json!("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.000Z"),
        (json!("0099-06-01"), "0099-06-01T00:00:00.000Z"),
        (json!(-1), "1969-12-31T23:59:59.999Z"),
    ] {
        let order = api.post("/v2/store/order").json(&json!({"shipDate": date})).send().await;
        let order = order.expect(200).json();
        assert_eq!(order["shipDate"], written, "{date}");
        let path = format!("/v2/store/order/{}", order["id"]);
        assert_eq!(get(&api, &path).await.expect(200).json(), order);
        let xml = api.get(&path).header("accept", "application/xml").send().await.expect(200);
        let element = format!("<shipDate>{written}</shipDate>");
        assert!(String::from_utf8_lossy(&xml.body).contains(&element), "{date}");
        let body =
            format!("<Order><shipDate>{}</shipDate></Order>", date.to_string().trim_matches('"'));
        let placed = api.post("/v2/store/order").body("application/xml", body).send().await;
        assert_eq!(placed.expect(200).json()["shipDate"], written, "{date}");
    }
    for date in [
        json!("soon"),
        json!("2026-02-30"),
        json!("9999-12-31T23:59:59-01:00"),
        json!("10000-01-01"),
        json!("0000-12-31"),
        json!(253_402_300_800_000_i64),
        json!(i64::MAX),
        json!(1.5),
        json!(1e300),
        json!(true),
        json!([]),
    ] {
        let refused = api.post("/v2/store/order").json(&json!({"shipDate": date})).send().await;
        refused.expect(400);
    }
}
