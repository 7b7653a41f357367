//! What was done to the API before there were lanes. Each of these tests fails on that code.

use futures_util::future::join_all;
use harness::Api;
use shared::limits::BudgetKind;

use super::{
    ABROAD, HOME, UNKNOWN, WRONG, ask, log_in_from, many_codes_and, received, spent, try_code,
};
use crate::PHONE;

const MOBILE_ONLY: &str = "400 invalid: Codes are sent to mobile numbers only. [phone]";

#[tokio::test(flavor = "multi_thread")]
async fn one_address_that_spends_a_countrys_budget_keeps_no_owner_out() {
    let api = Api::with(&[("CodesPerCountryDaily", "10")]).await;
    log_in_from(&api, HOME, None).await;
    for n in 0..11 {
        let phone = format!("+1415555{:04}", 1_000 + n);
        let expected = if n < 10 { 200 } else { 429 };
        ask(&api, ABROAD, &phone, None).await.expect(expected);
    }
    api.clock.advance_seconds(60);
    log_in_from(&api, HOME, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_challenges_from_five_addresses_lock_no_phone() {
    let api = Api::start().await;
    for _ in 0..2 {
        for address in 0..5 {
            let address = format!("198.51.100.{address}");
            for n in 0..10 {
                let answer = api.authenticate_from(&address, PHONE, UNKNOWN, "000000").await;
                assert_eq!(answer.error(), WRONG, "{address} {n}");
            }
        }
        api.clock.advance_seconds(3_600);
    }
    log_in_from(&api, ABROAD, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_codes_that_strangers_ask_for_leave_the_owner_theirs() {
    let api = Api::start().await;
    log_in_from(&api, HOME, None).await;
    api.clock.advance_seconds(3_600);
    for n in 0..10 {
        api.clock.advance_seconds(60);
        ask(&api, &format!("198.51.100.{}", n % 2), PHONE, None).await.expect(200);
    }
    api.clock.advance_seconds(60);
    ask(&api, ABROAD, PHONE, None).await.expect(429);
    log_in_from(&api, HOME, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_mobile_numbers_and_those_that_may_be_get_codes() {
    let api = Api::start().await;
    for phone in [
        "+19002345678",  // premium
        "+18002345678",  // toll-free
        "+449012345678", // premium
        "+448431234567", // shared cost
        "+447640123456", // pager
        "+442079460123", // fixed
    ] {
        assert_eq!(api.ask_for_code(phone).await.error(), MOBILE_ONLY, "{phone}");
    }
    assert!(api.stack.recorder.messages().is_empty());
    // North American numbers do not tell whether they are mobile.
    for phone in ["+14155550123", "+447400123456"] {
        api.ask_for_code(phone).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_log_ins_at_once_at_20_sessions_one_succeeds_and_one_code_is_given_back() {
    let limits = many_codes_and(&[
        "CodeTries",
        "CodesPerAddressHourly",
        "TriesPerPhoneDaily",
        "TriesPerPhoneAndAddressHourly",
        "TriesPerPhoneAndAddressDaily",
    ]);
    let api = Api::with(&limits).await;
    for n in 0..20 {
        log_in_from(&api, &format!("203.0.{n}.7"), None).await;
    }
    // Codes of others in every shard of the budgets, which must not be given back.
    for n in 0..64 {
        let phone = format!("+1415555{:04}", 2_000 + n);
        ask(&api, &format!("198.51.100.{n}"), &phone, None).await.expect(200);
    }
    // A stranger's code, so that there is something to give back.
    let sent = ask(&api, ABROAD, PHONE, None).await.expect(200);
    let code = received(&api, PHONE, &sent);
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 65);
    let answers = join_all((0..64).map(|_| try_code(&api, ABROAD, &code, None))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 64);
    assert_eq!(spent(&api, BudgetKind::Total).await, 64);
    let access = answers.iter().find(|answer| answer.status == 200).expect("one").text("access");
    let sessions = api.get("/api/sessions/").bearer(&access).send().await.expect(200);
    assert_eq!(sessions.json().as_array().map(Vec::len), Some(20));
}
