//! Strangers are counted apart from owners: they use up nothing that an owner has, and they pay for
//! the codes that nobody verifies.

use futures_util::future::join_all;
use harness::{
    Answer, Api,
    phone::{Code, LoggedIn},
};
use serde_json::{Value, json};
use shared::limits::BudgetKind;

use crate::PHONE;

/// Assumption: what one text message costs, in US dollars.
const DOLLARS_PER_TEXT: f64 = 0.01;
const HOME: &str = "203.0.113.7";
const ABROAD: &str = "192.0.2.77";
const UNKNOWN: &str = "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f";

async fn ask(api: &Api, address: &str, phone: &str, refresh: Option<&str>) -> Answer {
    let body = json!({"phone": phone, "refresh": refresh});
    api.post("/api/send-otp/").from(address).json(&body).send().await
}

async fn try_code(api: &Api, address: &str, code: &Code, refresh: Option<&str>) -> Answer {
    let body = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp,
        "refresh": refresh});
    api.post("/api/customer/authenticate/").from(address).json(&body).send().await
}

fn received(api: &Api, sent: &Answer) -> Code {
    let message = api.messages_to(PHONE).pop().expect("a message");
    Code { challenge: sent.text("challenge"), otp: message[..6].to_owned() }
}

async fn log_in_from(api: &Api, address: &str, refresh: Option<&str>) -> LoggedIn {
    let sent = ask(api, address, PHONE, refresh).await.expect(200);
    let answer = try_code(api, address, &received(api, &sent), refresh).await;
    assert!(answer.status.is_success(), "{}", answer.error());
    LoggedIn {
        access: answer.text("access"),
        refresh: answer.text("refresh"),
        customer: Value::Null,
    }
}

