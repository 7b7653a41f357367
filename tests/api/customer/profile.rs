use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::Api;
use jiff::SignedDuration;

use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_reads_their_profile_and_an_unchanged_version_is_304() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let answer = api.profile(&phone.access).await.expect(200);
    insta::assert_json_snapshot!("profile", answer.json_for_snapshot());
    assert_eq!(answer.header("cache-control"), "no-store");
    let tag = answer.header("etag").to_owned();
    let again = api
        .get("/api/customer")
        .bearer(&phone.access)
        .header("if-none-match", &tag)
        .send()
        .await
        .expect(304);
    assert!(again.body.is_empty());
    assert_eq!(again.header("etag"), tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_or_invalid_token_gets_the_error_of_the_contract() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let with = async |header: &str| {
        api.get("/api/customer/").header("authorization", header).send().await.error()
    };
    let none = api.get("/api/customer/").send().await.expect(401);
    assert_eq!(
        none.error(),
        "401 not_authenticated: Authentication credentials were not provided. [null]"
    );
    assert_eq!(none.header("www-authenticate"), r#"Bearer realm="api""#);
    assert_eq!(
        with("Basic dXNlcjpwYXNz").await,
        "401 not_authenticated: Authentication credentials were not provided. [null]"
    );
    let two_words = "401 authentication_failed: Authorization header must contain two \
        space-delimited values [null]";
    // The token is empty: there is none yet.
    for empty in ["Bearer", "Bearer "] {
        let none = "401 not_authenticated: Authentication credentials were not provided. [null]";
        assert_eq!(with(empty).await, none, "{empty:?}");
    }
    assert_eq!(with("Bearer a b").await, two_words);
    let not_valid = "401 token_not_valid: Given token not valid for any token type [null]";
    assert_eq!(with("Bearer garbage").await, not_valid);
    assert_eq!(with(&format!("Bearer {}", phone.refresh)).await, not_valid);
    api.clock.advance(SignedDuration::from_mins(15) - SignedDuration::from_secs(1));
    api.profile(&phone.access).await.expect(200);
    api.clock.advance_seconds(1);
    assert_eq!(with(&format!("Bearer {}", phone.access)).await, not_valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_another_algorithm_or_key_than_ours_is_refused() {
    let api = Api::start().await;
    let token = api.log_in(PHONE).await.access;
    let parts: Vec<&str> = token.split('.').collect();
    let head = URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url");
    let head = String::from_utf8(head).expect("a text");
    let not_valid = "401 token_not_valid: Given token not valid for any token type [null]";
    for other in ["none", "HS256", "ES256", "eddsa"] {
        let other = head.replace("EdDSA", other);
        assert_ne!(other, head);
        let other = URL_SAFE_NO_PAD.encode(other);
        for signature in [parts[2], ""] {
            let forged = format!("{other}.{}.{signature}", parts[1]);
            assert_eq!(api.profile(&forged).await.error(), not_valid, "{forged}");
        }
    }
    let of_another_stack = Api::start().await.log_in(PHONE).await.access;
    assert_eq!(api.profile(&of_another_stack).await.error(), not_valid);
    let for_another_app = api.another(&[("TokenAudience", "another-app")]).await;
    assert_eq!(for_another_app.profile(&token).await.error(), not_valid);
}
