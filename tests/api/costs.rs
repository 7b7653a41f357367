//! What each operation costs: sequential trips to storage, with every call delayed, and units. The
//! figures stand in the operations' docs.

use std::time::Duration;

use harness::{Api, phone::Code, wire::Cost};
use http::Method;
use serde_json::json;
use shared::limits::{BudgetKind, SHARDS};

use crate::{PHONE, wallet::Purse};

const DELAY: Duration = Duration::from_millis(50);

fn cost(trips: usize, read_units: f64, write_units: f64) -> Cost {
    Cost { trips, read_units, write_units }
}

async fn measured() -> Api {
    let api =
        Api::with(&[("CodesPerPhoneHourly", "100"), ("CodesPerPhoneAndAddressHourly", "100")])
            .await;
    count_the_first_codes_of_the_day(&api).await;
    api.wire.delay(DELAY);
    api.wire.reset();
    api
}

/// One in each shard of the budgets: the first code in a shard makes its item, and the shards are
/// drawn.
async fn count_the_first_codes_of_the_day(api: &Api) {
    let app = api.stack.state("auth").expect("auth runs");
    for budget in [BudgetKind::Country("US"), BudgetKind::Total] {
        for shard in 0..SHARDS {
            let spent = app
                .store
                .spend_budget(
                    budget,
                    &[0; SHARDS as usize],
                    shard,
                    app.settings.sends().expect("auth sends codes"),
                    app.now(),
                )
                .await;
            assert_eq!(spent.expect("an answer"), Some(shard));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_costs_two_trips() {
    let api = measured().await;
    // The counters of the phone and of the address are new, which is a unit each for their places
    // on the index, as it is for each challenge.
    api.ask_for_code(PHONE).await.expect(200);
    assert_eq!(api.wire.cost(), cost(2, 2.0, 8.0), "{:#?}", api.wire.calls());
    api.clock.advance_seconds(60);
    api.stack.prepare().await;
    api.wire.reset();
    api.ask_for_code(PHONE).await.expect(200);
    assert_eq!(api.wire.cost(), cost(2, 2.0, 6.0), "{:#?}", api.wire.calls());
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
    assert_eq!(api.wire.cost(), cost(2, 3.0, 8.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_log_in_and_a_later_one_cost_three_trips() {
    let api = measured().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &code).await.expect(201);
    assert_eq!(api.wire.cost(), cost(3, 1.0, 20.0), "{:#?}", api.wire.calls());
    api.clock.advance_seconds(60);
    // The app information is read again once a minute, beside whatever request comes first.
    api.stack.prepare().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &code).await.expect(200);
    assert_eq!(api.wire.cost(), cost(3, 2.0, 10.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_has_to_make_room_costs_three_trips() {
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
    assert_eq!(api.wire.cost().trips, 3, "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_costs_one_trip() {
    let api = measured().await;
    let code = api.code_for(PHONE).await;
    api.wire.reset();
    api.authenticate(PHONE, &Code { otp: code.wrong(), ..code }).await.expect(400);
    // The first try of a day puts the counter on the index of what is due.
    assert_eq!(api.wire.cost(), cost(1, 1.0, 3.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_and_its_repeat_cost_one_trip_and_a_replay_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    api.refresh(&phone.refresh).await.expect(200);
    assert_eq!(api.wire.cost(), cost(1, 0.0, 1.0), "{:#?}", api.wire.calls());
    api.wire.reset();
    api.refresh(&phone.refresh).await.expect(200);
    assert_eq!(api.wire.cost().trips, 1);
    api.clock.advance_seconds(600);
    api.wire.reset();
    api.refresh(&phone.refresh).await.expect(401);
    assert_eq!(api.wire.cost().trips, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_costs_one_trip_and_a_write_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    api.profile(&phone.access).await.expect(200);
    assert_eq!(api.wire.cost(), cost(1, 2.0, 0.0), "{:#?}", api.wire.calls());
    api.wire.reset();
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Amal"}))
        .send()
        .await
        .expect(200);
    // One write unit for the profile, one for the count of writes, and one since that is the first
    // of this hour.
    assert_eq!(api.wire.cost(), cost(2, 2.0, 3.0), "{:#?}", api.wire.calls());
    api.wire.reset();
    api.patch("/api/customer/")
        .bearer(&phone.access)
        .json(&json!({"first_name": "Basma"}))
        .send()
        .await
        .expect(200);
    assert_eq!(api.wire.cost(), cost(2, 2.0, 2.0), "{:#?}", api.wire.calls());
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
        assert_eq!(api.wire.cost(), cost(1, 1.0, 0.0), "{:#?}", api.wire.calls());
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
        assert_eq!(api.wire.cost(), cost(1, 0.0, 1.0), "{:#?}", api.wire.calls());
        api.profile(&tablet.access).await.expect(401);
    }
    // An answer that a condition failed does not say what it cost: as much as the write would have.
    for (path, status, written) in [
        ("/api/logout-all-devices/", 204, 1.0),
        ("/api/logout-device/", 204, 1.0),
        ("/api/logout-device/", 401, 0.0),
    ] {
        api.wire.reset();
        let keep = json!({"keep_current": true});
        api.post(path).bearer(&phone.access).json(&keep).send().await.expect(status);
        assert_eq!(api.wire.cost(), cost(1, 0.0, written), "{:#?}", api.wire.calls());
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
        assert_eq!(api.wire.cost(), cost(1, 0.0, 4.0), "{:#?}", api.wire.calls());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_its_token_is_known_costs_nothing() {
    let api = measured().await;
    api.refresh("garbage").await.expect(401);
    api.profile("garbage").await.expect(401);
    api.get("/.well-known/jwks.json").send().await.expect(200);
    api.get("/api/nothing/").send().await.expect(404);
    assert_eq!(api.wire.cost(), cost(0, 0.0, 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_another_phone_costs_two_trips_with_one_code_or_two() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    let code = api.code_to(&phone.access, "+14155550177", "change_phone").await;
    let body = json!({"phone": "+14155550177", "challenge": code.challenge, "otp": code.otp});
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
    // The count of writes, three for the first try on that phone, eleven in the transaction, three
    // given back.
    assert_eq!(api.wire.cost(), cost(2, 2.0, 18.0), "{:#?}", api.wire.calls());

    api.clock.advance_seconds(600);
    api.stack.prepare().await;
    let old = api.code_to(&phone.access, "+14155550177", "change_phone").await;
    let new = api.code_to(&phone.access, "+14155550178", "change_phone").await;
    let mut body = json!({"phone": "+14155550178", "challenge": new.challenge, "otp": new.otp});
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(403);
    assert_eq!(api.wire.cost(), cost(1, 2.0, 4.0), "{:#?}", api.wire.calls());
    body["old_challenge"] = json!(old.challenge);
    body["old_otp"] = json!(old.otp);
    api.wire.reset();
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
    assert_eq!(api.wire.cost(), cost(2, 2.0, 26.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_costs_two_trips_with_a_code_or_without_and_an_export_one() {
    let api = measured().await;
    let phone = api.log_in(PHONE).await;
    api.wire.reset();
    api.get("/api/customer/export/").bearer(&phone.access).send().await.expect(200);
    assert_eq!(api.wire.cost(), cost(1, 8.0, 0.0), "{:#?}", api.wire.calls());
    api.wire.reset();
    api.request(Method::DELETE, "/api/customer/").bearer(&phone.access).send().await.expect(204);
    assert_eq!(api.wire.cost(), cost(2, 2.0, 10.0), "{:#?}", api.wire.calls());

    api.clock.advance_seconds(60);
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(600);
    api.stack.prepare().await;
    let code = api.code_to(&phone.access, PHONE, "delete").await;
    let body = json!({"challenge": code.challenge, "otp": code.otp});
    api.wire.reset();
    api.request(Method::DELETE, "/api/customer/")
        .bearer(&phone.access)
        .json(&body)
        .send()
        .await
        .expect(204);
    assert_eq!(api.wire.cost(), cost(2, 3.0, 18.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movement_of_money_costs_two_trips_and_its_repetition_one() {
    let api = measured().await;
    let purse = Purse::of(&api, PHONE).await;
    // The function learns the keys of tokens at its first one.
    purse.details().await;
    let moved = async |token: &str, body: serde_json::Value| {
        api.wire.reset();
        let answer = purse.send(token, &purse.new_key(), &body).await.expect(200).json();
        (api.wire.cost(), answer["entry"]["id"].clone())
    };
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 100, "currency": "USD"}));
    // The first entry of a wallet puts it on the list that the audit goes by.
    assert_eq!(
        moved(&purse.operator, credit.clone()).await.0,
        cost(2, 2.0, 8.0),
        "{:#?}",
        api.wire.calls()
    );
    assert_eq!(
        moved(&purse.operator, credit).await.0,
        cost(2, 2.0, 6.0),
        "{:#?}",
        api.wire.calls()
    );
    // Session, wallet and earlier answer are read, the write is counted; then ONE transaction of
    // balance, entry and answer, two units each.
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    // The first counted write of an hour is one unit more.
    assert_eq!(
        moved(&purse.phone.access, debit.clone()).await.0,
        cost(2, 3.0, 8.0),
        "{:#?}",
        api.wire.calls()
    );
    let (spent, entry) = moved(&purse.phone.access, debit.clone()).await;
    assert_eq!(spent, cost(2, 3.0, 7.0), "{:#?}", api.wire.calls());
    let calls = api.wire.calls();
    assert_eq!(calls.last().expect("calls").operation, "TransactWriteItems");
    assert_eq!(calls.iter().filter(|call| call.operation == "TransactWriteItems").count(), 1);
    let hold = json!({"type": "hold", "amount": 10, "currency": "USD"});
    let (spent, first) = moved(&purse.phone.access, hold.clone()).await;
    assert_eq!(spent, cost(2, 3.0, 11.0), "{:#?}", api.wire.calls());
    let (_, second) = moved(&purse.phone.access, hold).await;
    let capture = json!({"type": "capture", "amount": 5, "hold_id": first});
    assert_eq!(
        moved(&purse.phone.access, capture).await.0,
        cost(2, 4.0, 11.0),
        "{:#?}",
        api.wire.calls()
    );
    let release = json!({"type": "release", "hold_id": second});
    assert_eq!(
        moved(&purse.phone.access, release).await.0,
        cost(2, 4.0, 11.0),
        "{:#?}",
        api.wire.calls()
    );
    let reverse = purse.for_customer(&json!({"type": "reverse", "entry_id": entry}));
    assert_eq!(
        moved(&purse.operator, reverse).await.0,
        cost(2, 4.0, 8.0),
        "{:#?}",
        api.wire.calls()
    );

    purse.send(&purse.phone.access, "again", &debit).await.expect(200);
    api.wire.reset();
    purse.send(&purse.phone.access, "again", &debit).await.expect(200);
    assert_eq!(api.wire.cost(), cost(1, 3.0, 1.0), "{:#?}", api.wire.calls());
    api.wire.reset();
    purse.debit(1_000_000).await.expect(422);
    assert_eq!(api.wire.cost(), cost(2, 3.0, 2.0), "{:#?}", api.wire.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_shown_in_one_trip_and_in_two_where_it_has_several_currencies_and_all_are_asked_for()
 {
    let api = measured().await;
    let purse = Purse::of(&api, PHONE).await;
    // The function learns the keys of tokens at its first one.
    purse.details().await;
    purse.credit(100, "USD").await.expect(200);
    for path in ["/api/wallet/", "/api/wallet/?currency=USD"] {
        api.wire.reset();
        api.get(path).bearer(&purse.phone.access).send().await.expect(200);
        assert_eq!(api.wire.cost(), cost(1, 3.0, 0.0), "{:#?}", api.wire.calls());
    }
    purse.credit(100, "KWD").await.expect(200);
    for (path, trips) in [("/api/wallet/", 2), ("/api/wallet/?currency=USD", 1)] {
        api.wire.reset();
        api.get(path).bearer(&purse.phone.access).send().await.expect(200);
        assert_eq!(api.wire.cost().trips, trips, "{:#?}", api.wire.calls());
    }
    let first = api
        .get("/api/wallet/?page_size=1")
        .bearer(&purse.phone.access)
        .send()
        .await
        .expect(200)
        .json();
    let next = first["entries"]["next"]
        .as_str()
        .and_then(|url| url.split_once("example.com"))
        .expect("a next page")
        .1
        .to_owned();
    api.wire.reset();
    api.get(&next).bearer(&purse.phone.access).send().await.expect(200);
    assert_eq!(api.wire.cost().trips, 1, "{:#?}", api.wire.calls());
}
