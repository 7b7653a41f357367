//! The device lane: a refresh token of any generation tells its owner's requests from those of
//! strangers.

use harness::{Api, phone::Code};
use shared::limits::BudgetKind;

use super::{ABROAD, HOME, OTHER, ask, log_in_from, spent, try_code};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn owners_log_in_by_network_and_device_while_strangers_get_nothing() {
    let api = Api::with(&[("CodesPerPhoneHourly", "1"), ("CodesPerCountryDaily", "1")]).await;
    let owner = log_in_from(&api, HOME, None).await;
    api.clock.advance_seconds(3_600);
    ask(&api, "198.51.100.1", PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, "198.51.100.2", PHONE, None).await.expect(429);
    ask(&api, ABROAD, PHONE, None).await.expect(429);
    ask(&api, ABROAD, PHONE, Some("no token")).await.expect(429);
    // At home, also at another address of the network.
    log_in_from(&api, "203.0.113.200", None).await;
    api.clock.advance_seconds(60);
    log_in_from(&api, ABROAD, Some(&owner.refresh)).await;
    api.clock.advance_seconds(60);
    // Since then abroad is a network of the phone's.
    log_in_from(&api, ABROAD, None).await;
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 1, "the stranger's code");
    assert_eq!(spent(&api, BudgetKind::CountryInAll("US")).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_counts_for_its_own_phone_whatever_its_generation_and_age() {
    let api = Api::with(&[("CodesPerPhoneHourly", "1")]).await;
    let owner = log_in_from(&api, HOME, None).await;
    let other = api.log_in(OTHER).await;
    let newer = api.refresh(&owner.refresh).await.expect(200).text("refresh");
    api.post("/api/logout-device/").bearer(&owner.access).send().await.expect(204);
    // The session is over, its refresh token has expired, the networks are forgotten.
    api.clock.advance_seconds(179 * 86_400);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    for refresh in [None, Some(&*other.refresh), Some(&*owner.access)] {
        ask(&api, ABROAD, PHONE, refresh).await.expect(429);
    }
    ask(&api, ABROAD, PHONE, Some(&owner.refresh)).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, ABROAD, PHONE, Some(&newer)).await.expect(200);
    api.clock.advance_seconds(86_400);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    ask(&api, ABROAD, PHONE, Some(&owner.refresh)).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_count_in_their_lane_alone() {
    let api =
        Api::with(&[("CodeTries", "1000"), ("TriesPerPhoneDaily", "10"), ("CodeSeconds", "86400")])
            .await;
    let owner = log_in_from(&api, HOME, None).await;
    api.clock.advance_seconds(60);
    let code = api.code_for(PHONE).await;
    let wrong = Code { otp: code.wrong(), ..code.clone() };
    for (address, refresh, tries) in
        [(ABROAD, None, 10), (ABROAD, Some(&*owner.refresh), 10), (HOME, None, 20)]
    {
        for n in 0..tries {
            assert_eq!(try_code(&api, address, &wrong, refresh).await.status, 400, "{address} {n}");
        }
        assert_eq!(try_code(&api, address, &wrong, refresh).await.status, 429, "{address}");
    }
    api.clock.advance_seconds(3_600);
    try_code(&api, ABROAD, &code, None).await.expect(429);
    try_code(&api, HOME, &code, None).await.expect(429);
    try_code(&api, ABROAD, &code, Some(&owner.refresh)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_session_that_ended_as_stolen_proves_nothing() {
    let api = Api::with(&[("CodesPerPhoneHourly", "1")]).await;
    let owner = log_in_from(&api, HOME, None).await;
    api.clock.advance_seconds(60);
    let tablet = log_in_from(&api, HOME, None).await;
    let newest = api.refresh(&owner.refresh).await.expect(200);
    api.profile(&newest.text("access")).await.expect(200);
    api.clock.advance_seconds(61);
    // The thief presents the spent token: its successor was received more than a minute ago.
    api.refresh(&owner.refresh).await.expect(401);
    api.clock.advance_seconds(3_600);
    ask(&api, ABROAD, PHONE, None).await.expect(200);
    api.clock.advance_seconds(60);
    for refresh in [&owner.refresh, &newest.text("refresh")] {
        ask(&api, ABROAD, PHONE, Some(refresh)).await.expect(429);
    }
    ask(&api, ABROAD, PHONE, Some(&tablet.refresh)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_five_codes_and_ten_tries_an_hour() {
    let api = Api::with(&[("CodeTries", "1000")]).await;
    let owner = log_in_from(&api, HOME, None).await;
    let code = {
        api.clock.advance_seconds(60);
        api.code_for(PHONE).await
    };
    let wrong = Code { otp: code.wrong(), ..code };
    for n in 0..11 {
        let expected = if n < 10 { 400 } else { 429 };
        let address = format!("198.51.100.{n}");
        try_code(&api, &address, &wrong, Some(&owner.refresh)).await.expect(expected);
    }
    for n in 0..6 {
        api.clock.advance_seconds(60);
        let (address, expected) = (format!("198.51.{n}.1"), if n < 5 { 200 } else { 429 });
        ask(&api, &address, PHONE, Some(&owner.refresh)).await.expect(expected);
    }
}
