//! The log line of each request, and the lines that carry metrics.

use std::time::Duration;

use futures_util::future::join_all;
use harness::{Api, log};
use http::Method;
use jiff::Timestamp;
use local::sns_recorder::Refusal;
use serde_json::{Value, json};
use shared::clock::Clock as _;

use crate::{PHONE, cleanup, wallet::Purse};

/// The maximum length of a line. CloudWatch bills by the byte.
const LINE: usize = 400;

/// The line of the request with this id.
fn line_of(id: &str) -> (usize, Value) {
    let logged = log::everything();
    let read = |line: &str| Some((line.len(), serde_json::from_str::<Value>(line).ok()?));
    let is_it = |(_, line): &(usize, Value)| line["message"] == "request" && line["id"] == id;
    logged
        .lines()
        .filter_map(read)
        .find(is_it)
        .unwrap_or_else(|| panic!("the log has no line of {id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_log_shows_the_usage_of_storage_and_the_customer() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let customer = phone.id();
    let pseudonym = api.stack.state("auth").expect("auth runs").pseudonym(customer);
    let note = json!({"registration_id": "one", "type": "ios"});
    for (method, path, body, status) in [
        (Method::GET, "/api/customer/", None, 200),
        (Method::PATCH, "/api/customer/", Some(json!({"first_name": "Amal"})), 200),
        (Method::POST, "/api/devices/", Some(note), 201),
        (Method::GET, "/api/customer/export/", None, 200),
        (Method::POST, "/api/refresh-token/", Some(json!({"refresh": phone.refresh})), 200),
        (Method::POST, "/api/logout-device/", None, 204),
    ] {
        api.wire.reset();
        let request = api.request(method, path).bearer(&phone.access);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let answer = request.send().await.expect(status);
        let (_, line) = line_of(answer.header("x-request-id"));
        let (spent, calls) = (api.wire.cost(), api.wire.calls().len());
        assert_eq!(line["calls"], calls, "{path}: {line}");
        assert_eq!(
            (line["read_units"].as_f64(), line["write_units"].as_f64()),
            (Some(spent.read_units), Some(spent.write_units))
        );
        assert_eq!(
            (&line["customer"], &line["status"]),
            (&json!(pseudonym), &json!(status)),
            "{path}: {line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_log_shows_zero_usage_for_a_request_without_calls_to_storage() {
    let api = Api::start().await;
    let (_, line) = line_of(api.profile("garbage").await.expect(401).header("x-request-id"));
    assert_eq!(line["calls"], 0, "{line}");
    assert!(line.get("customer").is_none(), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_a_failed_request_is_an_error_with_its_cause() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.wire.refuse("GetItem");
    let answer = api.profile(&phone.access).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    let (_, line) = line_of(answer.header("x-request-id"));
    assert_eq!(line["level"], "ERROR", "{line}");
    assert!(line["error"].as_str().is_some_and(|error| !error.is_empty()), "{line}");
    let refused = api.profile("garbage").await.expect(401);
    let (_, line) = line_of(refused.header("x-request-id"));
    assert_eq!((&line["level"], line.get("error")), (&json!("INFO"), None), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_line_has_at_most_400_bytes() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "one").await.expect(201);
    for path in [
        "/api/devices/one/",
        "/api/customer/export/",
        "/api/notifications/019aac3f-0000-7000-8000-000000000000/",
    ] {
        let answer = api.request(Method::OPTIONS, path).bearer(&phone.access).send().await;
        let answers = [answer, api.get(path).bearer(&phone.access).send().await];
        for answer in answers {
            let (bytes, line) = line_of(answer.header("x-request-id"));
            assert!(bytes <= LINE, "{bytes} bytes: {line}");
        }
    }
}

/// The values of a metric in the lines with a time from `from` to `until` of the test's clock.
pub(crate) fn counted(metric: &str, from: Timestamp, until: Timestamp) -> Vec<u64> {
    counted_in(metric, metric, from, until)
}

/// The same in the lines that contain a text.
fn counted_in(text: &str, metric: &str, from: Timestamp, until: Timestamp) -> Vec<u64> {
    let lines = metrics_from(from, until).into_iter().filter(|line| line.contains(text));
    let values = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    values.filter_map(|line| line[metric].as_u64()).collect()
}

/// The lines of metrics with a time from `from` to `until`.
fn metrics_from(from: Timestamp, until: Timestamp) -> Vec<String> {
    let logged = log::everything();
    let lines = logged.lines().filter(|line| line.contains("\"_aws\""));
    let lines = lines.inspect(|line| assert!(line.len() <= LINE, "{line}"));
    let is_within = |line: &&str| {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return false };
        let at = line["_aws"]["Timestamp"].as_i64().expect("a line of metrics has its time");
        (from.as_millisecond()..=until.as_millisecond()).contains(&at)
    };
    lines.filter(is_within).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_show_a_trend_or_an_attack_are_metrics() {
    let api = Api::start().await;
    // All tests share one log. Only this one uses this time.
    api.clock.advance_seconds(3_333_333_333);
    api.stack.prepare().await;
    let from = api.clock.now();
    let code = api.code_for(PHONE).await;
    api.authenticate_from("203.0.113.7", PHONE, &code.challenge, &code.wrong()).await.expect(400);
    let tokens = api.authenticate(PHONE, &code).await.expect(201);
    api.ask_for_code(PHONE).await.expect(429);
    let (access, first) = (tokens.text("access"), tokens.text("refresh"));
    let second = api.refresh(&first).await.expect(200).text("refresh");
    api.refresh(&first).await.expect(200);
    api.refresh(&second).await.expect(200);
    for token in ["one", "two"] {
        api.register(&access, token).await.expect(201);
    }
    api.publish(&json!({"id": "m1", "to": {"phone": PHONE}, "title": "One"}));
    api.stack.deliver().await;
    api.refresh(&first).await.expect(401);
    let of = |metric: &str| counted(metric, from, api.clock.now());
    for metric in
        ["CodesSent", "WrongCodes", "LogIns", "Throttled", "RefreshRepeats", "RefreshReplays"]
    {
        assert_eq!(of(metric), [1], "{metric}");
    }
    assert_eq!(of("Pushes"), [2]);
    assert!(of("BalanceConflicts").is_empty());
}

/// CloudWatch bills a metric for each hour in which it has a value.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_stack_writes_no_metrics() {
    let api = Api::start().await;
    api.clock.advance_seconds(6_666_666_666);
    api.stack.prepare().await;
    let from = api.clock.now();
    api.get("/api/countries/").send().await.expect(200);
    api.profile("garbage").await.expect(401);
    let report = cleanup::clean_up(&api).await;
    assert_eq!(report["holds"]["done"], 0, "{report}");
    api.publish(&json!({"id": "m1", "to": {"phone": PHONE}, "title": "To nobody"}));
    api.stack.deliver().await;
    let lines = metrics_from(from, api.clock.now());
    assert!(lines.is_empty(), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_that_leaves_work_undone_is_a_metric() {
    let api = Api::start().await;
    api.clock.advance_seconds(7_777_777_777);
    api.stack.prepare().await;
    let from = api.clock.now();
    cleanup::clean_up(&api).await;
    assert!(counted("CleanupsUnfinished", from, api.clock.now()).is_empty());
    cleanup::run_within(&api, Some(Duration::ZERO)).await.expect("a run");
    assert_eq!(counted("CleanupsUnfinished", from, api.clock.now()), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_that_sns_refuses_or_whose_device_is_gone_are_a_metric() {
    let api = Api::start().await;
    api.clock.advance_seconds(8_888_888_888);
    api.stack.prepare().await;
    let from = api.clock.now();
    let phone = api.log_in(PHONE).await;
    for token in ["one", "two", "three"] {
        api.register(&phone.access, token).await.expect(201);
    }
    let of = |metric: &str| counted(metric, from, api.clock.now()).into_iter().sum::<u64>();
    api.notify(&phone, "m1", "One").await;
    assert_eq!((of("Pushes"), of("PushesFailed")), (3, 0));
    api.stack.recorder.endpoints(|endpoints| endpoints.disable("one"));
    api.notify(&phone, "m2", "Two").await;
    assert_eq!((of("Pushes"), of("PushesFailed")), (5, 1));
    api.publish(&json!({"id": "m3", "to": {"phone": PHONE}, "title": "Three"}));
    api.stack.recorder.refuse_next_of("Publish", 2, Refusal::AuthorizationError);
    api.stack.deliver().await;
    assert_eq!(of("PushesFailed"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_with_a_test_number_is_an_event_and_no_metric() {
    let number = "+15550100";
    let api = Api::with(&[("TestNumbers", "+15550100=246810@9999-12-31")]).await;
    api.clock.advance_seconds(9_999_999_999);
    api.stack.prepare().await;
    let from = api.clock.now();
    let sent = api.ask_for_code(number).await.expect(200);
    let code = json!({"phone": number, "challenge": sent.text("challenge"), "otp": "246810"});
    let answer = api.post("/api/customer/authenticate/").json(&code).send().await.expect(201);
    let id = answer.json()["customer"]["id"].as_str().expect("an id").parse().expect("an id");
    let name = api.stack.state("customer").expect("customer runs").pseudonym(id);
    let events = events_of(&[name.expect("a name")]);
    assert!(events.iter().any(|line| line["event"] == "logged_in"), "{events:#?}");
    assert!(counted("LogIns", from, api.clock.now()).is_empty());
    assert!(counted("CodesSent", from, api.clock.now()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_between_movements_of_money_are_a_metric() {
    let api = Api::start().await;
    api.clock.advance_seconds(4_444_444_444);
    api.stack.prepare().await;
    let from = api.clock.now();
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    for answer in join_all((0..8).map(|_| purse.debit(1))).await {
        answer.expect(200);
    }
    let conflicts: u64 = counted("BalanceConflicts", from, api.clock.now()).into_iter().sum();
    assert!((7..1_000).contains(&conflicts), "{conflicts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_and_refusals_of_operator_tokens_are_metrics_by_scope() {
    let api = Api::start().await;
    api.clock.advance_seconds(5_555_555_555);
    api.stack.prepare().await;
    let from = api.clock.now();
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 5, "currency": "USD"}));
    let reverse = purse.for_customer(&json!({"type": "reverse", "entry_id": "unknown"}));
    let more = purse.for_customer(&json!({"type": "credit", "amount": 6, "currency": "USD"}));
    let debit = purse.for_customer(&json!({"type": "debit", "amount": 1, "currency": "USD"}));
    let token = api.operator_token(&credit);
    for (token, key, request, status) in [
        (&token, "k1", &credit, 200),
        (&token, "k1", &credit, 200),
        (&token, "k2", &credit, 403),
        (&token, "k3", &more, 403),
        (&token, "k4", &reverse, 403),
        (&token, "k5", &debit, 403),
        (&api.operator_token(&reverse), "k6", &reverse, 404),
    ] {
        purse.send(token, key, request).await.expect(status);
    }
    let of = |metric: &str, scope: &str| {
        let within = format!("\"Scope\":\"{scope}\",\"{metric}\"");
        counted_in(&within, metric, from, api.clock.now()).into_iter().sum::<u64>()
    };
    assert_eq!((of("OperatorUses", "wallet:credit"), of("OperatorUses", "wallet:reverse")), (3, 1));
    assert_eq!(of("OperatorRefusals", "wallet:credit"), 2);
    assert_eq!(of("OperatorRefusals", "wallet:reverse"), 1);
    assert_eq!(of("OperatorRefusals", "none"), 1);
}

/// The security events of a function's log that name one of these customers.
fn events_of(names: &[String]) -> Vec<Value> {
    let logged = log::everything();
    let lines = logged.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_of = |line: &Value| {
        line["message"] == "security"
            && line["customer"].as_str().is_some_and(|name| names.iter().any(|own| own == name))
    };
    lines.filter(is_of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_touches_a_customers_data_or_consent_is_a_security_event() {
    let api = Api::start().await;
    let (one, other) = (api.log_in(PHONE).await, api.log_in("+14155550199").await);
    let name = |customer| api.stack.state("fcm").expect("fcm runs").pseudonym(customer);
    let names = [name(one.id()).expect("a name"), name(other.id()).expect("a name")];
    api.register(&one.access, "shared-token").await.expect(201);
    api.register(&one.access, "shared-token").await.expect(200);
    api.register(&other.access, "shared-token").await.expect(200);
    api.clock.advance_seconds(61);
    let code = api.code_for(PHONE).await;
    let device = json!({"platform": "ios", "registration_id": "shared-token"});
    let again = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp,
        "device": device});
    let again = api.post("/api/customer/authenticate/").json(&again).send().await.expect(200);
    let third = again.text("access");
    let patch = json!({"marketing_opt_in": true});
    for _ in 0..2 {
        api.patch("/api/customer/").bearer(&third).json(&patch).send().await.expect(200);
    }
    let named = json!({"first_name": "Amal"});
    api.patch("/api/customer/").bearer(&third).json(&named).send().await.expect(200);
    api.get("/api/customer/export/").bearer(&third).send().await.expect(200);
    api.clock.advance_seconds(61);
    api.code_to(&third, PHONE, "delete").await;
    let seen = events_of(&names);
    let told: Vec<[&str; 3]> = seen
        .iter()
        .filter(|line| line["event"] != "logged_in")
        .map(|line| {
            let text = |member: &str| line[member].as_str().unwrap_or("-");
            let who = |member| match text(member) {
                name if name == names[0] => "one",
                name if name == names[1] => "other",
                name => name,
            };
            [text("event"), who("customer"), who("from")]
        })
        .collect();
    assert_eq!(
        told,
        [
            ["device_moved", "other", "one"],
            ["device_moved", "one", "other"],
            ["preferences_changed", "one", "-"],
            ["exported", "one", "-"],
            ["code_sent", "one", "-"],
        ]
    );
    let logged = format!("{seen:?}");
    assert!(!logged.contains("shared-token") && !logged.contains("14155550"), "{logged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_requests_that_succeed_a_share_may_be_logged_and_of_all_others_every_one() {
    let api = Api::with(&[("LogSampling", "4000000000")]).await;
    api.clock.advance_seconds(9_999_999_999);
    api.stack.prepare().await;
    let from = api.clock.now();
    let phone = api.log_in(PHONE).await;
    let shown = api.profile(&phone.access).await.expect(200);
    let id = shown.header("x-request-id");
    let logged = log::everything();
    assert!(!logged.lines().any(|line| line.contains("\"request\"") && line.contains(id)));
    line_of(api.profile("garbage").await.expect(401).header("x-request-id"));
    assert_eq!(counted("LogIns", from, api.clock.now()), [1], "metrics are always written");
}
