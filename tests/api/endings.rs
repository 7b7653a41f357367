//! How invocations fail, in processes under a Lambda Runtime API: panics, timeouts near the limit,
//! SIGTERM.

use std::time::{Duration, Instant};

use futures_util::{FutureExt, future::join_all};
use harness::{
    Api,
    bootstrap::{Bootstrap, is_a_process, sample_events},
    stalling::Stalling,
};
use local::functions::groups;
use serde_json::{Value, json};
use shared::runtime::{Consumer, serve, serve_consumer};
use tokio::time::timeout;

use crate::trial;

const LONG: Duration = Duration::from_secs(15);

/// Not a test by itself: the process of a function whose operations panic and hang.
#[test]
fn a_function_of_the_tests_as_a_process() {
    if is_a_process() {
        serve(trial::routes()).expect("the process is terminated");
    }
}

/// Not a test by itself: the process of a consumer that panics and hangs.
#[test]
fn a_consumer_of_the_tests_as_a_process() {
    if is_a_process() {
        let handle = |_, event: Value, _| {
            async move {
                match event["do"].as_str() {
                    Some("panic") => panic!("the test wants a panic"),
                    Some("stall") => std::future::pending().await,
                    _ => Ok(json!("done")),
                }
            }
            .boxed()
        };
        serve_consumer(Consumer { name: "trial", needs: &[], start: |_| {}, handle })
            .expect("the process is terminated");
    }
}

async fn function(api: &Api) -> Bootstrap {
    Bootstrap::start_test(&api.stack, "auth", "endings::a_function_of_the_tests_as_a_process").await
}

/// An event of a request to an operation of the tests.
fn request(path: &str) -> String {
    let event =
        sample_events("auth").into_iter().find(|event| event.name == "jwks").expect("an event");
    let mut event: Value = serde_json::from_str(&event.text).expect("JSON");
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event.to_string()
}

