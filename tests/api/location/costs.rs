//! What the operations on addresses cost: sequential trips to storage, with every call delayed, and
//! units. The figures stand in the operations' docs.

use std::time::Duration;

use harness::{Answer, Api, Request, wire::Cost};
use serde_json::{Value, json};

use super::{push, riyadh, square};
use crate::PHONE;

fn cost(trips: usize, read_units: f64, write_units: f64) -> Cost {
    Cost { trips, read_units, write_units }
}

/// Sends a request, and fails where it does not cost what it should.
async fn measured(
    api: &Api,
    what: &str,
    request: Request<'_>,
    status: u16,
    expected: Cost,
) -> Answer {
    api.wire.delay(Duration::from_millis(50));
    api.wire.reset();
    let answer = request.send().await.expect(status);
    assert_eq!(api.wire.cost(), expected, "{what}: {:#?}", api.wire.calls());
    api.wire.delay(Duration::ZERO);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_read_in_one_trip_and_written_in_two() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let access = api.log_in(PHONE).await.access;
    // Lets the function read the public keys of tokens and the service areas, as it does once.
    api.get("/api/addresses/").bearer(&access).send().await.expect(200);
    let mut body = riyadh();
    body["location"] = json!({"lat": 24.7, "lng": 46.7});
    let post = |body: &Value| api.post("/api/addresses/").bearer(&access).json(body);
    let first = measured(&api, "the first write of an hour", post(&body), 201, cost(2, 2.0, 6.0))
        .await
        .json();
    let second = measured(&api, "another", post(&body), 201, cost(2, 2.0, 5.0)).await.json();
    let keyed = || post(&body).header("idempotency-key", "k");
    measured(&api, "with a key", keyed(), 201, cost(2, 3.0, 8.0)).await;
    measured(&api, "repeated", keyed(), 201, cost(1, 3.0, 1.0)).await;
    measured(&api, "list", api.get("/api/addresses/").bearer(&access), 200, cost(1, 2.0, 0.0))
        .await;
    let path =
        |address: &Value| format!("/api/addresses/{}/", address["id"].as_str().expect("an id"));
    let patch = |body| api.patch(&path(&second)).bearer(&access).json(&body);
    measured(&api, "patch", patch(json!({"label": "x"})), 200, cost(2, 3.0, 2.0)).await;
    measured(&api, "make the default", patch(json!({"is_default": true})), 200, cost(2, 3.0, 5.0))
        .await;
    let delete = |address: &Value| api.delete(&path(address)).bearer(&access);
    measured(&api, "delete", delete(&first), 204, cost(2, 2.0, 5.0)).await;
    measured(&api, "delete the default", delete(&second), 204, cost(2, 2.0, 5.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_request_of_a_process_loads_the_areas_in_parallel_with_its_own_reads() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let access = api.log_in(PHONE).await.access;
    api.get("/api/addresses/").bearer(&access).send().await.expect(200);
    let other = api.another(&[]).await;
    // The keys and the areas are read once, each in two trips at most, side by side.
    other.wire.delay(Duration::from_millis(50));
    other.get("/api/addresses/").bearer(&access).send().await.expect(200);
    assert!(other.wire.cost().trips <= 3, "{:#?}", other.wire.calls());
}
