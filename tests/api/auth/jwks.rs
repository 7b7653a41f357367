use harness::Api;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_key_set_is_cacheable_and_has_the_key_that_signs_and_its_neighbours() {
    let api = Api::start().await;
    let answer = api.get("/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let first = answer.json();
    assert_eq!(first["keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(first["keys"][0]["alg"], json!("EdDSA"));
    let rotated = api.another(&[("TokenKeyVersion", "2")]).await;
    let second = rotated.get("/.well-known/jwks.json").send().await.expect(200).json();
    assert_eq!(second["keys"].as_array().map(Vec::len), Some(3));
    // The one that signs now was published before.
    assert_eq!(second["keys"][0], first["keys"][1]);
    assert_eq!(second["keys"][1], first["keys"][0]);
}
