//! What text messages hold.

use harness::{Api, ENCODINGS};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

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
            message.trim_start_matches("<#> ").chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(code.len(), 6, "{message}");
        let ours = format!("{code} is your Satchel code. It works for 5 minutes. Do not share it.");
        let expected = if with_hash { format!("<#> {ours}\n\n{ADMITTED}") } else { ours };
        assert_eq!(message, expected, "{body}");
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
