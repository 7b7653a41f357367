//! The cost of the content: nothing in a warm process.

use std::time::Duration;

use futures_util::future::join_all;
use harness::{Answer, Api};
use serde_json::json;

use super::{answering, first_answer, push, sample, start};

const PATHS: [&str; 3] = ["/api/app-info/", "/api/social-accounts/", "/api/faqs/?search=code"];

async fn ask_for_everything(api: &Api) -> Vec<Answer> {
    let languages = ["en", "ar", "zh", "xx"];
    let requests = PATHS.iter().flat_map(|path| languages.map(|language| (*path, language)));
    join_all(requests.map(|(path, language)| async move {
        let request =
            api.get(path).header("accept-language", language).header("x-app-platform", "ios");
        request.header("x-app-version", "1.0").send().await.expect(200)
    }))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_process_answers_without_any_call_to_storage() {
    let api = start().await;
    api.wire.delay(Duration::from_millis(50));
    ask_for_everything(&api).await;
    // Whatever the number of requests, the app information is read once, then its version.
    let cost = api.wire.cost();
    assert_eq!(
        (api.wire.calls().len(), cost.trips, cost.write_units),
        (2, 2, 0.0),
        "{:#?}",
        api.wire.calls()
    );
    // Half a unit for the app information, and one for each 4 KB of the content.
    assert!((cost.read_units - 2.5).abs() < f64::EPSILON, "{cost:?}");
    api.wire.reset();
    for seconds in [0, 30, 29] {
        api.clock.advance_seconds(seconds);
        for _ in 0..5 {
            ask_for_everything(&api).await;
        }
    }
    assert_eq!(api.wire.operations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_minute_one_request_triggers_a_refresh_and_none_waits_for_it() {
    let api = start().await;
    ask_for_everything(&api).await;
    push(&api, &answering("Otherwise now.")).await;
    api.clock.advance_seconds(60);
    api.wire.reset();
    api.wire.delay(Duration::from_secs(1));
    let before = sample()["faqs"][0]["answer"]["en"].clone();
    let answers = join_all((0..32).map(|_| first_answer(&api))).await;
    assert!(answers.iter().all(|answer| *answer == before), "all got the cached answer");
    assert!(api.wire.calls().is_empty(), "no request waited for storage");
    while first_answer(&api).await == before {
        tokio::task::yield_now().await;
    }
    assert_eq!(first_answer(&api).await, "Otherwise now.");
    assert_eq!(
        api.wire.operations(),
        ["GetItem", "GetItem"],
        "the app information and the new version"
    );
    // Without a publication the version is not read again.
    api.clock.advance_seconds(60);
    api.wire.reset();
    ask_for_everything(&api).await;
    while api.wire.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let calls = api.wire.calls();
    assert_eq!(
        (calls.len(), calls[0].operation.as_str(), calls[0].read_units),
        (1, "GetItem", 0.5),
        "{calls:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_storage_fails_cached_content_is_served_and_a_cold_process_answers_500() {
    let api = start().await;
    let known = first_answer(&api).await;
    let other = api.another(&[]).await;
    for api in [&api, &other] {
        api.wire.refuse("GetItem");
        api.clock.advance_seconds(3_600);
    }
    assert_eq!(first_answer(&api).await, known);
    for path in PATHS {
        let answer = other.get(path).send().await.expect(500);
        assert_eq!(answer.json()["errors"][0]["code"], json!("error"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_version_is_not_served() {
    let api = start().await;
    let known = first_answer(&api).await;
    push(&api, &answering("Never to be seen.")).await;
    let key = [("pk", "APP#CONTENT"), ("sk", "VERSION#0000000002")];
    let key = key.map(|(name, value)| {
        (name.to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned()))
    });
    let delete =
        api.dynamodb().delete_item().table_name(api.table_name()).set_key(Some(key.into()));
    delete.send().await.expect("the version is deleted");
    api.clock.advance_seconds(3_600);
    assert_eq!(first_answer(&api).await, known);
}
