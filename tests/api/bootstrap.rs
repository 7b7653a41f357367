//! The binary of each function under a Lambda Runtime API: start, event, answer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use harness::{
    Api,
    bootstrap::{Bootstrap, SampleEvent, sample_events},
};
use local::functions::groups;
use serde_json::Value;

/// The maximum length of a log line. CloudWatch bills by the byte.
const LINE: usize = 400;

#[tokio::test]
async fn each_function_binary_answers_the_events_of_its_group() {
    let api = Api::start().await;
    for (group, _) in groups() {
        let mut function = Bootstrap::start(&api.stack, group).await;
        for SampleEvent { name, text } in sample_events(group) {
            let event: Value = serde_json::from_str(&text).unwrap();
            let answer = function.invoke(&text).await;
            let status = answer["statusCode"].as_u64().unwrap();
            assert_eq!(status == 404, name == "not_found", "{group} answered {name} with {answer}");
            assert!(status < 500, "{group} answered {name} with {answer}");
            assert_eq!(
                answer["headers"]["x-request-id"], event["requestContext"]["requestId"],
                "{group}, {name}"
            );
        }
        let ended = function.kill().await;
        assert_eq!(ended.errors, "", "{group} wrote to its standard error");
    }
}

#[tokio::test]
async fn a_binary_logs_one_short_json_line_per_request_and_nothing_private() {
    let api = Api::with(&[("LogLevel", "trace")]).await;
    for (group, _) in groups() {
        let events = sample_events(group);
        let mut function = Bootstrap::start(&api.stack, group).await;
        for event in &events {
            function.invoke(&event.text).await;
        }
        let log = function.kill().await.log;
        for line in &log {
            let json: Result<Value, _> = serde_json::from_str(line);
            assert!(
                json.is_ok_and(|json| json.is_object()),
                "{group} logged what is no JSON object: {line}"
            );
            assert!(line.len() <= LINE, "{group} logged {} bytes: {line}", line.len());
            for private in events.iter().flat_map(private_parts) {
                assert!(!line.contains(&private), "{group} logged {private}: {line}");
            }
        }
        let requests = log
            .iter()
            .filter(|line| serde_json::from_str::<Value>(line).unwrap()["message"] == "request");
        assert_eq!(requests.count(), events.len(), "{group} must log one line a request: {log:#?}");
    }
}

#[tokio::test]
async fn each_consumer_binary_logs_one_short_line_per_batch_and_nothing_private() {
    let api = Api::with(&[("LogLevel", "trace")]).await;
    let functions = &api.stack.deployment.functions;
    for name in functions
        .iter()
        .filter(|function| function.queue.is_some())
        .map(|function| function.group.as_str())
    {
        let mut function = Bootstrap::start(&api.stack, name).await;
        let events = sample_events(name);
        for SampleEvent { name, text } in &events {
            let failures =
                function.invoke(text).await["batchItemFailures"].as_array().map(Vec::len);
            assert_eq!(failures, Some(usize::from(name == "unreadable")), "{name}");
        }
        let ended = function.kill().await;
        assert_eq!(ended.errors, "", "{name} wrote to its standard error");
        for line in &ended.log {
            assert!(line.len() <= LINE, "{name} logged {} bytes: {line}", line.len());
            for private in ["+12025550143", "on its way", "by six", "this is no message"] {
                assert!(!line.contains(private), "{name} logged {private}: {line}");
            }
        }
        let batches = ended
            .log
            .iter()
            .filter(|line| serde_json::from_str::<Value>(line).unwrap()["message"] == "batch");
        assert_eq!(
            batches.count(),
            events.len(),
            "{name} must log one line a batch: {:#?}",
            ended.log
        );
    }
}

