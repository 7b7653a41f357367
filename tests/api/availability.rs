//! Maintenance and outdated apps: which requests are refused before any other check, and what the
//! check costs.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use harness::{Answer, Api};
use http::Method;
use serde_json::{Value, json};

use crate::{PHONE, trial};

const UPGRADE: &str =
    "426 upgrade_required: This version of the app is no longer served. Please update it. [null]";

/// Writes the app information and makes every function read it.
async fn tell(api: &Api, info: Value) {
    write(api, info).await;
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
}

async fn write(api: &Api, info: Value) {
    let table = &api.stack.state("auth").expect("auth runs").settings.table;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = api
        .dynamodb()
        .put_item()
        .table_name(table)
        .item("pk", text("APP#INFO"))
        .item("sk", text("INFO"));
    let members = info.as_object().expect("an object").iter();
    members
        .fold(put, |put, (name, value)| put.item(name, attribute(value)))
        .send()
        .await
        .expect("the item is written");
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Object(members) => AttributeValue::M(
            members.iter().map(|(name, value)| (name.clone(), attribute(value))).collect(),
        ),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        _ => AttributeValue::Null(true),
    }
}

fn closed() -> Value {
    json!({
        "maintenance": {
            "active": true, "message": "Back at ten.", "until": "2026-11-22T20:31:00.000Z",
        },
    })
}

fn minimum() -> Value {
    json!({
        "name": "Satchel", "features": {"x": true},
        "maintenance": {"active": false, "message": null, "until": null},
        "platforms": {
            "ios": {
                "minimum_version": "2.10.0", "latest_version": "3.0",
                "store_url": "https://apps.example.com/ios",
            },
            "android": {
                "minimum_version": "not yet", "store_url": "https://apps.example.com/android",
            },
        },
    })
}

async fn with_app(api: &Api, platform: &str, version: &str) -> Answer {
    let request = api
        .post("/api/refresh-token/")
        .header("x-app-platform", platform)
        .header("x-app-version", version);
    request.json(&json!({"refresh": "garbage"})).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn during_maintenance_every_operation_under_api_is_503_with_retry_after() {
    let mut api = Api::start().await;
    api.serve_also("auth", "/api/trial", || trial::routes().always_open());
    let phone = api.log_in(PHONE).await;
    tell(&api, closed()).await;
    let words = "503 maintenance: Back at ten. [null]";
    for (method, path) in [
        (Method::POST, "/api/send-otp/"),
        (Method::POST, "/api/refresh-token"),
        (Method::POST, "/api/customer/authenticate/"),
        (Method::GET, "/api/customer/"),
        (Method::TRACE, "/api/customer/"),
    ] {
        // The check comes before 406, 401, 405 and 415.
        let request =
            api.request(method, path).header("accept", "image/png").body("text/plain", "x");
        let answer = request.send().await.expect(503);
        assert_eq!(
            (answer.error().as_str(), answer.header("retry-after")),
            (words, "1800"),
            "{path}"
        );
        assert_eq!(answer.json()["type"], json!("server_error"));
    }
    // The check comes after preflight and 404, and only under /api/.
    api.request(Method::OPTIONS, "/api/customer/").send().await.expect(204);
    api.get("/api/nothing/").send().await.expect(404);
    api.get("/.well-known/jwks.json").send().await.expect(200);
    // The operations that report maintenance stay open.
    api.get("/api/trial/entries/").bearer(&phone.access).send().await.expect(200);
    tell(&api, json!({"maintenance": {"active": true}})).await;
    let answer = api.profile(&phone.access).await;
    assert_eq!(
        answer.error(),
        "503 maintenance: The service is under maintenance. Please try again later. [null]"
    );
    assert_eq!(answer.header("retry-after"), "60");
    tell(&api, json!({"maintenance": {"active": false}})).await;
    api.profile(&phone.access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_below_the_minimum_of_its_platform_gets_426_and_the_store_url() {
    let api = Api::start().await;
    tell(&api, minimum()).await;
    for (platform, version) in
        [("ios", "2.9.9"), ("iOS", "2"), ("ios", "0"), ("ios", "2.9-beta"), ("ios", "2.9.9+310")]
    {
        let answer = with_app(&api, platform, version).await;
        assert_eq!(answer.error(), UPGRADE, "{platform} {version}");
        assert_eq!(answer.json()["store_url"], json!("https://apps.example.com/ios"));
        assert_eq!(answer.json()["type"], json!("client_error"));
    }
    for (platform, version) in [
        ("ios", "2.10"),
        ("ios", "3.0"),
        ("ios", "2.10-beta"),
        ("ios", "latest"),
        ("ios", ""),
        ("android", "0.1"),
        ("web", "0.1"),
        ("", "0.1"),
    ] {
        assert_eq!(with_app(&api, platform, version).await.status, 401, "{platform} {version}");
    }
    api.profile("garbage").await.expect(401);
    // The check comes before 406 and 401, and answers with problem details on request.
    let request =
        api.get("/api/customer/").header("x-app-platform", "ios").header("x-app-version", "1");
    request.header("accept", "image/png").send().await.expect(426);
    let request =
        api.get("/api/customer/").header("x-app-platform", "ios").header("x-app-version", "1");
    let problem =
        request.header("accept", "application/problem+json").send().await.expect(426).json();
    assert_eq!(
        (&problem["code"], &problem["store_url"]),
        (&json!("upgrade_required"), &json!("https://apps.example.com/ios"))
    );
    assert!(api.profile("garbage").await.json().get("store_url").is_none());
    let request = api
        .get("/.well-known/jwks.json")
        .header("x-app-platform", "ios")
        .header("x-app-version", "1");
    request.send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_information_is_read_once_a_minute_and_no_request_waits_for_it() {
    let api = Api::start().await;
    write(&api, closed()).await;
    api.wire.reset();
    api.clock.advance_seconds(59);
    api.profile("garbage").await.expect(401);
    assert_eq!(api.wire.calls().len(), 0);
    api.clock.advance_seconds(1);
    // The cached information is used during a refresh, which one of many requests starts, however
    // slow storage is.
    api.wire.delay(Duration::from_secs(2));
    let answers = join_all((0..32).map(|_| api.profile("garbage"))).await;
    assert!(answers.iter().all(|answer| answer.status == 401));
    assert_eq!(api.wire.calls().len(), 0, "no request waited for storage");
    while api.wire.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    while api.profile("garbage").await.status != 503 {}
    let calls = api.wire.calls();
    assert_eq!(
        (calls.len(), calls[0].operation.as_str(), calls[0].read_units),
        (1, "GetItem", 0.5),
        "{calls:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_starts_during_maintenance_refuses_requests_at_once() {
    let api = Api::start().await;
    write(&api, closed()).await;
    api.profile("garbage").await.expect(401);
    api.another(&[]).await.profile("garbage").await.expect(503);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_storage_fails_the_cached_availability_holds_for_ten_minutes_then_all_is_open() {
    let api = Api::start().await;
    tell(&api, closed()).await;
    // The item is malformed.
    write(&api, json!({"maintenance": "broken"})).await;
    api.clock.advance_seconds(599);
    api.stack.prepare().await;
    api.profile("garbage").await.expect(503);
    api.clock.advance_seconds(1);
    api.stack.prepare().await;
    api.profile("garbage").await.expect(401);
    write(&api, closed()).await;
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
    api.profile("garbage").await.expect(503);
    // An instance that could never read it refuses nothing.
    write(&api, json!({"platforms": {"ios": 7}})).await;
    api.another(&[]).await.profile("garbage").await.expect(401);
}
