//! The cost of the public operations: nothing in a warm process.

use std::time::Duration;

use futures_util::future::join_all;
use harness::{Answer, Api};
use serde_json::Value;

use super::{push, region, square};

const PATHS: [&str; 5] = [
    "/api/countries/",
    "/api/countries/?search=sa&lang=ar",
    "/api/regions/?country=SA",
    "/api/region/?lat=24.7&lng=46.7",
    "/api/region/?lat=22.3193&lng=114.1694&lang=zh-Hant",
];

async fn ask_for_everything(api: &Api) -> Vec<Answer> {
    join_all(PATHS.map(|path| async move { api.get(path).send().await.expect(200) })).await
}

async fn area(api: &Api) -> Value {
    region(api, 24.7, 46.7).await.expect(200).json()["service_area"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_process_answers_without_any_call_to_storage() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    api.wire.reset();
    api.wire.delay(Duration::from_millis(50));
    ask_for_everything(&api).await;
    // Whatever the number of requests, the current release is looked up once and then read. Half a
    // unit, and one for each 4 KB.
    let cost = api.wire.cost();
    assert_eq!(
        (api.wire.operations(), cost.trips),
        (vec!["GetItem".to_owned(), "Query".to_owned()], 2),
        "{:#?}",
        api.wire.calls()
    );
    assert!((cost.read_units - 1.5).abs() < f64::EPSILON, "{cost:?}");
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
async fn countries_need_no_call_to_storage() {
    let api = Api::start().await;
    for languages in ["en", "ar", "zh-Hant", "xx"] {
        api.get("/api/countries/").header("accept-language", languages).send().await.expect(200);
    }
    assert_eq!(api.wire.operations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_minute_one_request_triggers_a_refresh_of_the_areas_and_none_waits_for_it() {
    let api = Api::start().await;
    push(&api, &[square("before", [46.0, 24.0], 1.0, true)]).await;
    assert_eq!(area(&api).await, "before");
    push(&api, &[square("after", [46.0, 24.0], 1.0, true)]).await;
    api.clock.advance_seconds(60);
    api.wire.reset();
    api.wire.delay(Duration::from_secs(1));
    let told = join_all((0..32).map(|_| area(&api))).await;
    assert!(told.iter().all(|area| area == "before"), "all got the cached answer");
    assert!(api.wire.calls().is_empty(), "no request waited for storage");
    while area(&api).await == "before" {
        tokio::task::yield_now().await;
    }
    assert_eq!(area(&api).await, "after");
    // The current release, its data, and the availability.
    let mut read = api.wire.operations();
    read.sort();
    assert_eq!(read, ["GetItem", "GetItem", "Query"]);
    // Without a publication the release is not read again.
    api.clock.advance_seconds(60);
    api.wire.reset();
    ask_for_everything(&api).await;
    while api.wire.calls().len() < 2 {
        tokio::task::yield_now().await;
    }
    let calls = api.wire.calls();
    assert!(calls.len() == 2 && calls.iter().all(|call| call.operation == "GetItem"), "{calls:#?}");
    assert!(calls.iter().all(|call| (call.read_units - 0.5).abs() < f64::EPSILON), "{calls:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_storage_fails_cached_areas_are_served_and_addresses_work_without_them() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    assert_eq!(area(&api).await, "riyadh");
    let other = api.another(&[]).await;
    for api in [&api, &other] {
        api.wire.refuse("GetItem");
        api.clock.advance_seconds(3_600);
    }
    assert_eq!(area(&api).await, "riyadh");
    region(&other, 24.7, 46.7).await.expect(500);
    other.get("/api/countries/").send().await.expect(200);
}
