//! Refresh tokens of a stack that moved in: exchanged once, by the rules of our own.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use harness::{
    Answer, Api,
    cost::cost,
    legacy::{MovedIn, SECRET, TAKEN, USER, claims, sign, sign_with},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{
    account::StatusChange,
    clock::Clock as _,
    ids::SessionId,
    legacy::{LegacyUser, put_user},
};

use super::rotation::REPLAY;
use crate::PHONE;

const INVALID: &str = "401 token_not_valid: Token is invalid [null]";
const EXPIRED: &str = "401 token_not_valid: Token is expired [null]";
const INACTIVE: &str = "401 no_active_account: No active account found for the given token. [null]";
const DAY: i64 = 86_400;

/// An API that takes tokens of the old stack, under these parameters too.
async fn taking(more: &[(&str, &str)]) -> Api {
    Api::with(&[&TAKEN[..], &[("CodeResendSeconds", "0")], more].concat()).await
}

/// A customer who moved in, and has logged out of what made the account here.
async fn moved_in(api: &Api) -> MovedIn<'_> {
    let phone = api.log_in(PHONE).await;
    api.post("/api/logout-device/").bearer(&phone.access).send().await.expect(204);
    MovedIn::new(api, phone.id()).await
}

async fn sessions(api: &Api, pair: &Answer) -> Vec<Value> {
    let answer = api.get("/api/sessions/").bearer(&pair.text("access")).send().await.expect(200);
    answer.json().as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_old_stack_becomes_a_session_like_any_other() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    api.clock.advance_seconds(DAY);
    let pair = api.refresh(&token).await.expect(200);
    let profile = api.profile(&pair.text("access")).await.expect(200);
    assert_eq!(profile.text("id"), old.customer.to_string());
    let listed = sessions(&api, &pair).await;
    let expected = json!([{
        "id": listed[0]["id"], "device_name": null, "platform": null, "current": true,
        "created": "2026-11-22T20:00:00.000Z", "last_used": "2026-11-23T20:00:00.000Z",
    }]);
    assert_eq!(json!(listed), expected);
    let next = api.refresh(&pair.text("refresh")).await.expect(200);
    api.profile(&next.text("access")).await.expect(200);
    api.post("/api/logout-device/").bearer(&next.text("access")).send().await.expect(204);
    for spent in [token, pair.text("refresh"), next.text("refresh")] {
        assert_eq!(api.refresh(&spent).await.error(), REPLAY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_given_again_byte_for_byte_however_late() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    api.clock.advance_seconds(DAY);
    let first = api.refresh(&token).await.expect(200);
    for waited in [2, 3_600, 29 * DAY] {
        api.clock.advance_seconds(waited);
        let again = api.refresh(&token).await.expect(200);
        assert_eq!(again.text("refresh"), first.text("refresh"));
        assert_ne!(again.text("access"), first.text("access"));
    }
    // The token has expired by now; its successor has not.
    api.refresh(&first.text("refresh")).await.expect(200);
    assert_eq!(api.refresh(&token).await.error(), EXPIRED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_exchange_is_repeated_within_the_grace_and_a_replay_later() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    let pair = api.refresh(&token).await.expect(200);
    api.profile(&pair.text("access")).await.expect(200);
    api.clock.advance_seconds(60);
    assert_eq!(api.refresh(&token).await.expect(200).text("refresh"), pair.text("refresh"));
    api.clock.advance_seconds(1);
    assert_eq!(api.refresh(&token).await.error(), REPLAY);
    assert_eq!(api.refresh(&pair.text("refresh")).await.error(), REPLAY);
    api.profile(&pair.text("access")).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_token_than_the_last_one_ends_the_session() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    let pair = api.refresh(&token).await.expect(200);
    let next = api.refresh(&pair.text("refresh")).await.expect(200);
    assert_eq!(api.refresh(&token).await.error(), REPLAY);
    assert_eq!(api.refresh(&next.text("refresh")).await.error(), REPLAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_with_one_token_make_one_session() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    let answers = join_all((0..64).map(|_| api.refresh(&token))).await;
    let (given, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status.is_success());
    // The exchange, twenty repetitions, and no more of them: as with a token of ours.
    assert_eq!((given.len(), refused.len()), (21, 43));
    assert!(refused.iter().all(|answer| answer.status.as_u16() == 429));
    let successors: BTreeSet<String> =
        given.into_iter().map(|answer| answer.text("refresh")).collect();
    assert_eq!(successors.len(), 1);
    assert_eq!(old.account().await.sessions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_of_storage_make_no_second_session() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    for (lost, jti) in [(1, "one"), (2, "two"), (3, "three")] {
        let token = old.token(jti);
        api.wire.lose_answers(lost);
        let answer = api.refresh(&token).await.expect(200);
        let again = api.refresh(&token).await.expect(200);
        assert_eq!(answer.text("refresh"), again.text("refresh"));
    }
    assert_eq!(old.account().await.sessions.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_gets_the_answer_of_the_old_stack() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let now = api.clock.now();
    assert!(old.blacklist("blacklisted").await);
    assert_eq!(api.refresh(&old.token("blacklisted")).await.error(), REPLAY);
    let with = |change: fn(&mut Value)| {
        let mut claims = claims(now, "one");
        change(&mut claims);
        sign(&claims)
    };
    let expected = [
        (with(|claims| claims["exp"] = json!(claims["iat"])), EXPIRED),
        (
            with(|claims| claims["token_type"] = json!("access")),
            "401 token_not_valid: Token has wrong type [null]",
        ),
        (with(|claims| claims["user_id"] = json!("4712")), INACTIVE),
        (with(|claims| claims["jti"] = json!(7)), INVALID),
        (sign_with(&json!({"alg": "HS256"}), &claims(now, "one"), "another"), INVALID),
        (sign_with(&json!({"alg": "none"}), &claims(now, "one"), SECRET), INVALID),
        (sign_with(&json!({"alg": "EdDSA", "kid": "x"}), &claims(now, "one"), SECRET), INVALID),
    ];
    for (token, error) in expected {
        assert_eq!(api.refresh(&token).await.error(), error, "{token}");
    }
    assert!(old.account().await.sessions.is_empty());
    api.refresh(&old.token("one")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_with_made_up_tokens_costs_storage_nothing() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let forged = sign_with(&json!({"alg": "HS256"}), &claims(api.clock.now(), "one"), "guess");
    let unsigned = format!("{}.", forged.rsplit_once('.').expect("a signature").0);
    for token in [&forged, &unsigned, "a.b.c", "..", "garbage"] {
        let request = api.post("/api/refresh-token/").json(&json!({"refresh": token}));
        api.expect_cost(token, request, 401, cost(0, 0.0, 0.0)).await;
    }
    assert!(old.account().await.sessions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_and_its_repetition_take_two_trips() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let refresh = |token: &str| api.post("/api/refresh-token/").json(&json!({"refresh": token}));
    let token = old.token("one");
    // The table has no item of the token yet, and the account is on the index.
    api.expect_cost("an exchange", refresh(&token), 200, cost(2, 2.0, 4.0)).await;
    api.expect_cost("its repetition", refresh(&token), 200, cost(2, 2.0, 1.0)).await;
    assert!(old.blacklist("two").await);
    api.expect_cost("a blacklisted one", refresh(&old.token("two")), 401, cost(1, 2.0, 0.0)).await;
    let ours = api.log_in(PHONE).await.refresh;
    api.expect_cost("one of ours", refresh(&ours), 200, cost(1, 0.0, 1.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_taken_until_the_end_of_the_last_day_and_only_with_a_key() {
    let api = taking(&[("LegacyTokensUntil", "2026-11-22")]).await;
    let old = moved_in(&api).await;
    let (first, second) = (old.token("one"), old.token("two"));
    api.clock.advance_seconds(4 * 3_600 - 1);
    let pair = api.refresh(&first).await.expect(200);
    api.clock.advance_seconds(1);
    assert_eq!(api.refresh(&second).await.error(), INVALID);
    assert_eq!(api.refresh(&first).await.error(), INVALID);
    api.refresh(&pair.text("refresh")).await.expect(200);
    for off in [("LegacyTokenKey", ""), ("LegacyTokensUntil", "")] {
        let other = api.another(&[&TAKEN[..], &[off]].concat()).await;
        assert_eq!(other.refresh(&second).await.error(), INVALID);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_twenty_sessions_the_one_longest_unused_goes() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let mut pairs = Vec::new();
    for n in 0..22 {
        pairs.push(api.refresh(&old.token(&format!("token-{n}"))).await.expect(200));
        assert!(old.account().await.sessions.len() <= 20);
        api.clock.advance_seconds(1);
    }
    for (n, pair) in pairs.iter().enumerate() {
        let expected = if n < 2 { 401 } else { 200 };
        api.profile(&pair.text("access")).await.expect(expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_or_deleted_customer_gets_no_session() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let (before, after) = (old.token("before"), old.token("after"));
    let pair = api.refresh(&before).await.expect(200);
    let store = &api.stack.state("customer").expect("customer runs").store;
    let change = StatusChange { at: api.clock.now(), why: "a test".to_owned() };
    store.set_status(old.customer, true, &change).await.expect("the status is set");
    for token in [&before, &after, &pair.text("refresh")] {
        assert_eq!(api.refresh(token).await.error(), INACTIVE);
    }
    store.set_status(old.customer, false, &change).await.expect("the status is set");
    assert_eq!(api.refresh(&before).await.error(), REPLAY);
    assert_eq!(api.refresh(&after).await.error(), REPLAY, "all sessions have ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_of_all_ends_log_ins_from_before_the_move_that_have_no_session_yet() {
    for body in [json!({}), json!({"keep_current": true})] {
        let api = taking(&[]).await;
        let old = moved_in(&api).await;
        let ours = api.log_in(PHONE).await;
        let log_out = api.post("/api/logout-all-devices/").bearer(&ours.access).json(&body);
        log_out.send().await.expect(204);
        assert_eq!(api.refresh(&old.token("thief")).await.error(), REPLAY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_of_the_old_stack_that_comes_again_ends_what_a_thief_made_of_it() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    let mut thief = api.refresh(&token).await.expect(200).text("refresh");
    for _ in 0..2 {
        api.clock.advance_seconds(16 * DAY);
        thief = api.refresh(&thief).await.expect(200).text("refresh");
    }
    assert_eq!(api.refresh(&token).await.error(), EXPIRED);
    assert_eq!(api.refresh(&thief).await.error(), REPLAY);
}

/// Whoever has a stolen token of the old stack must not be able to take the account away.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_moved_in_is_not_fresh() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let pair = api.refresh(&old.token("one")).await.expect(200);
    let answer = api.delete("/api/customer/").bearer(&pair.text("access")).send().await;
    assert_eq!(answer.status.as_u16(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_of_one_that_moved_in_ends_what_stood_for_all() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let before = old.add_session_before_the_move().await;
    let alive = async || old.account().await.sessions.contains_key(&before);
    let ours = api.log_in(PHONE).await;
    let [one, two] = ["one", "two"].map(|jti| old.token(jti));
    let (one, two) = (api.refresh(&one).await.expect(200), api.refresh(&two).await.expect(200));
    let listed = sessions(&api, &one).await;
    let of_before = listed.iter().find(|one| one["id"] == before.to_string()).expect("it is there");
    assert_eq!(of_before["device_name"], "Before the move");
    // One of another log-in has nothing to do with it.
    api.post("/api/logout-device/").bearer(&ours.access).send().await.expect(204);
    assert!(alive().await);
    api.post("/api/logout-device/").bearer(&one.text("access")).send().await.expect(204);
    assert!(!alive().await);
    api.profile(&two.text("access")).await.expect(200);
    // By its id, and where it has gone before.
    let left: SessionId = *old.account().await.sessions.keys().next().expect("one is left");
    assert!(left.has_moved_in());
    let again = api.log_in(PHONE).await;
    let revoke = |id: SessionId| api.delete(&format!("/api/sessions/{id}/")).bearer(&again.access);
    revoke(left).send().await.expect(204);
    old.add_session_before_the_move().await;
    revoke(before).send().await.expect(204);
    assert!(!alive().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_apps_store_no_new_token_the_old_one_goes_on_as_long_as_its_session() {
    let api = taking(&[("LegacyTokensRotate", "false"), ("RefreshesPerMinute", "0")]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    for _ in 0..29 {
        let pair = api.refresh(&token).await.expect(200);
        api.profile(&pair.text("access")).await.expect(200);
        api.clock.advance_seconds(DAY);
    }
    assert_eq!(old.account().await.sessions.len(), 1);
    api.wire.delay(Duration::ZERO);
    let answers = join_all((0..64).map(|_| api.refresh(&token))).await;
    for answer in answers {
        api.profile(&answer.expect(200).text("access")).await.expect(200);
    }
    let access = api.refresh(&token).await.expect(200).text("access");
    let log_out = |token: &str| {
        let body = json!({"refresh": token});
        api.post("/api/logout-device/").bearer(&access).json(&body)
    };
    assert_eq!(log_out(&old.token("two")).send().await.error(), INVALID);
    log_out(&token).send().await.expect(204);
    api.profile(&access).await.expect(401);
    assert_eq!(api.refresh(&token).await.error(), REPLAY);
    api.clock.advance(SignedDuration::from_secs(DAY));
    assert_eq!(api.refresh(&token).await.error(), EXPIRED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exchanged_is_not_blacklisted_by_a_later_dump() {
    let api = taking(&[]).await;
    let old = moved_in(&api).await;
    let token = old.token("one");
    let pair = api.refresh(&token).await.expect(200);
    assert!(!old.blacklist("one").await);
    assert_eq!(api.refresh(&token).await.expect(200).text("refresh"), pair.text("refresh"));
    // A user becomes one customer only.
    let stranger = api.log_in("+14155550177").await;
    let other = LegacyUser { user: USER.parse().expect("an id"), customer: stranger.id() };
    let written = api.table().write(put_user(&other).expect("a write")).await.expect("an answer");
    assert!(!written.is_done());
}
