use futures_util::future::join_all;
use harness::{Api, ENCODINGS};
use local::sns_recorder::Refusal;
use serde_json::json;

use crate::PHONE;

#[tokio::test]
async fn no_link_and_no_words_of_a_request_get_into_a_message() {
    let api = Api::start().await;
    for app_hash in ["bit.ly/abcd", "Call 555123", "FA+9qCX9VS\u{301}", "FA+9qCX9VS="] {
        let body = json!({"phone": PHONE, "app_hash": app_hash});
        let answer = api.post("/api/send-otp/").json(&body).send().await.expect(400);
        assert_eq!(answer.error(), "400 invalid: Enter a valid app hash. [app_hash]", "{app_hash}");
    }
    assert!(api.messages_to(PHONE).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_six_digits_goes_to_the_phone_and_the_answer_says_how_long_it_lives() {
    let api = Api::start().await;
    let answer = api.ask_for_code("+1 (415) 555-0123").await.expect(200);
    assert_eq!(
        answer.json(),
        json!({
            "challenge": answer.text("challenge"), "phone": PHONE, "expires_in": 300,
            "resend_after": 60,
        })
    );
    let messages = api.messages_to(PHONE);
    assert_eq!(messages.len(), 1);
    let code = &messages[0][..6];
    assert!(code.bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!(
        messages[0],
        format!("{code} is your Satchel code. It works for 5 minutes. Do not share it.")
    );
    assert!(!answer.json().to_string().contains(code));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_national_number_is_read_with_its_country_in_every_encoding() {
    for encode in ENCODINGS {
        let api = Api::start().await;
        let body = json!({"phone": "٠٥٠١٢٣٤٥٦٧", "country": "SA", "app_hash": "FA+9qCX9VSu"});
        let answer = encode(api.post("/api/send-otp"), &body).send().await.expect(200);
        assert_eq!(answer.text("phone"), "+966501234567");
        let message = api.messages_to("+966501234567").pop().expect("a message");
        assert!(message.starts_with("<#> ") && message.ends_with("\n\nFA+9qCX9VSu"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_errors_of_a_request_are_reported_together() {
    let api = Api::start().await;
    let body = json!({"phone": "", "country": "USA", "purpose": "fun", "app_hash": "short"});
    let answer = api.post("/api/send-otp/").json(&body).send().await;
    assert_eq!(
        answer.error(),
        "400 blank: This field may not be blank. [phone]; \
         400 max_length: Ensure this field has no more than 2 characters. [country]; \
         400 invalid_choice: \"fun\" is not a valid choice. [purpose]; \
         400 min_length: Ensure this field has at least 11 characters. [app_hash]"
    );
    assert!(api.stack.recorder.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_phones_and_countries_that_are_not_listed_are_refused() {
    let api = Api::start().await;
    for phone in ["4155550123", "+1999", "hello", "+999123456789"] {
        assert_eq!(
            api.ask_for_code(phone).await.error(),
            "400 invalid: The phone number entered is not valid. [phone]",
            "{phone}"
        );
    }
    assert_eq!(
        api.ask_for_code("+33612345678").await.error(),
        "400 invalid: Codes cannot be sent to this country. [phone]"
    );
    let country = api
        .post("/api/send-otp/")
        .json(&json!({"phone": "415 555 0123", "country": "1A"}))
        .send()
        .await;
    assert_eq!(country.error(), "400 invalid_choice: \"1A\" is not a valid choice. [country]");
    assert!(api.stack.recorder.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_token_is_reported_before_invalid_fields() {
    let api = Api::start().await;
    let post = |path: &str| api.post(path);
    for prefix in ["", "/mock"] {
        let path = format!("{prefix}/api/send-otp/");
        for purpose in ["change_phone", "delete"] {
            for body in [
                json!({"phone": "hello", "purpose": purpose}),
                json!({"phone": "+33612345678", "purpose": purpose}),
                json!({"phone": null, "country": "USA", "app_hash": "short", "purpose": purpose}),
                json!({"purpose": purpose}),
            ] {
                let answer = post(&path).json(&body).send().await;
                assert_eq!(
                    answer.error(),
                    "401 not_authenticated: Authentication credentials were not provided. [null]",
                    "{path} {body}"
                );
            }
        }
        let invalid_purpose = json!({"phone": "hello", "purpose": "fun"});
        assert_eq!(
            post(&path).json(&invalid_purpose).send().await.error(),
            "400 invalid: The phone number entered is not valid. [phone]; \
             400 invalid_choice: \"fun\" is not a valid choice. [purpose]"
        );
        let malformed = post(&path).body("application/json", "{\"purpose\": \"delete\"").send();
        assert!(malformed.await.error().starts_with("400 parse_error: JSON parse error"));
    }
    let token = api.log_in(PHONE).await.access;
    for (bearer, expected) in [
        ("garbage", "401 token_not_valid: Given token not valid for any token type [null]"),
        (&*token, "400 invalid: The phone number entered is not valid. [phone]"),
    ] {
        let body = json!({"phone": "hello", "purpose": "delete"});
        let answer = post("/api/send-otp/").bearer(bearer).json(&body).send().await;
        assert_eq!(answer.error(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purposes_for_customers_only_need_a_bearer_token() {
    let api = Api::start().await;
    for purpose in ["change_phone", "delete"] {
        let body = json!({"phone": PHONE, "purpose": purpose});
        let answer = api.post("/api/send-otp/").json(&body).send().await;
        assert_eq!(
            answer.error(),
            "401 not_authenticated: Authentication credentials were not provided. [null]"
        );
        let answer = api.post("/api/send-otp/").bearer("garbage").json(&body).send().await;
        assert_eq!(
            answer.error(),
            "401 token_not_valid: Given token not valid for any token type [null]"
        );
    }
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(60);
    let body = json!({"phone": PHONE, "purpose": "delete"});
    let challenge = api
        .post("/api/send-otp/")
        .bearer(&phone.access)
        .json(&body)
        .send()
        .await
        .expect(200)
        .text("challenge");
    let otp = api.messages_to(PHONE).pop().expect("a message")[..6].to_owned();
    let misused = api.authenticate_from("203.0.113.7", PHONE, &challenge, &otp).await;
    assert_eq!(misused.error(), "400 invalid_otp: The code is wrong or has expired. [otp]");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_gets_one_code_a_minute_five_an_hour_at_one_address_and_ten_in_all() {
    let api = Api::start().await;
    let ask = async |address: &'static str| {
        api.post("/api/send-otp/").from(address).json(&json!({"phone": PHONE})).send().await
    };
    ask("192.0.2.1").await.expect(200);
    api.clock.advance_seconds(59);
    let early = ask("192.0.2.2").await;
    assert_eq!(
        early.error(),
        "429 throttled: Request was throttled. Expected available in 1 second. [null]"
    );
    assert_eq!(early.header("retry-after"), "1");
    for _ in 0..4 {
        api.clock.advance_seconds(60);
        ask("192.0.2.1").await.expect(200);
    }
    api.clock.advance_seconds(60);
    // Five codes in an hour from one address. The first was sent 59 + 5 * 60 seconds ago.
    assert_eq!(ask("192.0.2.1").await.expect(429).header("retry-after"), "3241");
    for _ in 0..5 {
        ask("192.0.2.2").await.expect(200);
        api.clock.advance_seconds(60);
    }
    assert_eq!(ask("192.0.2.3").await.expect(429).header("retry-after"), "2941");
    assert_eq!(api.messages_to(PHONE).len(), 10);
    api.clock.advance_seconds(2_941);
    ask("192.0.2.3").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_gets_a_hundred_codes_an_hour_and_its_refusals_do_not_count_for_the_phones() {
    let api = Api::with(&[("CodesPerAddressHourly", "3")]).await;
    let ask = async |address: &'static str, phone: String| {
        api.post("/api/send-otp/").from(address).json(&json!({"phone": phone})).send().await
    };
    for n in 0..3 {
        ask("2001:db8::1", format!("+1415555010{n}")).await.expect(200);
    }
    let refused = ask("2001:db8::ffff", PHONE.to_owned()).await;
    assert_eq!(refused.header("retry-after"), "3600");
    ask("2001:db8:0:100::1", PHONE.to_owned()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_budget_is_exact_and_right_codes_refund_it() {
    let api = Api::with(&[("CodesPerCountryDaily", "20"), ("CodesPerAddressHourly", "1000")]).await;
    let phones: Vec<String> = (0..40).map(|n| format!("+141555501{n:02}")).collect();
    let answers = join_all(phones.iter().map(|phone| api.ask_for_code(phone))).await;
    let sent = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(sent, 20);
    assert!(answers.iter().all(|answer| [200, 429].contains(&answer.status.as_u16())));
    assert_eq!(api.stack.recorder.messages().len(), 20);
    api.ask_for_code("+447400123456").await.expect(200);
    let lucky =
        phones.iter().find(|phone| !api.messages_to(phone).is_empty()).expect("one got a code");
    let place = phones.iter().position(|phone| phone == lucky).expect("it is there");
    let otp = api.messages_to(lucky)[0][..6].to_owned();
    api.authenticate_from("203.0.113.7", lucky, &answers[place].text("challenge"), &otp)
        .await
        .expect(201);
    let unlucky: Vec<&String> =
        phones.iter().filter(|phone| api.messages_to(phone).is_empty()).collect();
    api.ask_for_code(unlucky[0]).await.expect(200);
    assert_eq!(api.ask_for_code(unlucky[1]).await.expect(429).header("retry-after"), "14400");
    api.clock.advance_seconds(14_400);
    api.ask_for_code(unlucky[1]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_codes_for_as_many_phones_never_conflict_and_each_is_counted_in_one_shard() {
    let api = Api::with(&[
        ("CodesPerCountryDaily", "400"),
        ("CodesPerAddressHourly", "1000"),
        ("CodesPerAddressUnverifiedDaily", "1000"),
    ])
    .await;
    let phones: Vec<String> = (0..500).map(|n| format!("+141555{:05}", 50_000 + n)).collect();
    let answers = join_all(phones.iter().map(|phone| api.ask_for_code(phone))).await;
    let sent = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    let failed = answers.iter().find(|answer| ![200, 429].contains(&answer.status.as_u16()));
    assert!(failed.is_none(), "{failed:?}");
    assert_eq!((sent, refused), (400, 100));
    assert_eq!(api.stack.recorder.messages().len(), 400);
    assert!(api.wire.calls().iter().all(|call| call.operation != "TransactWriteItems"));
    let country: Vec<u32> = shards(&api, "US").await;
    assert_eq!(country, [25; 16], "each shard holds its share of 400");
    assert_eq!(
        shards(&api, "ALL").await.iter().sum::<u32>(),
        400,
        "what the country refused is not counted in total"
    );
    api.ask_for_code("+447400123456").await.expect(200);
    assert_eq!(shards(&api, "GB").await.iter().sum::<u32>(), 1);
}

/// The number of codes that each shard of a daily budget counts.
async fn shards(api: &Api, scope: &str) -> Vec<u32> {
    let table = api.whole_table().await;
    let of_scope = format!("\"pk\": S(\"RATE#budget#{scope}#2026-11-22\")");
    let counts = table.lines().filter(|item| item.contains(&of_scope)).map(|item| {
        let count = item.split("\"n\": N(\"").nth(1).and_then(|rest| rest.split('"').next());
        count.and_then(|count| count.parse().ok()).expect("a count")
    });
    counts.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_total_budget_covers_all_countries_together() {
    let api = Api::with(&[("CodesTotalDaily", "3")]).await;
    for phone in ["+14155550101", "+447400123456", "+966501234567"] {
        api.ask_for_code(phone).await.expect(200);
    }
    assert_eq!(api.ask_for_code("+16135550123").await.expect(429).header("retry-after"), "14400");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_sns_rejects_is_503_and_counts_for_nothing() {
    let api = Api::with(&[("CodesPerCountryDaily", "1")]).await;
    api.stack.recorder.refuse_next(1, Refusal::AuthorizationError);
    let answer = api.ask_for_code(PHONE).await;
    assert_eq!(
        answer.error(),
        "503 unavailable: The service is temporarily unavailable. Please try again. [null]"
    );
    assert_eq!(answer.json()["type"], json!("server_error"));
    assert_eq!(answer.header("retry-after"), "1");
    assert!(!api.whole_table().await.contains("CHALLENGE"));
    api.ask_for_code(PHONE).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_number_takes_its_fixed_code_through_its_last_day_and_gets_no_message() {
    let api = Api::with(&[("TestNumbers", "+15550100=246810@2026-11-22")]).await;
    let challenge = api.ask_for_code("+15550100").await.expect(200).text("challenge");
    assert!(api.stack.recorder.messages().is_empty());
    api.authenticate_from("203.0.113.7", "+15550100", &challenge, "246810").await.expect(201);
    api.clock.advance_seconds(4 * 3_600);
    assert_eq!(
        api.ask_for_code("+15550100").await.error(),
        "400 invalid: The phone number entered is not valid. [phone]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_at_once_for_one_phone_send_one_code() {
    let api = Api::start().await;
    let answers = join_all((0..16).map(|_| api.ask_for_code(PHONE))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 15);
    assert_eq!(api.messages_to(PHONE).len(), 1);
}
