use harness::{
    Api, log,
    operator::{grant, grant_of},
};
use local::operator_token::{Grant, OperatorKey};
use serde_json::json;
use shared::clock::Clock;

use super::Purse;
use crate::PHONE;

const DENIED: &str =
    "403 permission_denied: You do not have permission to perform this action. [null]";
const INVALID: &str = "401 token_not_valid: Given token not valid for any token type [null]";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_valid_for_its_scope_its_customer_and_its_lifetime() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 5, "currency": "USD"}));
    let send = async |token: &str, body: &serde_json::Value| {
        purse.send(token, &purse.new_key(), body).await
    };
    let with = |scopes: &[&str]| {
        let Grant { customer_id, limit, .. } = grant_of(&credit);
        api.token_of(&Grant { customer_id, limit, ..grant(scopes) })
    };
    send(&with(&["other", "wallet:credit"]), &credit).await.expect(200);
    for scopes in [&["wallet:reverse"][..], &["wallet"], &["wallet:credits"], &[]] {
        assert_eq!(send(&with(scopes), &credit).await.error(), DENIED, "{scopes:?}");
    }
    let all = with(&["wallet:credit", "wallet:reverse", "wallet:debit"]);
    let debit = purse.for_customer(&json!({"type": "debit", "amount": 1, "currency": "USD"}));
    assert_eq!(send(&all, &debit).await.error(), DENIED, "only the customer may do the rest");

    let unnamed = json!({"type": "credit", "amount": 5, "currency": "USD"});
    send(&api.operator_token(&credit), &credit).await.expect(200);
    send(&api.operator_token(&credit), &unnamed).await.expect(200);
    let nobody = json!({
        "type": "credit", "amount": 5, "currency": "USD",
        "customer_id": "019aac3f-0000-7000-8000-000000000001",
    });
    let other = api.operator_token(&nobody);
    assert_eq!(send(&other, &credit).await.error(), DENIED);
    assert_eq!(send(&other, &nobody).await.error(), "404 not_found: Not found. [null]");

    let short = api.token_of(&Grant { minutes: 1, ..grant_of(&credit) });
    api.clock.advance_seconds(59);
    send(&short, &credit).await.expect(200);
    api.clock.advance_seconds(1);
    assert_eq!(send(&short, &credit).await.error(), INVALID);
    assert_eq!(purse.balance("USD").await, (20, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_key_or_for_another_operation_is_refused() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 5, "currency": "USD"}));
    let other = OperatorKey::generate()
        .expect("a key")
        .sign(&grant_of(&credit), api.clock.now())
        .expect("a token");
    assert_eq!(purse.send(&other, "k", &credit).await.error(), INVALID);
    let token = api.operator_token(&credit);
    let (signed, _) = token.rsplit_once('.').expect("a signature");
    let (_, foreign) = other.rsplit_once('.').expect("a signature");
    assert_eq!(purse.send(&format!("{signed}.{foreign}"), "k", &credit).await.error(), INVALID);
    for path in ["/api/wallet/", "/api/customer/", "/api/sessions/"] {
        assert_eq!(api.get(path).bearer(&token).send().await.error(), INVALID, "{path}");
    }
    let without = api.another(&[("OperatorPublicKey", "")]).await;
    let answer = without
        .patch("/api/wallet/")
        .bearer(&token)
        .header("idempotency-key", "k")
        .json(&credit)
        .send()
        .await;
    assert_eq!(answer.error(), INVALID);
    assert_eq!(purse.balance("USD").await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_use_of_a_token_is_logged_with_scope_key_and_reason_but_no_personal_data() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let why = "ticket 4711, a reason that only this test has, as long as the log keeps of reasons";
    let amount = 4_503_599_627_370_495_i64;
    let credit = json!({"type": "credit", "amount": amount, "currency": "USD"});
    let credit = purse.for_customer(&credit);
    for key in ["k1", "k2"] {
        let token = api.token_of(&Grant { why: why.to_owned(), ..grant_of(&credit) });
        purse.send(&token, key, &credit).await.expect(200);
    }
    let logged = log::everything();
    let kept: String = why.chars().take(80).collect();
    let lines: Vec<&str> = logged.lines().filter(|line| line.contains(&kept)).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            (&json["event"], &json["scope"]),
            (&json!("operator_acted"), &json!("wallet:credit"))
        );
        assert_eq!((&json["amount"], &json["currency"]), (&json!(amount), &json!("USD")));
        assert_eq!(json["jti"].as_str().map(str::len), Some(36));
        assert_eq!(json["who"].as_str().map(str::len), Some(43));
        assert!(
            !line.contains(purse.phone.customer["id"].as_str().expect("an id"))
                && line.len() <= 400,
            "{line}"
        );
    }
}
