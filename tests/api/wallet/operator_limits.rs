//! What an operator token may move: its customer's money, up to its amount, once.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use harness::{
    Answer, Api,
    operator::{grant, grant_of},
};
use local::operator_token::Grant;
use serde_json::{Value, json};
use shared::auth::operator::Money;

use super::{Purse, audited};
use crate::PHONE;

const DENIED: &str =
    "403 permission_denied: You do not have permission to perform this action. [null]";

fn credit_of(amount: i64, currency: &str) -> Value {
    json!({"type": "credit", "amount": amount, "currency": currency})
}

impl Purse<'_> {
    async fn send_anew(&self, token: &str, body: &Value) -> Answer {
        self.send(token, &self.new_key(), body).await
    }

    /// Credits the wallet and returns a request to reverse that.
    async fn reversible(&self, amount: i64) -> Value {
        let entry = self.credit(amount, "USD").await.expect(200).json()["entry"]["id"].clone();
        self.for_customer(&json!({"type": "reverse", "entry_id": entry}))
    }
}

/// How many answers are 200; the others must be denials.
fn done(answers: &[Answer]) -> usize {
    let (done, others): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status.as_u16() == 200);
    assert!(others.iter().all(|answer| answer.error() == DENIED), "only a spent token is refused");
    done.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_customer_or_amount_moves_no_money() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let reverse = purse.reversible(5).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    for request in [&credit, &reverse] {
        let complete = grant_of(request);
        let scopes: Vec<&str> = complete.scopes.iter().map(String::as_str).collect();
        let nothing = complete.limit.map(|limit| Money { amount: 0, ..limit });
        let debt = complete.limit.map(|limit| Money { amount: -5, ..limit });
        for lacking in [
            grant(&scopes),
            Grant { customer_id: None, ..complete.clone() },
            Grant { limit: None, ..complete.clone() },
            Grant { limit: nothing, ..complete.clone() },
            Grant { limit: debt, ..complete.clone() },
        ] {
            let answer = purse.send_anew(&api.token_of(&lacking), request).await;
            assert_eq!(answer.error(), DENIED, "{lacking:?}");
        }
    }
    assert_eq!(purse.balance("USD").await, (5, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_credits_at_most_its_amount_of_its_currency_to_its_customer() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let other = Purse::of(&api, "+14155550124").await;
    let token = api.operator_token(&purse.for_customer(&credit_of(5, "USD")));
    for denied in [
        purse.for_customer(&credit_of(6, "USD")),
        purse.for_customer(&credit_of(5, "KWD")),
        other.for_customer(&credit_of(5, "USD")),
    ] {
        assert_eq!(purse.send_anew(&token, &denied).await.error(), DENIED, "{denied}");
    }
    // Denials do not spend the token, and less than its amount is allowed.
    purse.send_anew(&token, &credit_of(4, "USD")).await.expect(200);
    assert_eq!(purse.balance("USD").await, (4, 0));
    let all = api.operator_token(&purse.for_customer(&credit_of(5, "USD")));
    purse.send_anew(&all, &credit_of(5, "USD")).await.expect(200);
    assert_eq!((purse.balance("USD").await, other.balance("USD").await), ((9, 0), (0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reverses_at_most_its_amount_of_its_currency_of_its_customer() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let other = Purse::of(&api, "+14155550124").await;
    let reverse = purse.reversible(5).await;
    let with = |amount: i64, currency: &str| {
        let currency = currency.parse().expect("a currency");
        let limit = Some(Money { amount, currency });
        api.token_of(&Grant { limit, ..grant_of(&reverse) })
    };
    for token in [with(4, "USD"), with(5, "KWD"), api.operator_token(&other.for_customer(&reverse))]
    {
        assert_eq!(purse.send_anew(&token, &reverse).await.error(), DENIED);
    }
    let token = with(5, "USD");
    let unknown = json!({"type": "reverse", "entry_id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8c04"});
    purse.send_anew(&token, &unknown).await.expect(404);
    purse.send_anew(&token, &reverse).await.expect(200);
    assert_eq!(purse.balance("USD").await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_token_is_refused_and_the_repetition_of_its_movement_is_answered() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let reverse = purse.reversible(1).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    let scopes = vec!["wallet:credit".to_owned(), "wallet:reverse".to_owned()];
    let token = api.token_of(&Grant { scopes, ..grant_of(&credit) });
    let first = purse.send(&token, "k", &credit).await.expect(200);
    for request in [&credit, &reverse, &credit_of(1, "USD")] {
        assert_eq!(purse.send_anew(&token, request).await.error(), DENIED, "{request}");
    }
    let new = api.operator_token(&credit);
    for repeating in [&token, &new, &token] {
        let again = purse.send(repeating, "k", &credit).await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    }
    // A repetition is no movement, so it spends nothing.
    purse.send_anew(&new, &credit).await.expect(200);
    assert_eq!(purse.send_anew(&new, &credit).await.error(), DENIED);
    assert_eq!(purse.balance("USD").await, (11, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_movement_does_not_spend_the_token() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let reverse = purse.reversible(10).await;
    purse.debit(1).await.expect(200);
    let token = api.operator_token(&reverse);
    let refused = purse.send(&token, "k", &reverse).await.expect(422);
    purse.credit(1, "USD").await.expect(200);
    purse.send_anew(&token, &reverse).await.expect(200);
    let again = purse.send(&token, "k", &reverse).await.expect(422);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &refused.body));
    assert_eq!(purse.balance("USD").await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_16_movements_at_once_with_one_token_one_happens() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    let token = api.operator_token(&credit);
    let answers = join_all((0..16).map(|_| purse.send_anew(&token, &credit))).await;
    assert_eq!((done(&answers), purse.balance("USD").await), (1, (5, 0)));

    let reversals = join_all((0..16).map(|_| purse.reversible(2))).await;
    let token = api.operator_token(&reversals[0]);
    let reversing = reversals.iter().map(|reverse| purse.send_anew(&token, reverse));
    let answers = join_all(reversing).await;
    assert_eq!((done(&answers), purse.balance("USD").await), (1, (35, 0)));
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_16_equal_requests_at_once_with_one_token_all_get_the_answer() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    let token = api.operator_token(&credit);
    let answers = join_all((0..16).map(|_| purse.send(&token, "k", &credit))).await;
    assert_eq!(done(&answers), 16);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(purse.balance("USD").await, (5, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_storage_leaves_the_token_with_its_movement() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    for lost in 1..=6 {
        let (token, key) = (api.operator_token(&credit), format!("k{lost}"));
        api.wire.lose_answers(lost);
        let first = purse.send(&token, &key, &credit).await;
        api.wire.lose_answers(0);
        let again = purse.send(&token, &key, &credit).await.expect(200);
        assert!(first.status == 503 || first.body == again.body, "{lost} lost: {}", first.status);
        assert_eq!(purse.send_anew(&token, &credit).await.error(), DENIED, "{lost} lost");
        assert_eq!(purse.balance("USD").await.0, 5 * i64::from(lost));
    }
}

/// DynamoDB reveals the items of a transaction one after another.
#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_waits_for_the_answer_while_only_the_spent_token_is_visible() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&credit_of(5, "USD"));
    let token = api.operator_token(&credit);
    let first = purse.send(&token, "k", &credit).await.expect(200);
    let is_answer = |item: &HashMap<String, AttributeValue>| {
        item["kind"].as_s().is_ok_and(|kind| kind == "answer")
    };
    let answer = api.items().await.into_iter().find(is_answer).expect("an answer");
    let (client, table) = (api.dynamodb(), api.table_name());
    let delete = client.delete_item().table_name(&table).key("pk", answer["pk"].clone());
    delete.key("sk", answer["sk"].clone()).send().await.expect("deleted");

    let appears = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let put = client.put_item().table_name(&table).set_item(Some(answer.clone()));
        put.send().await.expect("written");
    };
    let (again, ()) = tokio::join!(purse.send(&token, "k", &credit), appears);
    assert_eq!(again.expect(200).body, first.body);
    assert_eq!(purse.send(&token, "k2", &credit).await.error(), DENIED);
    assert_eq!(purse.balance("USD").await, (5, 0));
}
