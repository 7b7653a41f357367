//! Codes and notices that go to the topic for a sender of the team's own, up to the example of one
//! in `events/code-subscriber`, which is run as it is.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use harness::{Api, log::KeptLog};
use jiff::SignedDuration;
use local::sns_recorder::{Message, Refusal};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use tracing::instrument::WithSubscriber as _;

use crate::PHONE;

const KUWAIT: &str = "+96550012345";
const TOPIC: (&str, &str) = ("CodeTopicCountries", "KW,QA");
const UNAVAILABLE: &str =
    "503 unavailable: The service is temporarily unavailable. Please try again. [null]";

/// A message of the topic, with its attributes.
type Published = (Value, BTreeMap<String, String>);

fn published(api: &Api) -> Vec<Published> {
    let of_topic = |message: Message| match message {
        Message::Code { message, attributes, .. } => Some((message, attributes)),
        _ => None,
    };
    api.stack.recorder.messages().into_iter().filter_map(of_topic).collect()
}

fn after(api: &Api, seconds: i64) -> String {
    format!("{:.3}", api.clock.now() + SignedDuration::from_secs(seconds))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events/code-subscriber")
}

/// The lines that the example prints for an event.
fn run_the_example(event: &Value, now: &str) -> Vec<Value> {
    let mut child = Command::new("python3")
        .arg(folder().join("subscriber.py"))
        .args(["--now", now])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(event.to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The event of Lambda in which SNS hands a message over.
fn event((message, attributes): &Published) -> Value {
    let attributes: Value = attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({"Type": "String", "Value": value})))
        .collect();
    let sns = json!({
        "Type": "Notification", "MessageId": "m", "Message": message.to_string(),
        "MessageAttributes": attributes,
    });
    json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_goes_to_the_topic_through_the_example_and_logs_in() {
    let api = Api::with(&[TOPIC]).await;
    let ask = api.post("/api/send-otp/").header("accept-language", "ar-KW, en;q=0.5");
    let asked = ask.json(&json!({"phone": KUWAIT})).send().await.expect(200);
    let all = published(&api);
    let [one @ (message, attributes)] = &all[..] else { panic!("one message: {all:?}") };
    let code = message["code"].as_str().expect("a code");
    let text = message["text"].as_str().expect("a text");
    assert!(text.contains(code) && text.contains("رمز"), "{text}");
    let until = after(&api, 300);
    assert_eq!(
        *message,
        json!({
            "id": asked.text("challenge"), "purpose": "login", "phone": KUWAIT, "country": "KW",
            "language": "ar", "code": code, "expires_at": until,
            "text": text,
        })
    );
    let expected = [("country", "KW"), ("language", "ar"), ("purpose", "login")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(*attributes, BTreeMap::from(expected));
    let line = json!({
        "event": "sent", "phone": "+965…45", "id": message["id"], "purpose": "login",
        "country": "KW", "language": "ar",
    });
    assert_eq!(run_the_example(&event(one), &after(&api, 299)), [line]);
    let late = run_the_example(&event(one), &until);
    assert_eq!(late[0]["event"], "expired");
    let body = json!({"phone": KUWAIT, "challenge": message["id"], "otp": code});
    api.post("/api/customer/authenticate/").json(&body).send().await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_countries_get_text_messages_and_those_of_neither_list_nothing() {
    let api = Api::with(&[TOPIC, ("CodeCountries", "US,KW")]).await;
    api.log_in(PHONE).await;
    assert!(published(&api).is_empty());
    for phone in [KUWAIT, "+97433123456"] {
        api.log_in(phone).await;
    }
    let countries: Vec<Value> =
        published(&api).iter().map(|(message, _)| message["country"].clone()).collect();
    assert_eq!(countries, ["KW", "QA"]);
    let texts = api.stack.recorder.messages();
    assert_eq!(texts.iter().filter(|one| matches!(one, Message::Sms { .. })).count(), 1);
    assert_eq!(
        api.ask_for_code("+966501234567").await.error(),
        "400 invalid: Codes cannot be sent to this country. [phone]"
    );
    let countries = api.get("/api/countries/?search=Qatar").send().await.expect(200).json();
    assert_eq!(countries[0]["sms_enabled"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_of_a_changed_phone_takes_the_way_of_the_old_one() {
    let api = Api::with(&[TOPIC]).await;
    let phone = api.log_in(KUWAIT).await;
    let code = api.code_to(&phone.access, PHONE, "change_phone").await;
    let body = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp});
    let change = api.patch("/api/customer/").bearer(&phone.access).json(&body);
    change.header("accept-language", "fr").send().await.expect(200);
    let (notice, attributes) = published(&api).pop().expect("a notice");
    assert_eq!((&notice["code"], &notice["expires_at"]), (&Value::Null, &Value::Null));
    assert_eq!((&notice["purpose"], &notice["phone"]), (&json!("notice"), &json!(KUWAIT)));
    assert_eq!((attributes["purpose"].as_str(), attributes["language"].as_str()), ("notice", "fr"));
    let lines = run_the_example(&event(&(notice, attributes)), &after(&api, 0));
    assert_eq!(lines[0]["event"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_budgets_hold_and_a_topic_that_refuses_takes_everything_back() {
    let api = Api::with(&[TOPIC, ("CodesPerCountryDaily", "2")]).await;
    api.stack.recorder.refuse_next(3, Refusal::AuthorizationError);
    for _ in 0..3 {
        assert_eq!(api.ask_for_code(KUWAIT).await.error(), UNAVAILABLE);
    }
    assert!(published(&api).is_empty() && !api.whole_table().await.contains("CHALLENGE"));
    api.ask_for_code(KUWAIT).await.expect(200);
    api.ask_for_code(KUWAIT).await.expect(429);
    api.clock.advance_seconds(61);
    api.ask_for_code(KUWAIT).await.expect(200);
    api.clock.advance_seconds(61);
    api.ask_for_code(KUWAIT).await.expect(429);
    assert_eq!(published(&api).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_publication_has_no_answer_stays_counted_and_is_not_repeated() {
    let api = Api::with(&[TOPIC]).await;
    api.stack.recorder.refuse_next(1, Refusal::InternalError);
    assert_eq!(api.ask_for_code(KUWAIT).await.error(), UNAVAILABLE);
    assert!(published(&api).is_empty(), "one call is one attempt");
    assert_eq!(api.ask_for_code(KUWAIT).await.expect(429).header("retry-after"), "60");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_number_of_such_a_country_gets_none() {
    let test_number = ("TestNumbers", "+96550012345=246810@2099-12-31");
    let api = Api::with(&[TOPIC, test_number]).await;
    api.ask_for_code(KUWAIT).await.expect(200);
    assert!(api.stack.recorder.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_code_nor_phone_is_in_the_log() {
    let log = KeptLog::default();
    let code = async {
        let api = Api::with(&[TOPIC]).await;
        api.stack.recorder.refuse_next(1, Refusal::AuthorizationError);
        api.ask_for_code(KUWAIT).await.expect(503);
        api.log_in(KUWAIT).await;
        published(&api)[0].0["code"].as_str().expect("a code").to_owned()
    };
    let code = code.with_subscriber(log.subscriber()).await;
    let lines = log.lines();
    assert!(lines.len() > 2);
    let text = Value::from(lines).to_string();
    assert!(!text.contains(&code) && !text.contains(&KUWAIT[1..]), "{text}");
}

#[test]
fn the_sample_events_are_read_by_the_example() {
    for (name, purpose) in [("code", "login"), ("notice", "notice")] {
        let text = fs::read_to_string(folder().join(name).with_extension("json")).expect("a file");
        let lines = run_the_example(&text.parse().expect("JSON"), "2026-11-22T10:00:01Z");
        assert_eq!((&lines[0]["event"], &lines[0]["purpose"]), (&json!("sent"), &json!(purpose)));
    }
}
