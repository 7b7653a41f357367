use futures_util::future::join_all;
use harness::{Answer, Api, log};
use serde_json::{Value, json};

use crate::PHONE;

async fn roomy() -> Api {
    Api::with(&[("CodeResendSeconds", "0")]).await
}

async fn listed(api: &Api, access: &str) -> Vec<Value> {
    let answer = api.get("/api/sessions/").bearer(access).send().await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json().as_array().expect("a plain array").clone()
}

async fn revoke(api: &Api, access: &str, id: &str) -> Answer {
    api.delete(&format!("/api/sessions/{id}/")).bearer(access).send().await
}

fn current(sessions: &[Value]) -> String {
    let mut current = sessions.iter().filter(|session| session["current"] == true);
    let id =
        current.next().expect("one is the caller's own")["id"].as_str().expect("an id").to_owned();
    assert!(current.next().is_none());
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_their_live_sessions_last_used_first() {
    let api = roomy().await;
    let code = api.code_for(PHONE).await;
    let named = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp,
        "device": {"name": "Amal's phone", "platform": "ios"}});
    let phone = api.post("/api/customer/authenticate/").json(&named).send().await.expect(201);
    api.clock.advance_seconds(90);
    let tablet = api.log_in(PHONE).await;
    api.log_in("+14155550199").await;
    let before = listed(&api, &tablet.access).await;
    let expected = json!([
        {
            "id": before[0]["id"], "device_name": null, "platform": null,
            "created": "2026-11-22T20:01:30.000Z", "last_used": "2026-11-22T20:01:30.000Z",
            "current": true,
        },
        {
            "id": before[1]["id"], "device_name": "Amal's phone", "platform": "ios",
            "created": "2026-11-22T20:00:00.000Z", "last_used": "2026-11-22T20:00:00.000Z",
            "current": false,
        },
    ]);
    assert_eq!(json!(before), expected);
    api.clock.advance_seconds(30);
    let phone = api.refresh(&phone.text("refresh")).await.expect(200);
    let after = listed(&api, &phone.text("access")).await;
    assert_eq!((&after[0]["id"], &after[0]["current"]), (&before[1]["id"], &json!(true)));
    assert_eq!(after[0]["created"], "2026-11-22T20:00:00.000Z");
    assert_eq!(after[0]["last_used"], "2026-11-22T20:02:00.000Z");
    assert_eq!(after.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_over_are_not_listed_and_cannot_be_revoked() {
    let api = Api::with(&[("CodeResendSeconds", "0"), ("RefreshIdleSeconds", "100")]).await;
    let expired = api.log_in(PHONE).await;
    let expired = current(&listed(&api, &expired.access).await);
    let left_behind = api.log_in(PHONE).await;
    let left_behind = current(&listed(&api, &left_behind.access).await);
    api.clock.advance_seconds(60);
    let phone = api.log_in(PHONE).await;
    assert_eq!(listed(&api, &phone.access).await.len(), 3);
    api.clock.advance_seconds(40);
    assert_eq!(listed(&api, &phone.access).await.len(), 1);
    assert_eq!(
        revoke(&api, &phone.access, &expired).await.error(),
        "404 not_found: Not found. [null]"
    );
    api.post("/api/logout-all-devices/")
        .bearer(&phone.access)
        .json(&json!({"keep_current": true}))
        .send()
        .await
        .expect(204);
    assert_eq!(listed(&api, &phone.access).await.len(), 1);
    assert_eq!(
        revoke(&api, &phone.access, &left_behind).await.error(),
        "404 not_found: Not found. [null]"
    );
    api.profile(&phone.access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_session_is_refused_at_once_and_may_be_the_callers_own() {
    let api = roomy().await;
    let (phone, tablet) = (api.log_in(PHONE).await, api.log_in(PHONE).await);
    let (on_phone, on_tablet) =
        (current(&listed(&api, &phone.access).await), current(&listed(&api, &tablet.access).await));
    let answer = revoke(&api, &phone.access, &on_tablet).await.expect(204);
    assert!(answer.body.is_empty());
    assert_eq!(
        api.profile(&tablet.access).await.error(),
        "401 token_not_valid: Given token not valid for any token type [null]"
    );
    assert_eq!(
        api.refresh(&tablet.refresh).await.error(),
        "401 token_not_valid: Token is blacklisted [null]"
    );
    assert_eq!(
        revoke(&api, &phone.access, &on_tablet).await.error(),
        "404 not_found: Not found. [null]"
    );
    assert_eq!(current(&listed(&api, &phone.access).await), on_phone);
    let without_slash = format!("/api/sessions/{on_phone}");
    api.delete(&without_slash).bearer(&phone.access).send().await.expect(204);
    api.profile(&phone.access).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customers_session_answers_as_if_it_did_not_exist() {
    let api = roomy().await;
    let (owner, stranger) = (api.log_in(PHONE).await, api.log_in("+14155550199").await);
    let id = current(&listed(&api, &owner.access).await);
    for id in [
        id.as_str(),
        "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f",
        "garbage",
        "%20",
        "a%23b",
        "手机",
        "{id}",
    ] {
        assert_eq!(
            revoke(&api, &stranger.access, id).await.error(),
            "404 not_found: Not found. [null]",
            "{id}"
        );
    }
    api.profile(&owner.access).await.expect(200);
    let method =
        api.get(&format!("/api/sessions/{id}/")).bearer(&owner.access).send().await.expect(405);
    assert_eq!(method.header("allow"), "DELETE, OPTIONS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_revoked_many_times_at_once_is_revoked_once() {
    let api = roomy().await;
    let (phone, tablet) = (api.log_in(PHONE).await, api.log_in(PHONE).await);
    let id = current(&listed(&api, &tablet.access).await);
    let answers = join_all((0..32).map(|_| revoke(&api, &phone.access, &id))).await;
    let statuses =
        |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((statuses(204), statuses(404)), (1, 31));
    api.profile(&phone.access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_a_session_is_logged_as_one_security_event_with_a_pseudonym() {
    let api = roomy().await;
    let (phone, tablet) = (api.log_in(PHONE).await, api.log_in(PHONE).await);
    let (on_phone, on_tablet) =
        (current(&listed(&api, &phone.access).await), current(&listed(&api, &tablet.access).await));
    revoke(&api, &phone.access, &on_tablet).await.expect(204);
    revoke(&api, &phone.access, &on_tablet).await.expect(404);
    api.post("/api/logout-all-devices/")
        .bearer(&phone.access)
        .json(&json!({"keep_current": true}))
        .send()
        .await
        .expect(204);
    api.post("/api/logout-device/").bearer(&phone.access).send().await.expect(204);
    api.post("/api/logout-device/").bearer(&phone.access).send().await.expect(401);
    let events_of = |session: &str| -> Vec<String> {
        let lines: Vec<Value> =
            log::everything().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let of_session =
            lines.iter().filter(|line| line["session"] == session && line["message"] == "security");
        of_session.filter_map(|line| line["event"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(events_of(&on_tablet), ["logged_in", "logged_out"]);
    assert_eq!(events_of(&on_phone), ["logged_in", "logged_out_everywhere", "logged_out"]);
    let customer = phone.customer["id"].as_str().expect("an id");
    assert!(!log::everything().contains(customer), "a customer's id is in the log");
}