fn error_of(answer: &Value) -> (u64, String) {
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    (
        answer["statusCode"].as_u64().expect("a status"),
        body["errors"][0]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

#[expect(clippy::disallowed_methods, reason = "measures the real duration of an answer")]
fn instant() -> Instant {
    Instant::now()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_panics_is_a_500_and_the_next_one_works() {
    let api = Api::start().await;
    let mut function = function(&api).await;
    for _ in 0..2 {
        let answer = function.invoke(&request("/api/trial/panic/")).await;
        assert_eq!(error_of(&answer), (500, "error".to_owned()), "{answer}");
        let answer = function.invoke(&request("/api/trial/wait/")).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
    }
    function.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_near_its_deadline_is_a_503_before_it_is_killed_and_the_next_one_works() {
    let api = Api::start().await;
    let mut function = function(&api).await;
    let begun = instant();
    let answer = function
        .try_to_invoke(&request("/api/trial/stall/"), Duration::from_secs(2))
        .await
        .expect("an answer");
    assert_eq!(error_of(&answer), (503, "unavailable".to_owned()), "{answer}");
    assert_eq!(answer["headers"]["retry-after"], "1");
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(2), "the answer took {taken:?}");
    let answer = function.invoke(&request("/api/trial/wait/")).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    function.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_binary_answers_in_time_while_storage_hangs_and_recovers_with_it() {
    let api = Api::start().await;
    let each = groups().map(async |(group, _)| {
        let storage = Stalling::before(&api.stack.dynamodb_endpoint).await;
        storage.stall(true);
        let mut function = Bootstrap::start_with(
            &api.stack,
            group,
            &[("AWS_ENDPOINT_URL_DYNAMODB", storage.url())],
        )
        .await;
        for event in sample_events(group) {
            let begun = instant();
            let answer = function.try_to_invoke(&event.text, Duration::from_millis(1_500)).await;
            let answer = answer.unwrap_or_else(|error| panic!("{group}, {}: {error}", event.name));
            let taken = begun.elapsed();
            let status = answer["statusCode"].as_u64().expect("a status");
            // In the language of the event; the Petstore has no code for it.
            let told = ["\"code\":\"unavailable\"", "The service is temporarily unavailable."];
            let body = answer["body"].as_str().unwrap_or_default();
            let out_of_reach = told.iter().any(|told| body.contains(told));
            assert!(
                status < 500 || status == 503 && out_of_reach,
                "{group}, {}: {answer}",
                event.name
            );
            // The first event also waits for the process to start.
            assert!(taken < Duration::from_secs(8), "{group}, {}: {taken:?}", event.name);
        }
        storage.stall(false);
        for event in sample_events(group) {
            let answer = function.try_to_invoke(&event.text, LONG).await.expect("an answer");
            assert!(
                answer["statusCode"].as_u64().expect("a status") < 500,
                "{group}, {}: {answer}",
                event.name
            );
        }
        let ended = function.kill().await;
        assert_eq!(ended.errors, "", "{group} wrote to its standard error");
    });
    join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_panics_or_hangs_reports_an_error_in_time_and_the_next_event_works() {
    let api = Api::start().await;
    let mut consumer = Bootstrap::start_test(
        &api.stack,
        "notifier",
        "endings::a_consumer_of_the_tests_as_a_process",
    )
    .await;
    for what in ["panic", "stall"] {
        let event = json!({"do": what}).to_string();
        let error = consumer.try_to_invoke(&event, Duration::from_secs(2)).await.expect_err(what);
        assert!(error.contains("errorMessage"), "{error}");
        assert_eq!(consumer.invoke("{}").await, json!("done"));
    }
    consumer.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_consumer_binary_survives_a_storage_that_hangs() {
    let api = Api::start().await;
    let storage = Stalling::before(&api.stack.dynamodb_endpoint).await;
    for (name, _) in local::functions::CONSUMERS {
        storage.stall(true);
        let mut consumer = Bootstrap::start_with(
            &api.stack,
            name,
            &[("AWS_ENDPOINT_URL_DYNAMODB", storage.url())],
        )
        .await;
        let event = sample_events(name)
            .into_iter()
            .find(|event| event.name != "unreadable")
            .expect("an event");
        let begun = instant();
        // An error or failed records; the clean-up reports that nothing was done.
        consumer.try_to_invoke(&event.text, Duration::from_millis(1_500)).await.ok();
        assert!(begun.elapsed() < Duration::from_secs(5), "{name}: {:?}", begun.elapsed());
        storage.stall(false);
        consumer
            .try_to_invoke(&event.text, LONG)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let ended = consumer.kill().await;
        assert_eq!(ended.errors, "", "{name} wrote to its standard error");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_terminated_finishes_the_requests_in_flight_and_exits_cleanly() {
    let api = Api::start().await;
    let mut waiting = function(&api).await;
    // Wait until it runs.
    waiting.invoke(&request("/api/trial/wait/")).await;
    waiting.send(&request("/api/trial/wait/"), LONG);
    tokio::time::sleep(Duration::from_millis(100)).await;
    waiting.terminate();
    assert_eq!(waiting.outcome().await.expect("an answer")["statusCode"], 200);
    let ended = waiting.ended().await;
    assert!(ended.status.success(), "{}\n{}", ended.status, ended.errors);

    // The real binaries: first one with a call to storage in flight, then all of them idle.
    let storage = Stalling::before(&api.stack.dynamodb_endpoint).await;
    let mut auth =
        Bootstrap::start_with(&api.stack, "auth", &[("AWS_ENDPOINT_URL_DYNAMODB", storage.url())])
            .await;
    let event = sample_events("auth")
        .into_iter()
        .find(|event| event.name == "send_otp")
        .expect("an event")
        .text;
    storage.stall(true);
    auth.send(&event, LONG);
    storage.connected().await;
    auth.terminate();
    assert!(
        timeout(Duration::from_millis(300), auth.outcome()).await.is_err(),
        "the process waits for storage"
    );
    storage.stall(false);
    assert_eq!(auth.outcome().await.expect("an answer")["statusCode"], 200);
    let ended = auth.ended().await;
    assert!(ended.status.success(), "{}\n{}", ended.status, ended.errors);
    for name in local::functions::names() {
        let mut idle = Bootstrap::start(&api.stack, name).await;
        let event = sample_events(name)
            .into_iter()
            .find(|event| event.name != "unreadable")
            .expect("an event");
        idle.invoke(&event.text).await;
        idle.terminate();
        let ended = idle.ended().await;
        assert!(
            ended.status.success() && ended.errors.is_empty(),
            "{name}: {}\n{}",
            ended.status,
            ended.errors
        );
    }
}
