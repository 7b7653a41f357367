//! The expiry of what visitors wrote.

use harness::Api;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{add, counted, delete, doggie, get};
use crate::cleanup::clean_up;

#[tokio::test(flavor = "multi_thread")]
async fn data_of_visitors_expires_after_some_days_and_leaves_the_lists_and_the_inventory() {
    let api = Api::with(&[("PetstoreItemDays", "2")]).await;
    let mut paths = vec!["/v2/user/mine".to_owned()];
    for n in 0..5 {
        paths.push(format!("/v2/pet/{}", add(&api, doggie()).await["id"]));
        let order = api
            .post("/v2/store/order")
            .json(&json!({"quantity": n}))
            .send()
            .await
            .expect(200)
            .json();
        paths.push(format!("/v2/store/order/{}", order["id"]));
    }
    api.post("/v2/user").json(&json!({"username": "mine"})).send().await.expect(200);
    api.clock.advance(SignedDuration::from_hours(48) - SignedDuration::from_secs(1));
    for path in &paths {
        get(&api, path).await.expect(200);
    }
    assert_eq!(counted(&api, "pending").await, (7, 7));
    api.clock.advance_seconds(1);
    for path in &paths {
        get(&api, path).await.expect(404);
        delete(&api, path).await.expect(404);
    }
    assert_eq!(
        counted(&api, "pending").await,
        (7, 2),
        "the inventory counts them until they are deleted"
    );
    assert_eq!(get(&api, "/v2/pet/findByTags?tags=friendly").await.expect(200).json(), json!([]));
    let state = api.stack.state("petstore").expect("petstore runs");
    // One pet is written again before it is deleted.
    let id: i64 = paths[1].rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    add(&api, json!({"id": id, "name": "again", "photoUrls": [], "status": "pending"})).await;
    let now = state.now();
    assert!(!state.store.expire_pet(id, now).await.expect("looked at"), "it was written again");
    // Two concurrent runs delete each of the others once.
    let (one, other) = tokio::join!(clean_up(&api), clean_up(&api));
    let taken = |report: &Value| report["pets"]["done"].as_u64().expect("a count");
    assert_eq!(taken(&one) + taken(&other), 4, "{one:#} {other:#}");
    assert_eq!(clean_up(&api).await["pets"]["done"], 0);
    assert_eq!(counted(&api, "pending").await, (3, 3));
    get(&api, &paths[1]).await.expect(200);
}
