//! Limits on the requests of a customer, and the headers of all limits.

use futures_util::future::join_all;
use harness::{Answer, Api};
use serde_json::json;

use crate::PHONE;

async fn write(api: &Api, access: &str) -> Answer {
    api.patch("/api/customer/").bearer(access).json(&json!({"first_name": "Amal"})).send().await
}

/// The headers `RateLimit-Policy` and `RateLimit`.
fn told(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_120_writes_a_minute_over_all_sessions_and_any_number_of_reads() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    let tablet = api.log_in(PHONE).await;
    let other = api.log_in("+14155550124").await;
    api.clock.advance_seconds(18);
    let first = write(&api, &phone.access).await.expect(200);
    assert_eq!(told(&first), (r#""writes";q=120;w=60"#, r#""writes";r=119;t=42"#));
    for n in 1..120 {
        let access = if n % 2 == 0 { &phone.access } else { &tablet.access };
        let answer = write(&api, access).await.expect(200);
        assert_eq!(answer.header("ratelimit"), format!("\"writes\";r={};t=42", 119 - n));
    }
    let refused = write(&api, &phone.access).await;
    assert_eq!(
        refused.error(),
        "429 throttled: Request was throttled. Expected available in 42 seconds. [null]"
    );
    assert_eq!(refused.header("retry-after"), "42");
    assert_eq!(told(&refused), (r#""writes";q=120;w=60"#, r#""writes";r=0;t=42"#));
    write(&api, &tablet.access).await.expect(429);
    write(&api, &other.access).await.expect(200);
    let read = api.profile(&phone.access).await.expect(200);
    assert_eq!(told(&read), ("", ""));
    api.clock.advance_seconds(41);
    write(&api, &phone.access).await.expect(429);
    api.clock.advance_seconds(1);
    assert_eq!(
        write(&api, &phone.access).await.expect(200).header("ratelimit"),
        r#""writes";r=119;t=60"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writes_at_once_exactly_the_allowed_number_succeeds() {
    let api = Api::with(&[("WritesPerMinute", "20")]).await;
    let phone = api.log_in(PHONE).await;
    // Only the first request changes the profile, so the others do not conflict.
    write(&api, &phone.access).await.expect(200);
    let answers = join_all((0..60).map(|_| write(&api, &phone.access))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 19);
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 41);
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_disables_the_limit_of_writes() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    for _ in 0..130 {
        assert_eq!(told(&write(&api, &phone.access).await.expect(200)), ("", ""));
    }
    let counted = api.wire.calls().iter().filter(|call| call.operation == "UpdateItem").count();
    assert_eq!(counted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_an_ended_session_is_401_even_if_the_limit_is_reached() {
    let api = Api::with(&[("WritesPerMinute", "1")]).await;
    let phone = api.log_in(PHONE).await;
    write(&api, &phone.access).await.expect(200);
    write(&api, &phone.access).await.expect(429);
    let next = api.refresh(&phone.refresh).await.expect(200).text("refresh");
    api.refresh(&next).await.expect(200);
    api.refresh(&phone.refresh).await.expect(401);
    write(&api, &phone.access).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_succeeds_even_if_it_cannot_be_counted() {
    let api = Api::with(&[("WritesPerMinute", "1")]).await;
    let phone = api.log_in(PHONE).await;
    api.wire.refuse("UpdateItem");
    for _ in 0..3 {
        write(&api, &phone.access).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_tries_and_refreshes_report_their_limits_in_headers() {
    let api = Api::with(&[("RefreshesPerMinute", "2")]).await;
    api.clock.advance_seconds(600);
    let sent = api.ask_for_code(PHONE).await.expect(200);
    let codes = r#""codes-address";q=100;w=3600, "codes-phone";q=5;w=3600"#;
    assert_eq!(told(&sent), (codes, r#""codes-address";r=99;t=3000, "codes-phone";r=4;t=3600"#));
    let again = api.ask_for_code(PHONE).await.expect(429);
    assert_eq!(told(&again), (codes, r#""codes-address";r=98;t=3000, "codes-phone";r=0;t=60"#));
    api.clock.advance_seconds(60);
    let code = api.code_for(PHONE).await;
    let wrong = api
        .authenticate_from("203.0.113.7", PHONE, &code.challenge, &code.wrong())
        .await
        .expect(400);
    let tries = r#""tries";q=10;w=3600, "tries-code";q=5;w=300"#;
    assert_eq!(told(&wrong), (tries, r#""tries";r=9;t=2940, "tries-code";r=4;t=300"#));
    let phone = api.authenticate(PHONE, &code).await.expect(201);
    assert_eq!(
        phone.header("ratelimit"),
        r#""tries";r=9;t=2940, "tries-code";r=3;t=300"#,
        "a right code does not count as a try"
    );
    // The log-in is the first generation of the session in this minute.
    let next = api.refresh(&phone.text("refresh")).await.expect(200);
    assert_eq!(told(&next), (r#""refreshes";q=2;w=60"#, r#""refreshes";r=0;t=60"#));
    let refused = api.refresh(&next.text("refresh")).await.expect(429);
    assert_eq!(told(&refused), (r#""refreshes";q=2;w=60"#, r#""refreshes";r=0;t=60"#));
    assert_eq!(
        told(&api.refresh(&phone.text("refresh")).await.expect(200)),
        ("", ""),
        "a repeat is not counted"
    );
    // The headers reveal nothing about other clients: at another address the counts start anew.
    api.clock.advance_seconds(60);
    let elsewhere = api
        .post("/api/send-otp/")
        .from("192.0.2.9")
        .json(&json!({"phone": PHONE}))
        .send()
        .await
        .expect(200);
    assert_eq!(
        elsewhere.header("ratelimit"),
        r#""codes-address";r=99;t=2880, "codes-phone";r=4;t=3600"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_counts_as_a_write_only_if_it_changes_something() {
    let api = Api::with(&[("WritesPerMinute", "3")]).await;
    let phone = api.log_in(PHONE).await;
    let register = |token: &'static str| api.register(&phone.access, token);
    assert_eq!(told(&register("t").await.expect(201)).1, r#""writes";r=2;t=60"#);
    for _ in 0..10 {
        assert_eq!(told(&register("t").await.expect(200)), ("", ""));
    }
    register("u").await.expect(201);
    register("v").await.expect(201);
    let refused = register("w").await.expect(429);
    assert_eq!(told(&refused).1, r#""writes";r=0;t=60"#);
    api.clock.advance_seconds(60);
    let devices = api.get("/api/devices/").bearer(&phone.access).send().await.expect(200);
    assert_eq!(devices.json().as_array().map(Vec::len), Some(3), "nothing was written");
    register("w").await.expect(201);
}
