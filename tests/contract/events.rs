//! The sample events: each is one of its function's own, and the function knows what to do with it.

use harness::{Api, bootstrap::sample_events};
use local::groups;
use serde_json::Value;
use shared::runtime::deadline::Deadline;

use crate::repository::{assert_none, deployment};

/// Answers that say the event itself is not what it should be.
const REFUSED: [u64; 5] = [404, 405, 406, 413, 415];

#[tokio::test]
async fn every_sample_event_reaches_a_route_of_its_own_function() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for (group, _) in groups::GROUPS {
        let function = api.stack.function(group).expect("the launcher runs every group");
        for event in sample_events(group) {
            let file = format!("events/{group}/{}.json", event.name);
            let status = match function.invoke(event.text.as_bytes()).await {
                Ok(answer) => serde_json::from_slice::<Value>(&answer).expect("an answer is JSON")
                    ["statusCode"]
                    .as_u64(),
                Err(error) => {
                    problems.push(format!("{file} is no event of an HTTP API: {error}"));
                    continue;
                }
            };
            let status = status.expect("an answer has a status");
            let as_meant = if event.name == "not_found" {
                status == 404
            } else {
                !REFUSED.contains(&status) && status < 500
            };
            if !as_meant {
                problems.push(format!("{file} is answered with {status}: it must be a request that functions/{group} serves"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_sample_event_is_one_that_the_gateway_would_hand_to_its_function() {
    let mut problems = Vec::new();
    for function in deployment()
        .functions
        .into_iter()
        .filter(|function| groups::consumer(&function.group).is_none())
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
                    "{file} came by the route key {key}, which {} of template.yaml does not have",
                    function.logical_id
                ));
            }
            if context["routeKey"] != json["routeKey"] || context["http"]["path"] != json["rawPath"]
            {
                problems
                    .push(format!("{file} says one thing above and another in its requestContext"));
            }
            let length = json["body"].as_str().map(|body| body.len().to_string());
            let encoded = json["isBase64Encoded"] == true;
            if !encoded
                && length.as_deref()
                    != json["headers"]["content-length"].as_str().filter(|length| *length != "0")
            {
                problems.push(format!(
                    "{file} has a body of {} bytes and another content-length",
                    length.as_deref().unwrap_or("no")
                ));
            }
        }
    }
    assert_none(&problems);
}

#[tokio::test]
async fn every_sample_event_of_a_schedule_is_one_that_its_consumer_takes() {
    let api = Api::start().await;
    let mut problems = Vec::new();
    for scheduled in api.stack.scheduled() {
        let name = scheduled.target.consumer.name;
        for event in sample_events(name) {
            let json: Value = serde_json::from_str(&event.text).expect("an event is JSON");
            let rule = json["resources"][0].as_str().unwrap_or_default();
            if json["detail-type"] != "Scheduled Event" || !rule.contains(&scheduled.id) {
                problems.push(format!(
                    "events/{name}/{}.json must be a scheduled event of {}",
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
    assert!(!api.stack.scheduled().is_empty(), "something is scheduled");
    assert_none(&problems);
}

#[tokio::test]
async fn every_sample_event_of_a_consumer_is_a_batch_of_its_queue_that_it_reads() {
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
                problems.push(format!("{file} must hold records of the queue of functions/{name}"));
            }
            let answer = (fed.consumer.handle)(fed.app.clone(), json, Deadline::none())
                .await
                .expect("an answer");
            let failed = answer["batchItemFailures"].as_array().map_or(usize::MAX, Vec::len);
            if (failed > 0) != (event.name == "unreadable") {
                problems.push(format!("{file} is answered with {answer}"));
            }
        }
        assert!(events.len() > 1, "events/{name} holds events");
    }
    assert_none(&problems);
}
