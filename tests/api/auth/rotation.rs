//! Acknowledged rotation: a phone that loses an answer stays logged in, however late it comes back.

use std::time::Duration;

use futures_util::future::join_all;
use harness::{
    Api,
    cost::{DELAY, cost},
    faults,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::account::{Account, Session};

use crate::PHONE;

pub(super) const REPLAY: &str = "401 token_not_valid: Token is blacklisted [null]";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The tokens of a session that was refreshed once.
pub(super) struct Refreshed {
    pub(super) spent: String,
    pub(super) newest: String,
    pub(super) access: String,
}

pub(super) async fn refreshed(api: &Api) -> Refreshed {
    let spent = api.log_in(PHONE).await.refresh;
    let answer = api.refresh(&spent).await.expect(200);
    Refreshed { spent, newest: answer.text("refresh"), access: answer.text("access") }
}

async fn account(api: &Api) -> Account {
    let items = api.items().await;
    let account = items.into_iter().find(|item| {
        item.get("sk").is_some_and(|sort| sort.as_s().is_ok_and(|sort| sort == "ACCOUNT"))
    });
    table::record(account.expect("an account")).expect("it can be read")
}

async fn session(api: &Api) -> Session {
    account(api).await.sessions.into_values().next().expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_refreshes_with_answers_lost_for_days_none_logs_the_phone_out() {
    let a_century = (36_500 * DAY).to_string();
    let api = Api::with(&[("RefreshAbsoluteSeconds", &a_century)]).await;
    let mut refresh = api.log_in(PHONE).await.refresh;
    let (mut seed, mut lost, mut late, mut expired) = (14, 0, 0, 0);
    let mut spent_since = 0;
    for round in 0..1_000 {
        let at_most = if round % 30 == 0 { 20 * DAY } else { HOUR };
        let waited = below(&mut seed, at_most);
        api.clock.advance_seconds(waited);
        spent_since += waited;
        let mut answer = api.refresh(&refresh).await.expect(200);
        if round % 3 == 0 {
            lost += 1;
            let until = match below(&mut seed, 2) {
                0 => 2,
                _ => HOUR + below(&mut seed, 29 * DAY),
            };
            late += usize::from(until >= HOUR);
            api.clock.advance_seconds(until);
            expired += usize::from(spent_since + until >= 30 * DAY);
            let again = api.refresh(&refresh).await.expect(200);
            assert_eq!(again.text("refresh"), answer.text("refresh"), "round {round}");
            answer = again;
            spent_since = until;
        } else {
            spent_since = 0;
        }
        refresh = answer.text("refresh");
        api.profile(&answer.text("access")).await.expect(200);
    }
    assert_eq!(lost, 334);
    assert!((134..=200).contains(&late), "{late} of the lost answers came back after hours");
    // Some of the spent tokens had expired by then, their successors not.
    assert!(expired > 0);
    println!("1000 refreshes, {lost} answers lost: {late} found late, {expired} of them expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_is_acknowledged_once_by_one_write() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.expect_cost("of a log-in", read(&api, &phone.access), 200, cost(1, 2.0, 0.0)).await;
    let mut refresh = phone.refresh;
    for _ in 0..3 {
        let pair = api.refresh(&refresh).await.expect(200);
        let access = pair.text("access");
        assert_eq!(session(&api).await.acked, None);
        api.expect_cost("the first read", read(&api, &access), 200, cost(2, 2.0, 1.0)).await;
        let acknowledged = session(&api).await.acked;
        assert!(acknowledged.is_some());
        for _ in 0..5 {
            api.clock.advance_seconds(1);
            api.expect_cost("a later read", read(&api, &access), 200, cost(1, 2.0, 0.0)).await;
        }
        assert_eq!(session(&api).await.acked, acknowledged);
        refresh = pair.text("refresh");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_adds_no_trip_to_a_write_or_to_a_log_out_of_itself() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let name = |name: &str, access: &str| {
        api.patch("/api/customer/").bearer(access).json(&json!({"first_name": name}))
    };
    api.expect_cost("a write", name("Amal", &phone.access), 200, cost(2, 2.0, 2.0)).await;
    api.expect_cost("another", name("Basma", &phone.access), 200, cost(2, 2.0, 2.0)).await;
    let pair = api.refresh(&phone.refresh).await.expect(200);
    let access = pair.text("access");
    api.expect_cost("the first write", name("Chadia", &access), 200, cost(2, 2.0, 3.0)).await;
    api.expect_cost("a later one", name("Dina", &access), 200, cost(2, 2.0, 2.0)).await;
    let access = api.refresh(&pair.text("refresh")).await.expect(200).text("access");
    let log_out = api.post("/api/logout-device/").bearer(&access);
    api.expect_cost("a log-out", log_out, 204, cost(1, 0.0, 1.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_first_requests_at_once_acknowledge_a_generation_once() {
    let api = Api::start().await;
    let access = refreshed(&api).await.access;
    api.wire.delay(DELAY);
    api.wire.reset();
    for answer in join_all((0..64).map(|_| api.profile(&access))).await {
        answer.expect(200);
    }
    api.wire.delay(Duration::ZERO);
    // A condition that fails has no units.
    let written: f64 = api.wire.calls().iter().map(|call| call.write_units).sum();
    assert!((written - 1.0).abs() < f64::EPSILON, "{written} write units");
    assert!(session(&api).await.acked.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_races_with_the_acknowledgement_of_its_token_is_not_acknowledged_by_it() {
    let api = Api::start().await;
    let mut now = refreshed(&api).await;
    for _ in 0..20 {
        let (answer, read) = tokio::join!(api.refresh(&now.newest), api.profile(&now.access));
        read.expect(200);
        let answer = answer.expect(200);
        assert_eq!(session(&api).await.acked, None);
        api.clock.advance_seconds(DAY);
        let again = api.refresh(&now.newest).await.expect(200);
        assert_eq!(again.text("refresh"), answer.text("refresh"));
        let (newest, access) = (again.text("refresh"), again.text("access"));
        now = Refreshed { spent: now.newest, newest, access };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_does_not_fail_with_its_acknowledgement_which_the_next_request_makes() {
    let api = Api::start().await;
    let of_owner = refreshed(&api).await;
    let broken = |_: &Value| json!({"__type": "com.amazon.coral.validate#ValidationException"});
    api.wire.script(1, "UpdateItem", broken);
    api.profile(&of_owner.access).await.expect(200);
    assert_eq!((api.wire.scripted_left(), session(&api).await.acked), (0, None));
    api.profile(&of_owner.access).await.expect(200);
    api.clock.advance_seconds(61);
    assert_eq!(api.refresh(&of_owner.spent).await.error(), REPLAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_group_acknowledges_and_a_refused_token_does_not() {
    let api = Api::start().await;
    let of_groups = [
        "/api/sessions/",
        "/api/customer/",
        "/api/wallet/",
        "/api/devices/",
        "/api/notifications/",
        "/api/addresses/",
    ];
    let mut refresh = api.log_in(PHONE).await.refresh;
    for path in of_groups {
        let pair = api.refresh(&refresh).await.expect(200);
        api.get(path).bearer(&pair.text("refresh")).send().await.expect(401);
        assert_eq!(session(&api).await.acked, None, "{path}");
        api.get(path).bearer(&pair.text("access")).send().await.expect(200);
        assert!(session(&api).await.acked.is_some(), "{path}");
        refresh = pair.text("refresh");
    }
    let pair = api.refresh(&refresh).await.expect(200);
    api.clock.advance_seconds(900);
    api.profile(&pair.text("access")).await.expect(401);
    assert_eq!(session(&api).await.acked, None, "its access token is expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_the_generation_before_acknowledges_nothing() {
    let api = Api::start().await;
    let first = refreshed(&api).await;
    let second = api.refresh(&first.newest).await.expect(200).text("refresh");
    api.profile(&first.access).await.expect(200);
    assert_eq!(session(&api).await.acked, None);
    api.clock.advance_seconds(10 * DAY);
    assert_eq!(api.refresh(&first.newest).await.expect(200).text("refresh"), second);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_first_repetition_of_a_generation_is_throttled_and_the_next_one_has_its_own() {
    let api = Api::start().await;
    let mut now = refreshed(&api).await;
    for _ in 0..2 {
        for _ in 0..20 {
            api.clock.advance_seconds(61);
            let again = api.refresh(&now.spent).await.expect(200);
            assert_eq!(again.text("refresh"), now.newest);
        }
        let refused = api.refresh(&now.spent).await.expect(429);
        assert_eq!(refused.json()["errors"][0]["code"], "throttled");
        let until_the_end = 30 * DAY - 20 * 61;
        assert_eq!(refused.header("retry-after"), until_the_end.to_string());
        assert_eq!(refused.header("ratelimit"), format!("\"repeats\";r=0;t={until_the_end}"));
        let answer = api.refresh(&now.newest).await.expect(200);
        let (newest, access) = (answer.text("refresh"), answer.text("access"));
        now = Refreshed { spent: now.newest, newest, access };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_repeated_until_the_session_ends_even_if_its_own_token_is_expired() {
    let api = Api::start().await;
    let spent = api.log_in(PHONE).await.refresh;
    api.clock.advance_seconds(29 * DAY);
    let lost = api.refresh(&spent).await.expect(200).text("refresh");
    api.clock.advance_seconds(30 * DAY - 1);
    assert_eq!(api.refresh(&spent).await.expect(200).text("refresh"), lost);
    api.clock.advance_seconds(1);
    let expired = "401 token_not_valid: Token is expired [null]";
    assert_eq!(api.refresh(&spent).await.error(), expired);

    // Once it is received, the expired token is only expired: it ends nothing.
    let spent = api.log_in(PHONE).await.refresh;
    api.clock.advance_seconds(29 * DAY);
    let pair = api.refresh(&spent).await.expect(200);
    api.profile(&pair.text("access")).await.expect(200);
    api.clock.advance_seconds(DAY);
    assert_eq!(api.refresh(&spent).await.error(), expired);
    api.refresh(&pair.text("refresh")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_an_earlier_version_wrote_keeps_the_grace_from_its_last_refresh() {
    for (wait, status) in [(60, 200), (61, 401)] {
        let api = Api::start().await;
        let now = refreshed(&api).await;
        write_as_an_earlier_version(&api).await;
        assert_eq!(session(&api).await.tracked, 0);
        api.profile(&now.access).await.expect(200);
        api.clock.advance_seconds(wait);
        let answer = api.refresh(&now.spent).await.expect(status);
        if status == 200 {
            assert_eq!(answer.text("refresh"), now.newest);
            api.refresh(&now.spent).await.expect(200);
            api.clock.advance_seconds(1);
            assert_eq!(api.refresh(&now.spent).await.error(), REPLAY);
        }
    }
    // The next refresh is like any other.
    let api = Api::start().await;
    let now = refreshed(&api).await;
    write_as_an_earlier_version(&api).await;
    let next = api.refresh(&now.newest).await.expect(200).text("refresh");
    api.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(api.refresh(&now.newest).await.expect(200).text("refresh"), next);
}

/// Takes from the account's session what this version of the code added to it.
async fn write_as_an_earlier_version(api: &Api) {
    let account = account(api).await;
    let id = account.sessions.keys().next().expect("a session").to_string();
    api.dynamodb()
        .update_item()
        .table_name(api.table_name())
        .key("pk", aws_sdk_dynamodb::types::AttributeValue::S(format!("AUTH#{}", account.customer)))
        .key("sk", aws_sdk_dynamodb::types::AttributeValue::S("ACCOUNT".to_owned()))
        .update_expression("REMOVE sessions.#id.tracked, sessions.#id.acked, sessions.#id.repeats")
        .expression_attribute_names("#id", id)
        .send()
        .await
        .expect("it is written");
}

fn below(seed: &mut u64, bound: i64) -> i64 {
    i64::try_from(faults::next(seed) % bound.unsigned_abs()).expect("below the bound")
}

fn read<'a>(api: &'a Api, access: &str) -> harness::Request<'a> {
    api.get("/api/customer/").bearer(access)
}
