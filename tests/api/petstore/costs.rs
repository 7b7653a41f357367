//! The cost of each operation: trips, with each call to storage delayed by 50 ms, and units.

use std::time::Duration;

use harness::{Api, Request};
use serde_json::json;

use super::{add, doggie, get};

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_takes_the_trips_and_units_that_its_documentation_says() {
    let api = Api::start().await;
    get(&api, "/v2/pet/1").await.expect(200);
    add(&api, json!({"id": 200, "name": "x", "photoUrls": [], "status": "sold"})).await;
    api.wire.delay(Duration::from_millis(50));
    let measured = async |name: &str, request: Request<'_>| {
        api.wire.reset();
        request.send().await.expect(200);
        let cost = api.wire.cost();
        format!(
            "{name}: {} trips, {} read units, {} write units",
            cost.trips,
            cost.read_units + 0.0,
            cost.write_units + 0.0
        )
    };
    let user = json!({"username": "cost"});
    let lines = [
        measured("addPet without an id", api.post("/v2/pet").json(&doggie())).await,
        measured(
            "addPet of an id that is there",
            api.post("/v2/pet").json(&json!({"id": 200, "name": "y", "status": "sold"})),
        )
        .await,
        measured(
            "updatePetWithForm",
            api.post("/v2/pet/200").form(&json!({"status": "available"})),
        )
        .await,
        measured("getPetById", api.get("/v2/pet/200")).await,
        measured("findPetsByStatus", api.get("/v2/pet/findByStatus?status=available")).await,
        measured("findPetsByTags", api.get("/v2/pet/findByTags?tags=tag1")).await,
        measured("deletePet", api.delete("/v2/pet/200")).await,
        measured("getInventory", api.get("/v2/store/inventory")).await,
        measured("placeOrder", api.post("/v2/store/order").json(&json!({"id": 300}))).await,
        measured("placeOrder without an id", api.post("/v2/store/order").json(&json!({}))).await,
        measured("getOrderById", api.get("/v2/store/order/300")).await,
        measured("deleteOrder", api.delete("/v2/store/order/300")).await,
        measured("createUser", api.post("/v2/user").json(&user)).await,
        measured("getUserByName", api.get("/v2/user/cost")).await,
        measured("updateUser", api.put("/v2/user/cost").json(&json!({"id": 3}))).await,
        measured("deleteUser", api.delete("/v2/user/cost")).await,
        measured("loginUser", api.get("/v2/user/login?username=a&password=b")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"));
}
