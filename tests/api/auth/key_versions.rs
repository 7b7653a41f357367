//! Functions of one deploy change at different moments, and may be rolled back: they accept one
//! another's tokens.

use harness::{Answer, Api};

use crate::PHONE;

/// Reads with an access token in a function that derives the keys, and in some that read them.
async fn assert_accepted(api: &Api, access: &str) {
    for path in ["/api/customer/", "/api/sessions/", "/api/wallet/", "/api/devices/"] {
        api.get(path).bearer(access).send().await.expect(200);
    }
}

/// Refreshes at `auth`, and reads with the new pair at every version.
async fn refreshed(auth: &Api, all: [&Api; 2], refresh: &str) -> Answer {
    let pair = auth.refresh(refresh).await.expect(200);
    for api in all {
        assert_accepted(api, &pair.text("access")).await;
    }
    pair
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_of_two_versions_accept_one_anothers_tokens_also_after_a_rollback() {
    let old = Api::with(&[("TokenKeyVersion", "2")]).await;
    let before = old.log_in(PHONE).await;
    assert_accepted(&old, &before.access).await;
    let new = old.another(&[("TokenKeyVersion", "3")]).await;
    let all = [&old, &new];
    assert_accepted(&new, &before.access).await;
    // auth is new, the others are old or new; then the reverse.
    let pair = refreshed(&new, all, &before.refresh).await;
    let pair = refreshed(&old, all, &pair.text("refresh")).await;
    let pair = refreshed(&new, all, &pair.text("refresh")).await;
    // customer is new, and signs at a log-in.
    old.clock.advance_seconds(61);
    let of_new = new.authenticate(PHONE, &old.code_for(PHONE).await).await.expect(200);
    assert_accepted(&old, &of_new.text("access")).await;
    // Rolled back: processes that have seen no other version.
    let rolled_back = old.another(&[("TokenKeyVersion", "2")]).await;
    assert_accepted(&rolled_back, &pair.text("access")).await;
    assert_accepted(&rolled_back, &of_new.text("access")).await;
    let pair = refreshed(&rolled_back, all, &pair.text("refresh")).await;
    refreshed(&rolled_back, all, &of_new.text("refresh")).await;
    // And deployed once more.
    refreshed(&new, all, &pair.text("refresh")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_leak_functions_without_the_secret_drop_the_old_keys_within_a_minute() {
    let old = Api::start().await;
    let phone = old.log_in(PHONE).await;
    assert_accepted(&old, &phone.access).await;
    let new = old.another(&[("TokenKeyVersion", "4")]).await;
    new.stack.prepare().await;
    old.clock.advance_seconds(60);
    old.stack.prepare().await;
    for api in [&old, &new] {
        for path in ["/api/wallet/", "/api/devices/", "/api/addresses/"] {
            let refused = api.get(path).bearer(&phone.access).send().await;
            assert_eq!(
                refused.error(),
                "401 token_not_valid: Given token not valid for any token type [null]"
            );
        }
    }
    new.refresh(&phone.refresh).await.expect(401);
    let again = new.authenticate(PHONE, &old.code_for(PHONE).await).await.expect(200);
    assert_accepted(&new, &again.text("access")).await;
}
