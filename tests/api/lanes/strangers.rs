//! The lane of strangers: what they use up is theirs alone.

use harness::Api;
use serde_json::json;
use shared::{clock::Clock, limits::BudgetKind};

use super::{ABROAD, HOME, OTHER, UNKNOWN, WRONG, ask, log_in_from, received, spent, try_code};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn unknown_challenges_take_no_try_from_the_phone_and_50_an_hour_are_answered() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let foreign = api.code_for(OTHER).await;
    for n in 0..50 {
        let challenge = if n % 2 == 0 { UNKNOWN } else { &*foreign.challenge };
        let answer = api.authenticate_from(ABROAD, PHONE, challenge, "000000").await;
        assert_eq!(answer.error(), WRONG, "{n}");
    }
    let refused = api.authenticate_from(ABROAD, PHONE, UNKNOWN, "000000").await.expect(429);
    assert_eq!(refused.header("ratelimit-policy"), r#""unknown-challenges";q=50;w=3600"#);
    api.authenticate_from(ABROAD, PHONE, &code.challenge, &code.otp).await.expect(201);
    api.authenticate(OTHER, &foreign).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_unverified_codes_a_day_and_gets_back_verified_ones() {
    let api = Api::with(&[("CodesPerAddressUnverifiedDaily", "2")]).await;
    ask(&api, ABROAD, "+14155550101", None).await.expect(200);
    let sent = ask(&api, ABROAD, PHONE, None).await.expect(200);
    ask(&api, ABROAD, "+14155550102", None).await.expect(429);
    try_code(&api, ABROAD, &received(&api, PHONE, &sent), None).await.expect(201);
    ask(&api, ABROAD, "+14155550102", None).await.expect(200);
    ask(&api, ABROAD, "+14155550103", None).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_gets_its_messages_of_a_day_and_a_country_its_codes_whoever_asks() {
    let api = Api::with(&[("TextsPerPhoneDaily", "2"), ("CodesPerCountryDailyAll", "3")]).await;
    let owner = log_in_from(&api, HOME, None).await;
    for expected in [200, 429] {
        api.clock.advance_seconds(60);
        ask(&api, HOME, PHONE, Some(&owner.refresh)).await.expect(expected);
    }
    ask(&api, HOME, "+14155550101", None).await.expect(200);
    ask(&api, HOME, "+14155550102", None).await.expect(429);
    assert_eq!(api.stack.recorder.messages().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_one_of_the_messages_of_a_day() {
    for (most, notices) in [("2", 1), ("1", 0)] {
        let api = Api::with(&[("TextsPerPhoneDaily", most)]).await;
        let owner = log_in_from(&api, HOME, None).await;
        let code = api.code_to(&owner.access, OTHER, "change_phone").await;
        let moved = json!({"phone": OTHER, "challenge": code.challenge, "otp": code.otp});
        let patch = api.patch("/api/customer/").bearer(&owner.access).json(&moved);
        patch.send().await.expect(200);
        assert_eq!(api.messages_to(PHONE).len(), 1 + notices, "{most}");
        api.clock.advance_seconds(60);
        ask(&api, ABROAD, PHONE, None).await.expect(429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_gets_ten_codes_an_hour_and_twenty_a_day_from_strangers() {
    let api = Api::start().await;
    for n in 0..11 {
        let expected = if n < 10 { 200 } else { 429 };
        ask(&api, &format!("198.51.100.{n}"), PHONE, None).await.expect(expected);
        api.clock.advance_seconds(60);
    }
    api.clock.advance_seconds(3_600);
    for n in 0..11 {
        let expected = if n < 10 { 200 } else { 429 };
        ask(&api, &format!("198.51.101.{n}"), PHONE, None).await.expect(expected);
        api.clock.advance_seconds(60);
    }
    api.clock.advance_seconds(3_600);
    let refused = ask(&api, "198.51.102.1", PHONE, None).await.expect(429);
    // The first of the twenty was sent 8,520 seconds ago.
    assert_eq!(refused.header("retry-after"), (86_400 - 8_520).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_nearly_spent_and_one_that_is_spent_are_metrics() {
    let api = Api::with(&[("CodesPerCountryDaily", "10")]).await;
    api.clock.advance_seconds(86_400 * 400);
    let from = api.clock.now();
    let of = |metric| crate::log::counted(metric, from, api.clock.now());
    for (n, near, spent) in [(7, 0, 0), (8, 1, 0), (9, 2, 0), (10, 2, 1), (11, 2, 2)] {
        let asked = of("CodesSent").len();
        for m in asked..n {
            ask(&api, &format!("198.51.{m}.1"), &format!("+1415555{}", 1_000 + m), None).await;
        }
        let counted = (of("CodeBudgetsNearlySpent").len(), of("CodeBudgetsSpent").len());
        assert_eq!(counted, (near, spent), "{n}");
    }
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 10);
}
