use futures_util::future::join_all;
use harness::{
    Api,
    phone::{Code, MANY_CODES},
};
use jiff::SignedDuration;
use serde_json::json;

use crate::PHONE;

const WRONG: &str = "400 invalid_otp: The code is wrong or has expired. [otp]";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_log_in_makes_the_account_and_the_next_finds_it() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let first = api.authenticate(PHONE, &code).await.expect(201).json();
    assert_eq!(first["customer"]["phone"], json!(PHONE));
    assert_eq!(first["customer"]["created"], json!("2026-11-22T20:00:00.000Z"));
    api.clock.advance_seconds(60);
    let code = api.code_for(PHONE).await;
    let second = api.authenticate(PHONE, &code).await.expect(200).json();
    assert_eq!(second["customer"], first["customer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_until_one_second_before_its_end() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    api.clock.advance_seconds(299);
    api.authenticate(PHONE, &code).await.expect(201);
    assert_eq!(api.authenticate(PHONE, &code).await.error(), WRONG);
    let late = api.code_for(PHONE).await;
    api.clock.advance_seconds(300);
    assert_eq!(api.authenticate(PHONE, &late).await.error(), WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_wrong_code_gets_the_same_answer() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let stranger = api.code_for("+14155550199").await;
    let crossed = Code { challenge: stranger.challenge.clone(), otp: code.otp.clone() };
    assert_eq!(
        api.authenticate(PHONE, &Code { otp: code.wrong(), ..code.clone() }).await.error(),
        WRONG
    );
    assert_eq!(api.authenticate(PHONE, &crossed).await.error(), WRONG);
    assert_eq!(api.authenticate("+14155550199", &code).await.error(), WRONG);
    for challenge in ["nonsense", "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"] {
        assert_eq!(
            api.authenticate(PHONE, &Code { challenge: challenge.into(), ..code.clone() })
                .await
                .error(),
            WRONG
        );
    }
    assert_eq!(api.authenticate("nobody", &code).await.error(), WRONG);
    let fields = api
        .post("/api/customer/authenticate/")
        .json(&json!({"device": {"platform": "palm", "name": 7}}))
        .send()
        .await;
    assert_eq!(
        fields.error(),
        "400 required: This field is required. [phone]; \
         400 required: This field is required. [challenge]; \
         400 required: This field is required. [otp]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_code_stays_valid_beside_a_newer_one() {
    let api = Api::start().await;
    let earlier = api.code_for(PHONE).await;
    api.clock.advance_seconds(60);
    let newer = api.code_for(PHONE).await;
    api.authenticate(PHONE, &earlier).await.expect(201);
    api.authenticate(PHONE, &newer).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_tries_end_a_challenge() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let wrong = Code { otp: code.wrong(), ..code.clone() };
    for _ in 0..4 {
        assert_eq!(api.authenticate(PHONE, &wrong).await.error(), WRONG);
    }
    assert_eq!(api.authenticate(PHONE, &wrong).await.error(), WRONG);
    let ended = api.authenticate(PHONE, &code).await;
    assert!(ended.error().starts_with("429 throttled: "), "{}", ended.error());
    api.clock.advance_seconds(60);
    let next = api.code_for(PHONE).await;
    api.authenticate(PHONE, &next).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_guesses_do_not_exceed_the_limit() {
    let api = Api::with(&[
        ("TriesPerPhoneAndAddressHourly", "1000"),
        ("TriesPerPhoneAndAddressDaily", "1000"),
        ("TriesPerPhoneDaily", "1000"),
    ])
    .await;
    let code = api.code_for(PHONE).await;
    let guess = |n: usize| {
        format!("{:06}", (code.otp.parse::<usize>().expect("digits") + 1 + n) % 1_000_000)
    };
    let guesses = join_all((0..64).map(|n| {
        let guess = Code { otp: guess(n), ..code.clone() };
        let api = &api;
        async move { api.authenticate(PHONE, &guess).await }
    }))
    .await;
    assert_eq!(guesses.iter().filter(|answer| answer.status == 400).count(), 5);
    assert_eq!(guesses.iter().filter(|answer| answer.status == 429).count(), 59);
    api.authenticate(PHONE, &code).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_log_ins_with_one_right_code_are_one() {
    for round in 0..3 {
        let api = Api::with(&[
            ("CodeTries", "64"),
            ("TriesPerNetworkDaily", "1000"),
            ("TriesPerPhoneAndAddressHourly", "1000"),
            ("TriesPerPhoneAndAddressDaily", "1000"),
        ])
        .await;
        if round > 0 {
            api.log_in(PHONE).await;
            api.clock.advance_seconds(60);
        }
        let code = api.code_for(PHONE).await;
        let answers = join_all((0..64).map(|_| api.authenticate(PHONE, &code))).await;
        let succeeded = answers.iter().filter(|answer| answer.status.is_success()).count();
        let others: Vec<String> = answers
            .iter()
            .filter(|answer| !answer.status.is_success())
            .map(harness::Answer::error)
            .collect();
        assert_eq!(succeeded, 1, "{others:?}");
        assert!(others.iter().all(|error| error == WRONG), "{others:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_codes_used_at_once_for_a_new_phone_make_one_account() {
    let api = Api::start().await;
    let first = api.code_for(PHONE).await;
    api.clock.advance_seconds(60);
    let second = api.code_for(PHONE).await;
    let (first, second) =
        tokio::join!(api.authenticate(PHONE, &first), api.authenticate(PHONE, &second));
    let statuses = [first.status.as_u16(), second.status.as_u16()];
    assert!(statuses == [200, 201] || statuses == [201, 200], "{statuses:?}");
    assert_eq!(first.json()["customer"]["id"], second.json()["customer"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hourly_and_daily_tries_of_an_address_hold_across_resends() {
    let api = Api::start().await;
    let mut wrong = 0;
    for resend in 0..2 {
        let code = api.code_for(PHONE).await;
        for _ in 0..5 {
            assert_eq!(
                api.authenticate(PHONE, &Code { otp: code.wrong(), ..code.clone() }).await.error(),
                WRONG,
                "{resend}"
            );
            wrong += 1;
        }
        api.clock.advance_seconds(60);
    }
    let code = api.code_for(PHONE).await;
    let over = api.authenticate(PHONE, &code).await.expect(429);
    assert_eq!((wrong, over.header("retry-after")), (10, "3480"));
    // At another address the owner logs in with the same code, since the refusal did not count as a
    // try of it.
    api.authenticate_from("198.51.100.9", PHONE, &code.challenge, &code.otp).await.expect(201);
    api.clock.advance_seconds(3_480);
    for _ in 0..2 {
        let code = api.code_for(PHONE).await;
        for _ in 0..5 {
            assert_eq!(
                api.authenticate(PHONE, &Code { otp: code.wrong(), ..code.clone() }).await.error(),
                WRONG
            );
        }
        api.clock.advance_seconds(60);
    }
    api.clock.advance_seconds(3_600);
    let code = api.code_for(PHONE).await;
    let over = api.authenticate(PHONE, &code).await.expect(429);
    assert_eq!(over.header("retry-after"), "7080", "the day's twenty are used up until midnight");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attackers_twenty_wrong_tries_do_not_stop_the_owner_elsewhere() {
    let api = Api::with(&[("CodeTries", "1000"), ("CodeSeconds", "86400")]).await;
    let code = api.code_for(PHONE).await;
    for hour in 0..3 {
        for n in 0..10 {
            let answer =
                api.authenticate_from("198.51.100.66", PHONE, &code.challenge, &code.wrong()).await;
            let expected = if hour < 2 { 400 } else { 429 };
            assert_eq!(answer.status.as_u16(), expected, "hour {hour} try {n}");
        }
        if hour < 2 {
            api.clock.advance(SignedDuration::from_hours(1));
        }
    }
    let code = api.code_for(PHONE).await;
    api.authenticate(PHONE, &code).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_wrong_tries_from_all_addresses_block_a_phone_for_the_day() {
    let api = Api::with(&[("TriesPerPhoneDaily", "12"), ("CodeTries", "1000")]).await;
    let code = api.code_for(PHONE).await;
    for n in 0..12 {
        let address = format!("198.51.100.{n}");
        let answer = api.authenticate_from(&address, PHONE, &code.challenge, &code.wrong()).await;
        assert_eq!(answer.error(), WRONG);
    }
    assert_eq!(api.authenticate(PHONE, &code).await.expect(429).header("retry-after"), "14400");
    api.clock.advance_seconds(14_400);
    api.log_in(PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn right_codes_do_not_use_up_the_tries() {
    let api = Api::with(&MANY_CODES).await;
    for _ in 0..15 {
        api.log_in(PHONE).await;
        api.clock.advance_seconds(60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_first_session_evicts_the_least_recently_used() {
    let api = Api::with(&MANY_CODES).await;
    let mut phones = Vec::new();
    for _ in 0..20 {
        phones.push(api.log_in(PHONE).await);
        api.clock.advance_seconds(60);
    }
    let first = api.refresh(&phones[0].refresh).await.expect(200);
    api.log_in(PHONE).await;
    api.refresh(&phones[1].refresh).await.expect(401);
    api.refresh(&first.text("refresh")).await.expect(200);
    for phone in &phones[2..] {
        api.refresh(&phone.refresh).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_storage_still_logs_in_once() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    api.wire.lose_answers(1);
    api.authenticate(PHONE, &code).await.expect(201);
    assert_eq!(api.authenticate(PHONE, &code).await.error(), WRONG);
}
