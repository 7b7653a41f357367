//! What text messages hold.

use harness::{Api, ENCODINGS};
use jiff::SignedDuration;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use shared::text_message::{MessageTexts, TextMessage, our_languages};

use crate::PHONE;

const ADMITTED: &str = "FA+9qCX9VSu";
const INVALID: &str = "400 invalid: Enter a valid app hash. [app_hash]";

/// A request that sends a code: notation of the phone, body, values of headers, encoding.
type Sent = (&'static str, serde_json::Map<String, Value>, String, String, usize);

/// Requests with words and links wherever a request may have any.
fn requests() -> impl Strategy<Value = Sent> {
    let words = || {
        prop_oneof![
            "[ -~]{1,60}",
            Just("Call +1 900 234 5678 now".to_owned()),
            Just("https://evil.example/x".to_owned()),
        ]
    };
    let phone = prop_oneof![
        Just("+14155550123"),
        Just("+1 (415) 555-0123"),
        Just("tel:+1-415-555-0123"),
        Just("+1 415 555 0123;ext=7"),
        Just("00١٤١٥٥٥٥٠١٢٣"),
    ];
    let names = prop_oneof!["message", "text", "name", "app_name", "code", "otp", "[a-z]{1,8}_"];
    let unknown = proptest::collection::btree_map(names, words(), 0..6);
    let unknown = unknown.prop_map(|all| all.into_iter().map(|(k, v)| (k, v.into())).collect());
    (phone, unknown, words(), "[a-z]{2}(-[A-Z]{2})?", 0..ENCODINGS.len())
}

/// Every text that a message with this code can have.
fn ours(code: &str, with_hash: bool) -> Vec<String> {
    let (texts, name) = (MessageTexts::default(), "Satchel".parse().expect("a name"));
    let hash = with_hash.then(|| ADMITTED.parse().expect("a hash"));
    let life = SignedDuration::from_mins(5);
    let text = |language| {
        let wording = texts.in_language(language);
        TextMessage::code(wording, &name, &code.into(), life, hash.as_ref()).as_str().to_owned()
    };
    our_languages().map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_a_request_is_in_a_message_but_an_admitted_app_hash() {
    let api = Api::with(&[("AppHashes", ADMITTED)]).await;
    let mut runner = TestRunner::deterministic();
    let mut sent = 0;
    for with_hash in [false, true].into_iter().cycle().take(120) {
        let drawn = requests().new_tree(&mut runner).expect("a request").current();
        let (phone, mut body, words, language, encoding) = drawn;
        body.insert("phone".to_owned(), phone.into());
        if with_hash {
            body.insert("app_hash".to_owned(), ADMITTED.into());
        }
        let body = Value::Object(body);
        // No limit counts longer than a day.
        api.clock.advance_seconds(86_400);
        let request = api
            .post("/api/send-otp/")
            .header("accept-language", &language)
            .header("user-agent", &words)
            .header("x-app-platform", "android")
            .header("x-app-version", "1.2.3");
        let answer = ENCODINGS[encoding](request, &body).send().await;
        if answer.status != 200 {
            assert_eq!(answer.status, 400, "{body}");
            continue;
        }
        sent += 1;
        let message = api.messages_to(PHONE).pop().expect("a message");
        let code: String =
            message.chars().skip_while(|letter| !letter.is_ascii_digit()).take(6).collect();
        assert!(code.bytes().all(|digit| digit.is_ascii_digit()), "{message}");
        assert!(ours(&code, with_hash).contains(&message), "{language}: {message} {body}");
    }
    assert!(sent > 60, "{sent}");
    assert_eq!(api.stack.recorder.messages().len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_app_hashes_are_listed_only_these_are_taken_by_the_operation_and_by_the_mock() {
    let listed = format!("{ADMITTED},abcdefghijk");
    let api = Api::with(&[("AppHashes", &listed), ("CodeResendSeconds", "0")]).await;
    for prefix in ["", "/mock"] {
        let path = format!("{prefix}/api/send-otp/");
        let ask = async |hash: Value| {
            let body = json!({"phone": PHONE, "app_hash": hash});
            api.post(&path).json(&body).send().await
        };
        for admitted in [json!(ADMITTED), json!("abcdefghijk"), Value::Null] {
            ask(admitted).await.expect(200);
        }
        for other in ["FA+9qCX9VSv", "fa+9qcx9vsu", "aaaaaaaaaaa"] {
            assert_eq!(ask(json!(other)).await.error(), INVALID, "{path} {other}");
        }
    }
    assert_eq!(api.messages_to(PHONE).len(), 3);
    let open = Api::start().await;
    let body = json!({"phone": PHONE, "app_hash": "aaaaaaaaaaa"});
    open.post("/api/send-otp/").json(&body).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_name_in_another_script_shortens_messages_to_one_segment() {
    let name = "书".repeat(30);
    let api = Api::with(&[("AppName", &name)]).await;
    let body = json!({"phone": PHONE, "app_hash": ADMITTED});
    api.post("/api/send-otp/").json(&body).send().await.expect(200);
    let message = api.messages_to(PHONE).pop().expect("a message");
    assert!(message.ends_with(&format!(" is your {name} code.\n\n{ADMITTED}")), "{message}");
    assert!(message.encode_utf16().count() <= 70, "{message}");
}

/// The message that a request for a code to this phone gets sent.
async fn message_in(api: &Api, phone: &str, language: Option<&str>) -> String {
    let request = api.post("/api/send-otp/").json(&json!({"phone": phone}));
    let request = match language {
        Some(language) => request.header("accept-language", language),
        None => request,
    };
    request.send().await.expect(200);
    api.messages_to(phone).pop().expect("a message")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_in_the_nearest_language_of_the_request_or_in_english() {
    let api = Api::with(&[
        ("CodeResendSeconds", "0"),
        ("CodesPerPhoneAndAddressHourly", "100"),
        ("CodesPerPhoneHourly", "100"),
    ])
    .await;
    for (wanted, words) in [
        (None, "is your Satchel code"),
        (Some("xx"), "is your Satchel code"),
        (Some("*"), "is your Satchel code"),
        (Some("ar-SA"), "هو رمز التحقق في Satchel. صالح لمدة 5 دقائق."),
        (Some("zh-Hant-TW"), "Satchel 驗證碼："),
        (Some("zh-Hans"), "Satchel 验证码："),
        (Some("iw"), "הוא קוד האימות שלך"),
        (Some("en;q=0.1, fr-CA"), "est votre code Satchel"),
        (Some("pt-PT"), "é seu código Satchel"),
        (Some("gsw"), "ist Ihr Code für Satchel"),
    ] {
        let message = message_in(&api, PHONE, wanted).await;
        assert!(message.contains(words), "{wanted:?}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_of_a_message_costs_no_call() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    message_in(&api, PHONE, None).await;
    let mut calls = Vec::new();
    for language in [None, Some("en"), Some("ar"), Some("ja;q=0.5, sw, xx, zh-TW;q=0.1")] {
        api.wire.reset();
        message_in(&api, PHONE, language).await;
        let mut of_one = api.wire.operations();
        of_one.sort();
        calls.push(of_one);
    }
    assert!(calls.iter().all(|of_one| *of_one == calls[0]), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_registered_in_india_stays_english() {
    const INDIAN: &str = "+919876543210";
    let parameters = [("CodeCountries", "IN,US"), ("SmsEntityId", "1"), ("SmsTemplateId", "2")];
    let registered = Api::with(&parameters).await;
    let message = message_in(&registered, INDIAN, Some("hi")).await;
    assert!(message.contains("is your Satchel code. It works for 5 minutes."), "{message}");
    let message = message_in(&registered, PHONE, Some("hi")).await;
    assert!(message.contains("आपका Satchel कोड है"), "{message}");
    let open = Api::with(&parameters[..1]).await;
    let message = message_in(&open, INDIAN, Some("hi-IN")).await;
    assert!(message.contains("आपका Satchel कोड है"), "{message}");
}