#[tokio::test]
async fn a_scheduled_consumer_binary_reports_busy_tasks_as_metrics_and_nothing_private() {
    let api = Api::with(&[("LogLevel", "error")]).await;
    api.code_for("+12025550143").await;
    // The clean-up still takes away what was listed before.
    api.list_expiring_as_before().await;
    for scheduled in api.stack.scheduled() {
        let name = scheduled.target.consumer.name;
        let mut function = Bootstrap::start(&api.stack, name).await;
        let mut busy = 0;
        for event in sample_events(name) {
            let report = function.invoke(&event.text).await;
            let tasks = report.as_object().expect("a report by task").values();
            busy += tasks.filter(|counts| did_anything(counts)).count();
        }
        let ended = function.kill().await;
        assert_eq!(ended.errors, "", "{name} wrote to its standard error");
        // By the system clock, the test's code expired long ago.
        assert!(busy > 0, "{name} has something to do");
        assert_eq!(ended.log.len(), busy, "{name} reports busy tasks only: {:#?}", ended.log);
        for line in &ended.log {
            assert!(line.len() <= LINE, "{name} logged {} bytes: {line}", line.len());
            let json: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(
                json["_aws"]["CloudWatchMetrics"].is_array() && json["Task"].is_string(),
                "{line}"
            );
        }
    }
}

/// Whether a task did or left anything.
fn did_anything(counts: &Value) -> bool {
    let members = counts.as_object().expect("counts").values();
    members.clone().any(|count| count.as_u64().is_some_and(|count| count > 0))
        || counts["unfinished"] == true
}

#[tokio::test]
async fn each_binary_logs_its_commit_once_with_its_first_event() {
    let api = Api::start().await;
    for (group, _) in groups() {
        let mut function = Bootstrap::start(&api.stack, group).await;
        for event in &sample_events(group)[..1] {
            function.invoke(&event.text).await;
            function.invoke(&event.text).await;
        }
        let log = function.kill().await.log;
        let lines: Vec<Value> =
            log.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let with_commit = lines.iter().filter(|line| line.get("commit").is_some()).count();
        // Tests are no release builds, so that a commit does not rebuild them.
        assert_eq!(
            (&lines[0]["message"], &lines[0]["commit"], with_commit),
            (&"start".into(), &"unknown".into(), 1),
            "{group}: {log:#?}"
        );
    }
}

#[tokio::test]
async fn a_binary_ends_when_it_is_killed_and_when_the_runtime_api_ends() {
    let api = Api::start().await;
    for (group, _) in groups() {
        let event = &sample_events(group)[0].text;
        let mut killed = Bootstrap::start(&api.stack, group).await;
        killed.invoke(event).await;
        let status = killed.kill().await.status;
        assert!(!status.success(), "{group}: {status}");
        let mut abandoned = Bootstrap::start(&api.stack, group).await;
        abandoned.invoke(event).await;
        let status = abandoned.abandon().await.status;
        assert!(!status.success(), "{group}: {status}");
    }
}

/// Values that no log line may contain: address, token, and each value of the body and the query.
fn private_parts(event: &SampleEvent) -> Vec<String> {
    let json: Value = serde_json::from_str(&event.text).expect("an event is JSON");
    let body = json["body"].as_str().unwrap_or_default();
    let body = if json["isBase64Encoded"] == true {
        String::from_utf8_lossy(&STANDARD.decode(body).expect("base64")).into_owned()
    } else {
        body.to_owned()
    };
    let mut parts =
        vec![json["requestContext"]["http"]["sourceIp"].as_str().expect("an address").to_owned()];
    parts.extend(
        json["headers"]["authorization"]
            .as_str()
            .and_then(|value| value.split(' ').nth(1))
            .map(str::to_owned),
    );
    match serde_json::from_str(&body) {
        Ok(body) => collect_texts(&body, &mut parts),
        Err(_) => {
            for form in [&body, json["rawQueryString"].as_str().unwrap_or_default()] {
                let pairs: Vec<(String, String)> =
                    serde_html_form::from_str(form).unwrap_or_default();
                parts.extend(pairs.into_iter().map(|(_, value)| value));
            }
        }
    }
    // Shorter values, such as a country or a flag, are in a log by chance.
    parts.retain(|part| part.len() >= 6);
    parts
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect_texts(member, texts)),
        _ => {}
    }
}
