//! Log-ins, sessions and accounts.

use harness::{Api, legacy::MovedIn};
use local::sns_recorder::Refusal;
use serde_json::json;
use shared::{account::StatusChange, clock::Clock as _, store::Store};

pub(super) async fn log_in_and_change_the_profile(api: &Api) {
    let phone = "+14155550101";
    api.log_in(phone).await;
    api.clock.advance_seconds(61);
    let code = api.code_for(phone).await;
    api.authenticate_from("203.0.113.7", phone, &code.challenge, &code.wrong()).await.expect(400);
    let access = api.authenticate(phone, &code).await.expect(200).text("access");
    api.profile(&access).await.expect(200);
    for name in ["Amal", "Basma", "Chadia"] {
        let named = json!({"first_name": name});
        api.patch("/api/customer/").bearer(&access).json(&named).send().await.expect(200);
    }
    api.get("/.well-known/jwks.json").send().await.expect(200);
}

pub(super) async fn log_in_from_more_networks_than_are_kept(api: &Api) {
    let phone = "+14155550100";
    let mut refresh = json!(null);
    for n in 0..10 {
        let code = api.code_for(phone).await;
        let body = json!({
            "phone": phone, "challenge": code.challenge, "otp": code.otp, "refresh": refresh,
        });
        let request = api.post("/api/customer/authenticate/").from(&format!("198.51.{n}.1"));
        refresh = request.json(&body).send().await.json()["refresh"].clone();
        assert!(refresh.is_string(), "log-in {n}");
        api.clock.advance_seconds(750);
    }
}

/// The first request after a refresh acknowledges it; two more have the cost of most requests.
pub(super) async fn refresh_repeat_and_replay(api: &Api) {
    let first = api.log_in("+14155550102").await.refresh;
    api.refresh(&first).await.expect(200);
    let mut pair = api.refresh(&first).await.expect(200);
    for path in ["/api/wallet/", "/api/devices/", "/api/addresses/"] {
        pair = api.refresh(&pair.text("refresh")).await.expect(200);
        for _ in 0..3 {
            api.get(path).bearer(&pair.text("access")).send().await.expect(200);
        }
    }
    api.refresh(&first).await.expect(401);
}

pub(super) async fn exchange_tokens_of_the_old_stack(api: &Api) {
    let phone = api.log_in("+14155550130").await;
    let old = MovedIn::new(api, phone.id()).await;
    let token = old.token("one");
    let pair = api.refresh(&token).await.expect(200);
    api.refresh(&token).await.expect(200);
    assert!(old.blacklist("two").await);
    api.refresh(&old.token("two")).await.expect(401);
    api.post("/api/logout-device/").bearer(&pair.text("access")).send().await.expect(204);
}

pub(super) async fn send_a_code_to_change_something(api: &Api) {
    let access = api.log_in("+14155550103").await.access;
    let new = json!({"phone": "+14155550104", "purpose": "change_phone"});
    api.post("/api/send-otp/").bearer(&access).json(&new).send().await.expect(200);
}

pub(super) async fn log_out_in_every_way(api: &Api) {
    let phone = "+14155550106";
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(api.log_in(phone).await);
        api.clock.advance_seconds(61);
    }
    let list =
        api.get("/api/sessions/").bearer(&sessions[0].access).send().await.expect(200).json();
    let last = list[0]["id"].as_str().expect("an id");
    api.delete(&format!("/api/sessions/{last}/"))
        .bearer(&sessions[0].access)
        .send()
        .await
        .expect(204);
    let second = json!({"refresh": sessions[1].refresh});
    api.post("/api/logout-device/")
        .bearer(&sessions[0].access)
        .json(&second)
        .send()
        .await
        .expect(204);
    let keep = json!({"keep_current": true});
    api.post("/api/logout-all-devices/")
        .bearer(&sessions[0].access)
        .json(&keep)
        .send()
        .await
        .expect(204);
    api.post("/api/logout-device/").bearer(&sessions[0].access).send().await.expect(204);
}

pub(super) async fn fail_to_send_a_code(api: &Api) {
    api.stack.recorder.refuse_next(1, Refusal::AuthorizationError);
    api.ask_for_code("+14155550105").await.expect(503);
}

pub(super) async fn change_the_phone_and_delete_the_account(api: &Api) {
    let phone = api.log_in("+14155550108").await;
    api.store_fixtures(phone.id()).await;
    let access = phone.access;
    let code = api.code_to(&access, "+14155550109", "change_phone").await;
    let body = json!({"phone": "+14155550109", "challenge": code.challenge, "otp": code.otp});
    api.patch("/api/customer/").bearer(&access).json(&body).send().await.expect(200);
    api.get("/api/customer/export/").bearer(&access).send().await.expect(200);
    api.clock.advance_seconds(600);
    let code = api.code_to(&access, "+14155550109", "delete").await;
    let body = json!({"challenge": code.challenge, "otp": code.otp});
    api.delete("/api/customer/").bearer(&access).json(&body).send().await.expect(204);
    // A country whose messages go to the topic.
    let access = api.log_in("+96550012345").await.access;
    let code = api.code_to(&access, "+14155550128", "change_phone").await;
    let body = json!({"phone": "+14155550128", "challenge": code.challenge, "otp": code.otp});
    api.patch("/api/customer/").bearer(&access).json(&body).send().await.expect(200);
}

/// For the samples of records: a device that SNS gave up, a movement with a reference, and an
/// account that the operator disabled.
pub(super) async fn write_what_is_rare(api: &Api) {
    let phone = api.log_in("+14155550129").await;
    api.register(&phone.access, "rare").await.expect(201);
    api.notify(&phone, "rare-1", "Hello").await;
    api.stack.recorder.endpoints(|all| all.disable("rare"));
    api.notify(&phone, "rare-2", "Hello").await;
    api.publish(&json!({
        "id": "rare-3", "to": {"all": true}, "title": "All",
        "image_url": "https://example.com/a.png",
    }));
    api.stack.deliver().await;
    api.publish(&json!({"id": "rare-3", "to": {"all": true, "stop": true}}));
    api.stack.deliver().await;
    api.store_fixtures(phone.id()).await;
    let body = json!({
        "type": "credit", "amount": 5, "currency": "USD", "customer_id": phone.customer["id"],
        "reference": "Order 7",
    });
    let request = api.patch("/api/wallet/").bearer(&api.operator_token(&body));
    request.header("idempotency-key", "rare").json(&body).send().await.expect(200);
    let change = StatusChange { at: api.clock.now(), why: "A reason".to_owned() };
    let store = Store { table: api.table() };
    store.set_status(phone.id(), true, &change).await.expect("the account is disabled");
}
