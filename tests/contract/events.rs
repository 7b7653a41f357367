//! The sample events in events/: each has the form that AWS sends to its function, and the function
//! handles it.

use harness::{Api, bootstrap::sample_events};
use local::functions;
use serde_json::Value;
use shared::deadline::Deadline;

use crate::repository::{assert_none, deployment};

/// Statuses that show that the event itself is wrong.
const REFUSED: [u64; 5] = [404, 405, 406, 413, 415];

#[tokio::test]
async fn every_sample_event_reaches_a_route_of_its_own_function() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for (group, _) in functions::groups() {
        let function = api.stack.function(group).expect("the launcher runs every group");
        for event in sample_events(group) {
            let file = format!("events/{group}/{}.json", event.name);
            let status = match function.invoke(event.text.as_bytes()).await {
                Ok(answer) => serde_json::from_slice::<Value>(&answer).expect("an answer is JSON")
                    ["statusCode"]
                    .as_u64(),
                Err(error) => {
                    problems.push(format!("{file} is not an event of an HTTP API: {error}"));
                    continue;
                }
            };
            let status = status.expect("an answer has a status");
            let as_expected = if event.name == "not_found" {
                status == 404
            } else {
                !REFUSED.contains(&status) && status < 500
            };
            if !as_expected {
                problems.push(format!(
                    "{file} gets the status {status}: change it to a request that \
                    functions/{group} serves"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_sample_event_has_the_form_of_the_gateway() {
    let mut problems = Vec::new();
    for function in deployment()
        .functions
        .into_iter()
        .filter(|function| functions::consumer(&function.group).is_none())
    {
        let keys: Vec<String> = function.routes.iter().map(ToString::to_string).collect();
        for event in sample_events(&function.group) {
            let file = format!("events/{}/{}.json", function.group, event.name);
            let Ok(json) = serde_json::from_str::<Value>(&event.text) else {
                problems.push(format!("{file} is not JSON"));
                continue;
            };
            let context = &json["requestContext"];
            let key = json["routeKey"].as_str().unwrap_or_default();
            if !keys.iter().any(|known| known == key) {
                problems.push(format!(
                    "{file} has the route key {key}, which {} in template.yaml does not have",
                    function.logical_id
                ));
            }
            if context["routeKey"] != json["routeKey"] || context["http"]["path"] != json["rawPath"]
            {
                problems.push(format!(
                    "{file}: routeKey and rawPath must equal those in requestContext"
                ));
            }
            let length = json["body"].as_str().map(|body| body.len().to_string());
            let encoded = json["isBase64Encoded"] == true;
            if !encoded
                && length.as_deref()
                    != json["headers"]["content-length"].as_str().filter(|length| *length != "0")
            {
                problems.push(format!(
                    "{file}: its content-length must be the length of its body, {} bytes",
                    length.as_deref().unwrap_or("no")
                ));
            }
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn every_sample_event_of_a_schedule_is_handled_by_its_consumer() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for scheduled in api.stack.scheduled() {
        let name = scheduled.target.consumer.name;
        for event in sample_events(name) {
            let json: Value = serde_json::from_str(&event.text).expect("an event is JSON");
            let rule = json["resources"][0].as_str().unwrap_or_default();
            if json["detail-type"] != "Scheduled Event" || !rule.contains(&scheduled.id) {
                problems.push(format!(
                    "events/{name}/{}.json must be a Scheduled Event whose resource is {}",
                    event.name, scheduled.id
                ));
            }
            let answer = (scheduled.target.consumer.handle)(
                scheduled.target.app.clone(),
                json,
                Deadline::none(),
            )
            .await;
            if let Err(error) = answer {
                problems.push(format!("events/{name}/{}.json fails: {error}", event.name));
            }
        }
    }
    assert!(!api.stack.scheduled().is_empty(), "the template has a schedule");
    assert_none(&problems);
}

#[tokio::test]
async fn every_sample_event_of_a_queue_is_handled_by_its_consumer() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for function in deployment().functions.into_iter().filter(|function| function.queue.is_some()) {
        let (name, queue) = (&function.group, &function.queue);
        let events = sample_events(name);
        let fed = api.stack.queue_consumer().expect("a consumer is fed");
        for event in &events {
            let file = format!("events/{name}/{}.json", event.name);
            let json: Value = serde_json::from_str(&event.text).expect("an event is JSON");
            let records = json["Records"].as_array().cloned().unwrap_or_default();
            let arn = format!(":{}", queue.as_ref().expect("a consumer has a queue").id);
            let of_queue = |record: &Value| {
                record["eventSource"] == "aws:sqs"
                    && record["eventSourceARN"]
                        .as_str()
                        .is_some_and(|source| source.ends_with(&arn))
            };
            if records.is_empty() || !records.iter().all(of_queue) {
                problems
                    .push(format!("{file} must contain records of the queue of functions/{name}"));
            }
            let answer = (fed.consumer.handle)(fed.app.clone(), json, Deadline::none())
                .await
                .expect("an answer");
            let failed = answer["batchItemFailures"].as_array().map_or(usize::MAX, Vec::len);
            if (failed > 0) != (event.name == "unreadable") {
                problems.push(format!("{file} has an unexpected result: {answer}"));
            }
        }
        assert!(events.len() > 1, "events/{name} must contain events");
    }
    assert_none(&problems);
}