async fn spent(api: &Api, budget: BudgetKind<'_>) -> u32 {
    let app = api.stack.state("auth").expect("auth runs");
    let day = app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    app.store.budget_spent(budget, day).await.expect("an answer").iter().sum()
}

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
    let other = api.log_in("+14155550124").await;
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
async fn unknown_codes_take_no_try_from_the_phone_and_50_an_hour_are_answered() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let foreign = api.code_for("+14155550124").await;
    for n in 0..50 {
        let challenge = if n % 2 == 0 { UNKNOWN } else { &*foreign.challenge };
        let answer = api.authenticate_from(ABROAD, PHONE, challenge, "000000").await;
        assert_eq!(
            answer.error(),
            "400 invalid_otp: The code is wrong or has expired. [otp]",
            "{n}"
        );
    }
    api.authenticate_from(ABROAD, PHONE, UNKNOWN, "000000").await.expect(429);
    api.authenticate_from(ABROAD, PHONE, &code.challenge, &code.otp).await.expect(201);
    api.authenticate("+14155550124", &foreign).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_unverified_codes_a_day_and_gets_back_verified_ones() {
    let api = Api::with(&[("CodesPerAddressUnverifiedDaily", "2")]).await;
    ask(&api, ABROAD, "+14155550101", None).await.expect(200);
    let sent = ask(&api, ABROAD, PHONE, None).await.expect(200);
    ask(&api, ABROAD, "+14155550102", None).await.expect(429);
    try_code(&api, ABROAD, &received(&api, &sent), None).await.expect(201);
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
async fn only_mobile_numbers_get_codes() {
    let api = Api::start().await;
    for phone in ["+19002345678", "+18002345678", "+449012345678", "+442079460123"] {
        assert_eq!(
            api.ask_for_code(phone).await.error(),
            "400 invalid: Codes are sent to mobile numbers only. [phone]",
            "{phone}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_log_ins_at_once_at_20_sessions_one_succeeds_and_one_code_is_given_back() {
    let high = [
        "CodesPerPhoneHourly",
        "CodesPerPhoneAndAddressHourly",
        "CodesPerPhoneDaily",
        "CodesPerNetworkHourly",
        "TextsPerPhoneDaily",
        "TriesPerPhoneDaily",
    ];
    let mut limits = high.map(|limit| (limit, "1000")).to_vec();
    limits.extend([("CodeTries", "1000"), ("TriesPerPhoneAndAddressHourly", "1000")]);
    limits.extend([("TriesPerPhoneAndAddressDaily", "1000"), ("CodeResendSeconds", "0")]);
    let api = Api::with(&limits).await;
    for _ in 0..20 {
        api.log_in(PHONE).await;
    }
    for n in 0..3 {
        ask(&api, "198.51.100.1", &format!("+1415555010{n}"), None).await.expect(200);
    }
    // A stranger's code, so that there is something to give back.
    let sent = ask(&api, ABROAD, PHONE, None).await.expect(200);
    let code = received(&api, &sent);
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 4);
    let answers = join_all((0..64).map(|_| try_code(&api, ABROAD, &code, None))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(spent(&api, BudgetKind::Country("US")).await, 3);
    assert_eq!(spent(&api, BudgetKind::Total).await, 3);
    let access = answers.iter().find(|answer| answer.status == 200).expect("one").text("access");
    let sessions = api.get("/api/sessions/").bearer(&access).send().await.expect(200);
    assert_eq!(sessions.json().as_array().map(Vec::len), Some(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_alike_for_phones_with_and_without_an_account() {
    for budget in ["1000", "3"] {
        let api = Api::with(&[("CodesPerCountryDaily", budget)]).await;
        api.log_in(PHONE).await;
        api.clock.advance_seconds(3_600);
        ask(&api, "198.51.100.1", "+14155550199", None).await;
        let mut seen = Vec::new();
        for (phone, address) in [(PHONE, "198.51.100.2"), ("+14155550150", "198.51.100.3")] {
            let mut answers = Vec::new();
            let mut trips = Vec::new();
            for n in 0..3 {
                let refresh = (n == 1).then_some("no token");
                api.wire.reset();
                let sent = ask(&api, address, phone, refresh).await;
                trips.push(api.wire.calls().len());
                answers.push(alike(&sent, phone));
                let challenge = sent.json()["challenge"].as_str().unwrap_or(UNKNOWN).to_owned();
                api.wire.reset();
                let tried = api.authenticate_from(address, phone, &challenge, "not it").await;
                trips.push(api.wire.calls().len());
                answers.push(alike(&tried, phone));
            }
            seen.push((answers, trips));
            api.clock.advance_seconds(60 - 60);
        }
        assert_eq!(seen[0], seen[1], "budget {budget}");
    }
}

/// An answer without what differs between any two.
fn alike(answer: &Answer, phone: &str) -> String {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    let mut text = String::from_utf8_lossy(&answer.body).replace(phone, "PHONE");
    if let Some(challenge) = answer.json()["challenge"].as_str() {
        text = text.replace(challenge, "CHALLENGE");
    }
    format!("{} {headers:?} {text}", answer.status)
}

/// Scaled down by ten: 20 addresses, budgets of 100 and 500, so that it runs in seconds.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_addresses_attack_an_owner_and_a_country_for_a_day() {
    let api = Api::with(&[
        ("CodesPerCountryDaily", "100"),
        ("CodesTotalDaily", "500"),
        ("CodesPerAddressUnverifiedDaily", "20"),
    ])
    .await;
    let owner = log_in_from(&api, HOME, None).await;
    // To midnight, so that the attack is on one day.
    api.clock.advance_seconds(4 * 3_600);
    let before = api.stack.recorder.messages().len();
    let mut owners = 0;
    for hour in 0..24_u32 {
        let attack = (0..20_u32).map(|n| {
            let api = &api;
            async move {
                let address = format!("198.51.{n}.1");
                let sent = ask(api, &address, PHONE, None).await;
                let challenge = sent.json()["challenge"].as_str().unwrap_or(UNKNOWN).to_owned();
                for _ in 0..3 {
                    api.authenticate_from(&address, PHONE, &challenge, "000000").await;
                    api.authenticate_from(&address, PHONE, UNKNOWN, "000000").await;
                }
                let other = format!("+1415556{:04}", hour * 100 + n);
                ask(api, &address, &other, None).await;
            }
        });
        join_all(attack).await;
        api.clock.advance_seconds(61);
        if hour % 12 == 6 {
            log_in_from(&api, HOME, None).await;
            api.clock.advance_seconds(61);
            log_in_from(&api, &format!("192.0.{hour}.5"), Some(&owner.refresh)).await;
            owners += 2;
            api.clock.advance_seconds(3_600 - 122);
        } else {
            api.clock.advance_seconds(3_600 - 61);
        }
    }
    let sent = api.stack.recorder.messages().len() - before - owners;
    // The attack is over: within the hour a new device on a new network logs in.
    api.clock.advance_seconds(3_000);
    log_in_from(&api, "192.0.200.9", None).await;
    println!(
        "strangers got {sent} text messages, ${:.2} at ${DOLLARS_PER_TEXT} each",
        f64::from(u32::try_from(sent).expect("few")) * DOLLARS_PER_TEXT
    );
    assert!(sent <= 100, "{sent} messages to strangers");
    assert!(sent > 50, "the attack did reach the limits: {sent}");
}
