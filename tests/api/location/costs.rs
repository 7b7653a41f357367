//! The cost of operations on addresses: sequential trips to storage, and units.

use harness::{
    Api,
    cost::{DELAY, cost},
};
use serde_json::{Value, json};

use super::{push, riyadh, square};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_read_in_one_trip_and_written_in_two() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let access = api.log_in(PHONE).await.access;
    // Makes the function read the public keys and the service areas, which it does once.
    api.get("/api/addresses/").bearer(&access).send().await.expect(200);
    let mut body = riyadh();
    body["location"] = json!({"lat": 24.7, "lng": 46.7});
    let post = |body: &Value| api.post("/api/addresses/").bearer(&access).json(body);
    let first = api
        .expect_cost("the first write of an hour", post(&body), 201, cost(2, 2.0, 5.0))
        .await
        .json();
    let second = api.expect_cost("another", post(&body), 201, cost(2, 2.0, 5.0)).await.json();
    let keyed = || post(&body).header("idempotency-key", "k");
    api.expect_cost("with a key", keyed(), 201, cost(2, 3.0, 7.0)).await;
    api.expect_cost("repeated", keyed(), 201, cost(1, 3.0, 1.0)).await;
    api.expect_cost("list", api.get("/api/addresses/").bearer(&access), 200, cost(1, 2.0, 0.0))
        .await;
    let path =
        |address: &Value| format!("/api/addresses/{}/", address["id"].as_str().expect("an id"));
    let patch = |body| api.patch(&path(&second)).bearer(&access).json(&body);
    api.expect_cost("patch", patch(json!({"label": "x"})), 200, cost(2, 3.0, 2.0)).await;
    api.expect_cost("make the default", patch(json!({"is_default": true})), 200, cost(2, 3.0, 5.0))
        .await;
    let delete = |address: &Value| api.delete(&path(address)).bearer(&access);
    api.expect_cost("delete", delete(&first), 204, cost(2, 2.0, 5.0)).await;
    api.expect_cost("delete the default", delete(&second), 204, cost(2, 2.0, 5.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_request_of_a_process_loads_the_areas_in_parallel_with_its_own_reads() {
    let api = Api::start().await;
    push(&api, &[square("riyadh", [46.0, 24.0], 1.0, true)]).await;
    let access = api.log_in(PHONE).await.access;
    api.get("/api/addresses/").bearer(&access).send().await.expect(200);
    let other = api.another(&[]).await;
    // The keys and the areas are read once, in parallel, each in two trips at most.
    other.wire.delay(DELAY);
    other.get("/api/addresses/").bearer(&access).send().await.expect(200);
    assert!(other.wire.cost().trips <= 3, "{:#?}", other.wire.calls());
}
