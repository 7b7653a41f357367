use std::time::Duration;

use futures_util::future::join_all;
use harness::{Answer, Api, phone::LoggedIn, wire::Cost};
use serde_json::{Value, json};

use super::start;
use crate::PHONE;

const DEAR: &str = "/api/trial/dear-things/";
const PLAIN: &str = "/api/trial/things/";

async fn make_at(api: &Api, path: &str, phone: &LoggedIn, key: &str, body: &Value) -> Answer {
    api.post(path).bearer(&phone.access).header("idempotency-key", key).json(body).send().await
}

async fn make(api: &Api, phone: &LoggedIn, key: &str, name: &str) -> Answer {
    make_at(api, PLAIN, phone, key, &json!({"name": name})).await
}

/// The number of effects for all customers.
async fn made(api: &Api) -> Vec<String> {
    let table = api.whole_table().await;
    let mut counts: Vec<String> = table
        .lines()
        .filter(|item| item.contains("TRIAL#"))
        .filter_map(|item| Some(item.split("\"made\": N(\"").nth(1)?.split('"').next()?.to_owned()))
        .collect();
    counts.sort();
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_its_first_answer_and_has_no_second_effect() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    let first = make(&api, &phone, "k1", "Tea").await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    api.clock.advance_seconds(60);
    let spaced = "{ \"unknown\": {\"b\": 1, \"a\": 2}, \"name\": \"Tea\" }";
    let with_more = api
        .post(PLAIN)
        .bearer(&phone.access)
        .header("idempotency-key", "k2")
        .body("application/json", spaced);
    with_more.send().await.expect(201);
    for body in [spaced, "{\"name\":\"Tea\",\"unknown\":{\"a\":2,\"b\":1}}"] {
        let again =
            api.post("/api/trial/things").bearer(&phone.access).header("idempotency-key", "k2");
        again.body("application/json", body).send().await.expect(201);
    }
    let again = make(&api, &phone, "k1", "Tea").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(again.body, first.body);
    assert_eq!(made(&api).await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_request_with_a_used_key_is_422_and_has_no_effect() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    make(&api, &phone, "k1", "Tea").await.expect(201);
    let words =
        "422 idempotency_key_reused: This Idempotency-Key was used for another request. [null]";
    assert_eq!(make(&api, &phone, "k1", "Coffee").await.error(), words);
    let with_query =
        make_at(&api, "/api/trial/things/?x=1", &phone, "k1", &json!({"name": "Tea"})).await;
    assert_eq!(with_query.error(), words);
    assert_eq!(made(&api).await, ["1"]);
    // The key is unused for another operation.
    make_at(&api, DEAR, &phone, "k1", &json!({"name": "Coffee"})).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_equal_requests_at_once_one_has_an_effect_and_all_get_its_answer() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    api.wire.delay(Duration::from_millis(5));
    let answers = join_all((0..64).map(|_| make(&api, &phone, "k1", "Tea"))).await;
    let first = answers
        .iter()
        .find(|answer| answer.header("idempotency-replayed").is_empty())
        .expect("one made it");
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (201, &first.body));
    }
    assert_eq!(
        answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count(),
        63
    );
    assert_eq!(made(&api).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_at_once_with_one_key_one_wins_and_the_other_is_422() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    for round in 0..10 {
        let key = format!("k{round}");
        let answers =
            tokio::join!(make(&api, &phone, &key, "Tea"), make(&api, &phone, &key, "Coffee"));
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
    }
    assert_eq!(made(&api).await, ["10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_can_be_reused_after_24_hours_unless_its_answer_is_kept_forever() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    let first = make(&api, &phone, "k1", "Tea").await.expect(201);
    let dear = make_at(&api, DEAR, &phone, "k1", &json!({"name": "Tea"})).await.expect(201);
    api.clock.advance_seconds(24 * 3_600 - 1);
    let phone =
        LoggedIn { access: api.refresh(&phone.refresh).await.expect(200).text("access"), ..phone };
    assert_eq!(make(&api, &phone, "k1", "Tea").await.body, first.body);
    api.clock.advance_seconds(1);
    let anew = make(&api, &phone, "k1", "Coffee").await.expect(201);
    assert_eq!((anew.text("name").as_str(), anew.header("idempotency-replayed")), ("Coffee", ""));
    assert_eq!(make(&api, &phone, "k1", "Coffee").await.body, anew.body);
    let repeated = make_at(&api, DEAR, &phone, "k1", &json!({"name": "Tea"})).await;
    assert_eq!((&repeated.body, repeated.header("idempotency-replayed")), (&dear.body, "true"));
    assert_eq!(made(&api).await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_answer_to_another_customers_key() {
    let api = start().await;
    let (amal, basma) = (api.log_in(PHONE).await, api.log_in("+14155550124").await);
    let hers = make(&api, &amal, "k1", "Tea").await.expect(201);
    let other = make(&api, &basma, "k1", "Tea").await.expect(201);
    assert_ne!(other.text("id"), hers.text("id"));
    assert_eq!(other.header("idempotency-replayed"), "");
    make(&api, &basma, "k1", "Coffee").await.expect(422);
    assert_eq!(made(&api).await, ["1", "1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_key_and_fields_come_together_and_a_refused_request_may_be_sent_again() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    let long = "x".repeat(256);
    assert_eq!(
        make(&api, &phone, &long, "").await.error(),
        "400 max_length: Ensure this field has no more than 255 characters. [Idempotency-Key]; \
         400 blank: This field may not be blank. [name]"
    );
    assert_eq!(
        make(&api, &phone, "two words", "Tea").await.error(),
        "400 invalid: Only visible ASCII characters are allowed. [Idempotency-Key]"
    );
    let without = api.post(DEAR).bearer(&phone.access).json(&json!({"name": "Tea"})).send().await;
    assert_eq!(without.error(), "400 required: This field is required. [Idempotency-Key]");
    make(&api, &phone, "k1", "").await.expect(400);
    make(&api, &phone, "k1", "Tea").await.expect(201);
    for _ in 0..2 {
        api.post(PLAIN)
            .bearer(&phone.access)
            .json(&json!({"name": "Tea"}))
            .send()
            .await
            .expect(201);
    }
    assert_eq!(made(&api).await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_storage_repeats_no_effect() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    // The transaction is the third call, after parallel calls for session, counter of writes and
    // earlier answer.
    for lost in 1..=4 {
        api.wire.lose_answers(lost);
        make(&api, &phone, &format!("k{lost}"), "Tea").await.expect(201);
        make(&api, &phone, &format!("k{lost}"), "Tea").await.expect(201);
    }
    assert_eq!(made(&api).await, ["4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_can_be_repeated_costs_two_trips_and_its_repetition_one() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    api.wire.delay(Duration::from_millis(50));
    api.wire.reset();
    make(&api, &phone, "k1", "Tea").await.expect(201);
    // Session and earlier answer are read, and the write is counted. Then record and effect cost
    // two units each.
    assert_eq!(
        api.wire.cost(),
        Cost { trips: 2, read_units: 2.0, write_units: 5.0 },
        "{:#?}",
        api.wire.calls()
    );
    api.wire.reset();
    make(&api, &phone, "k1", "Tea").await.expect(201);
    assert_eq!(
        api.wire.cost(),
        Cost { trips: 1, read_units: 2.0, write_units: 1.0 },
        "{:#?}",
        api.wire.calls()
    );
}
