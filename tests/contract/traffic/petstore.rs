//! Calls of the Petstore.

use harness::Api;
use serde_json::json;

pub(super) async fn use_it(api: &Api) {
    let pet = json!({"name": "doggie", "photoUrls": [], "status": "sold", "tags": [{"name": "a"}]});
    let added = api.post("/v2/pet").json(&pet).send().await.expect(200).json();
    let path = format!("/v2/pet/{}", added["id"]);
    for query in ["findByStatus?status=sold", "findByTags?tags=a"] {
        api.get(&format!("/v2/pet/{query}")).send().await.expect(200);
    }
    api.delete(&path).send().await.expect(200);
    api.get("/v2/store/inventory").send().await.expect(200);
    api.post("/v2/store/order").json(&json!({})).send().await.expect(200);
    api.get("/v2/user/user1").send().await.expect(200);
    api.post("/v2/pet").json(&pet).send().await.expect(200);
    api.put("/v2/user/user1").json(&json!({"username": "user11"})).send().await.expect(200);
    api.get("/v2/user/user11").send().await.expect(200);
}
