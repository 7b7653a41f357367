//! The sample pets, orders and users.

use futures_util::future::join_all;
use harness::Api;
use serde_json::json;

use super::{add, delete, get};

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_are_loaded_once_even_if_many_processes_start_at_once() {
    let api = Api::start().await;
    let others = join_all((0..4).map(|_| api.another(&[]))).await;
    let first = join_all(others.iter().flat_map(|other| {
        (0..4).map(move |_| other.get("/v2/pet/findByStatus?status=available,pending,sold").send())
    }));
    for answer in first.await {
        assert_eq!(answer.expect(200).json().as_array().expect("a list").len(), 10);
    }
    let inventory = get(&api, "/v2/store/inventory").await.expect(200).json();
    assert_eq!(inventory, json!({"available": 7, "pending": 2, "sold": 1}));
    for n in 1..=10 {
        get(&api, &format!("/v2/store/order/{n}")).await.expect(200);
        get(&api, &format!("/v2/user/user{n}")).await.expect(200);
    }
    delete(&api, "/v2/pet/1").await.expect(200);
    api.another(&[]).await.get("/v2/pet/1").send().await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_samples_equal_the_originals_and_are_counted_correctly() {
    let api = Api::start().await;
    let before = get(&api, "/v2/pet/2").await.expect(200).json();
    delete(&api, "/v2/pet/1").await.expect(200);
    add(
        &api,
        json!({
            "id": 2, "name": "mine", "photoUrls": [], "status": "sold", "tags": [{"name": "mine"}],
        }),
    )
    .await;
    delete(&api, "/v2/store/order/1").await.expect(200);
    delete(&api, "/v2/user/user1").await.expect(200);
    let kept = add(&api, json!({"name": "kept", "photoUrls": [], "status": "sold"})).await;
    let state = api.stack.state("petstore").expect("petstore runs");
    state.store.restore_samples(state.now()).await.expect("restored");
    assert_eq!(get(&api, "/v2/pet/2").await.expect(200).json(), before);
    assert_eq!(get(&api, "/v2/pet/findByTags?tags=mine").await.expect(200).json(), json!([]));
    for path in
        ["/v2/pet/1", "/v2/store/order/1", "/v2/user/user1", &format!("/v2/pet/{}", kept["id"])]
    {
        get(&api, path).await.expect(200);
    }
    assert_eq!(
        get(&api, "/v2/store/inventory").await.expect(200).json(),
        json!({"available": 7, "pending": 2, "sold": 2})
    );
}
