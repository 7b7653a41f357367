//! The sample shop.

mod costs;
mod expiry;
mod forms;
mod lists;
mod orders;
mod pets;
mod races;
mod refusals;
mod samples;
mod uploads;
mod users;

use harness::{Answer, Api};
use serde_json::{Value, json};

/// Adds a pet with `addPet`.
async fn add(api: &Api, pet: Value) -> Value {
    api.post("/v2/pet").json(&pet).send().await.expect(200).json()
}

async fn get(api: &Api, path: &str) -> Answer {
    api.get(path).send().await
}

async fn delete(api: &Api, path: &str) -> Answer {
    api.delete(path).send().await
}

/// The count of a status in `getInventory`, and the number of pets that `findPetsByStatus` finds.
async fn counted(api: &Api, status: &str) -> (i64, i64) {
    let inventory = get(api, "/v2/store/inventory").await.expect(200).json();
    let found = get(api, &format!("/v2/pet/findByStatus?status={status}")).await.expect(200).json();
    let found = found.as_array().expect("a list").len();
    (inventory.get(status).and_then(Value::as_i64).unwrap_or(0), i64::try_from(found).expect("few"))
}

fn doggie() -> Value {
    json!({
        "name": "doggie", "photoUrls": [], "tags": [{"id": 1, "name": "friendly"}],
        "status": "pending",
    })
}
