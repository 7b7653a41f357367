//! The cost of each operation: sequential trips to storage, with every call delayed, and units.

use std::time::Duration;

use harness::{
    Api,
    cost::{DELAY, cost},
    phone::{Code, MANY_CODES},
};
use http::Method;
use serde_json::json;
use shared::{domain::export::Source, domains::EXPORT};

use crate::PHONE;

/// An API that delays every call to storage and has no costs yet.
pub(crate) async fn measured() -> Api {
    let api = Api::with(&MANY_CODES).await;
    api.count_a_code_in_each_shard().await;
    api.wire.delay(DELAY);
    api.wire.reset();
    api
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_costs_two_trips() {
    let api = measured().await;
    api.ask_for_code(PHONE).await.expect(200);
    api.wire.assert_cost(cost(2, 5.0, 7.0));
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
    api.wire.reset();
    api.ask_for_code(PHONE).await.expect(200);
    api.wire.assert_cost(cost(2, 5.0, 7.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_needs_a_token_costs_two_trips_too() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
    api.wire.reset();
    let body = json!({"phone": PHONE, "purpose": "delete"});
    api.post("/api/send-otp/").bearer(&phone.access).json(&body).send().await.expect(200);
    // The network is known: neither the address nor the budgets of strangers count it.
    api.wire.assert_cost(cost(2, 6.0, 5.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_log_in_and_a_later_one_cost_three_trips() {
    let api = measured().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &code).await.expect(201);
    // The network is new.
    api.wire.assert_cost(cost(3, 1.5, 20.0));
    api.clock.advance_seconds(60);
    // The app information is refreshed once a minute, in parallel with the first request.
    api.stack.prepare().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &code).await.expect(200);
    // The account is read beside the transaction, in case it has a session too many then.
    api.wire.assert_cost(cost(3, 3.5, 10.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_evicts_a_session_costs_three_trips() {
    let api = measured().await;
    api.wire.delay(Duration::ZERO);
    for _ in 0..20 {
        api.log_in(PHONE).await;
        api.clock.advance_seconds(60);
    }
    let code = api.code_for(PHONE).await;
    api.wire.delay(DELAY);
    api.wire.reset();
    api.authenticate(PHONE, &code).await.expect(200);
    api.wire.assert_trips(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_costs_one_trip() {
    let api = measured().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &Code { otp: code.wrong(), ..code }).await.expect(400);
    api.wire.assert_cost(cost(1, 1.5, 2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_costs_one_trip_and_its_repeat_or_a_replay_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    let access = api.refresh(&phone.refresh).await.expect(200).text("access");
    api.wire.assert_cost(cost(1, 0.0, 1.0));
    api.wire.reset();
    api.refresh(&phone.refresh).await.expect(200);
    // The refused refresh costs one unit more, which DynamoDB does not report.
    api.wire.assert_cost(cost(2, 0.0, 1.0));
    api.profile(&access).await.expect(200);
    api.clock.advance_seconds(61);
    api.stack.prepare().await;
    api.wire.reset();
    api.refresh(&phone.refresh).await.expect(401);
    // One for the end of the session, one for the note that it was stolen.
    api.wire.assert_cost(cost(2, 0.0, 2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_costs_one_trip_and_a_write_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    api.profile(&phone.access).await.expect(200);
    api.wire.assert_cost(cost(1, 2.0, 0.0));
    api.wire.reset();
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Amal"}))
        .send()
        .await
        .expect(200);
    // One write unit for the profile, one for the counter of writes.
    api.wire.assert_cost(cost(2, 2.0, 2.0));
    api.wire.reset();
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Basma"}))
        .send()
        .await
        .expect(200);
    api.wire.assert_cost(cost(2, 2.0, 2.0));
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Amal"}))
        .send()
        .await
        .expect(200);
    api.wire.reset();
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Amal"}))
        .send()
        .await
        .expect(200);
    assert_eq!(
        api.wire.cost(),
        cost(1, 2.0, 1.0),
        "nothing differs, nothing but the count is written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_log_out_and_the_list_of_sessions_cost_one_trip() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    for method in [Method::DELETE, Method::POST] {
        api.clock.advance_seconds(60);
        let tablet = api.log_in(PHONE).await;
        api.wire.reset();
        let list = api.get("/api/sessions/").bearer(&phone.access).send().await.expect(200).json();
        api.wire.assert_cost(cost(1, 1.0, 0.0));
        api.wire.reset();
        if method == Method::DELETE {
            let path = format!("/api/sessions/{}/", list[0]["id"].as_str().expect("an id"));
            api.request(method, &path).bearer(&phone.access).send().await.expect(204);
        } else {
            let body = json!({"refresh": tablet.refresh});
            api.post("/api/logout-device/")
                .bearer(&phone.access)
                .json(&body)
                .send()
                .await
                .expect(204);
        }
        api.wire.assert_cost(cost(1, 0.0, 1.0));
        api.profile(&tablet.access).await.expect(401);
    }
    // DynamoDB does not report the cost of a failed condition: it is that of the write.
    for (path, status, written) in [
        ("/api/logout-all-devices/", 204, 1.0),
        ("/api/logout-device/", 204, 1.0),
        ("/api/logout-device/", 401, 0.0),
    ] {
        api.wire.reset();
        let keep = json!({"keep_current": true});
        api.post(path).bearer(&phone.access).json(&keep).send().await.expect(status);
        api.wire.assert_cost(cost(1, 0.0, written));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_of_twenty_devices_costs_one_trip() {
    let api = measured().await;
    api.wire.delay(Duration::ZERO);
    let mut last = api.log_in(PHONE).await;
    for _ in 1..20 {
        api.clock.advance_seconds(60);
        last = api.log_in(PHONE).await;
    }
    api.wire.delay(DELAY);
    for keep_current in [true, false] {
        api.wire.reset();
        let body = json!({"keep_current": keep_current});
        api.post("/api/logout-all-devices/")
            .bearer(&last.access)
            .json(&body)
            .send()
            .await
            .expect(204);
        api.wire.assert_cost(cost(1, 0.0, 4.0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_refused_without_reading_storage_cost_nothing() {
    let api = measured().await;
    api.refresh("garbage").await.expect(401);
    api.profile("garbage").await.expect(401);
    api.get("/.well-known/jwks.json").send().await.expect(200);
    api.get("/api/nothing/").send().await.expect(404);
    api.wire.assert_cost(cost(0, 0.0, 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_another_phone_costs_two_trips_with_one_code_or_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    let code = api.code_to(&phone.access, "+14155550177", "change_phone").await;
    let body = json!({"phone": "+14155550177", "challenge": code.challenge, "otp": code.otp});
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
    // One unit for the counter of writes, two for the first try on that phone, ten in the
    // transaction, four for refunds, one for the network, one for the notice.
    api.wire.assert_cost(cost(2, 2.5, 19.0));

    api.clock.advance_seconds(600);
    api.stack.prepare().await;
    let old = api.code_to(&phone.access, "+14155550177", "change_phone").await;
    let new = api.code_to(&phone.access, "+14155550178", "change_phone").await;
    let mut body = json!({"phone": "+14155550178", "challenge": new.challenge, "otp": new.otp});
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(403);
    api.wire.assert_cost(cost(1, 2.5, 3.0));
    body["old_challenge"] = json!(old.challenge);
    body["old_otp"] = json!(old.otp);
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
    api.wire.assert_cost(cost(2, 2.5, 24.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_account_costs_two_trips_with_or_without_a_code_and_an_export_costs_one() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    // The account, the profile, the head of the devices, half a unit for the messages to all. A
    // unit for each part that is whole, half of one for each that comes by pages, but for one: a
    // customer who did not move in has nothing of an old stack.
    let parts = EXPORT.iter().map(|part| match part.source {
        Source::Known(_) => 0.0,
        Source::Whole(_) => 1.0,
        Source::Pages(_) => 0.5,
    });
    api.wire.assert_cost(cost(1, 3.5 + parts.sum::<f64>() - 0.5, 0.0));
    api.wire.reset();
    api.delete("/api/customer/").bearer(&phone.access).send().await.expect(204);
    api.wire.assert_cost(cost(2, 2.0, 11.0));

    api.clock.advance_seconds(60);
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(600);
    api.stack.prepare().await;
    let code = api.code_to(&phone.access, PHONE, "delete").await;
    let body = json!({"challenge": code.challenge, "otp": code.otp});
    api.wire.reset();
    api.delete("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(204);
    // The code was asked for from a known network, so no budget gets it back.
    api.wire.assert_cost(cost(2, 3.0, 16.0));
}
