//! The limits of codes at their default values. Other tests set smaller ones.

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Answer, Api};
use http::StatusCode;
use serde_json::json;
use shared::limits::{SHARDS, share_of};

use crate::PHONE;

async fn ask(api: &Api, address: &str, phone: &str) -> Answer {
    api.post("/api/send-otp/").from(address).json(&json!({"phone": phone})).send().await
}

/// Spends the budget of a day except for one code.
async fn spend_all_but_one(api: &Api, scope: &str, budget: u32) {
    for shard in 0..SHARDS {
        let count = share_of(budget, shard) - u32::from(shard == 7);
        let key =
            shared::limits::keys::budget_shard(scope, "2026-11-22".parse().expect("a day"), shard);
        let put = api.dynamodb().put_item().table_name(api.table_name());
        let put = put.item(table::PARTITION, AttributeValue::S(key.partition().to_owned()));
        let put = put.item(table::SORT, AttributeValue::S(key.sort().to_owned()));
        put.item("n", AttributeValue::N(count.to_string())).send().await.expect("a write");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_gets_100_codes_an_hour() {
    let api = Api::start().await;
    for n in 0..100 {
        ask(&api, "192.0.2.1", &format!("+141555501{n:02}")).await.expect(200);
    }
    assert_eq!(
        ask(&api, "192.0.2.1", "+14155550200").await.expect(429).header("retry-after"),
        "3600"
    );
    ask(&api, "192.0.2.2", "+14155550200").await.expect(200);
    api.clock.advance_seconds(3_600);
    ask(&api, "192.0.2.1", "+14155550201").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_gets_1000_unverified_codes_a_day_without_affecting_others() {
    let api = Api::start().await;
    spend_all_but_one(&api, "US", 1_000).await;
    ask(&api, "192.0.2.1", PHONE).await.expect(200);
    assert_eq!(
        ask(&api, "192.0.2.1", "+14155550199").await.expect(429).header("retry-after"),
        "14400"
    );
    ask(&api, "192.0.2.1", "+447400123456").await.expect(200);
    api.clock.advance_seconds(14_400);
    ask(&api, "192.0.2.1", "+14155550199").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_countries_together_get_5000_unverified_codes_a_day() {
    let api = Api::start().await;
    spend_all_but_one(&api, "ALL", 5_000).await;
    ask(&api, "192.0.2.1", PHONE).await.expect(200);
    for phone in ["+14155550199", "+447400123456", "+966501234567"] {
        assert_eq!(
            ask(&api, "192.0.2.1", phone).await.expect(429).header("retry-after"),
            "14400",
            "{phone}"
        );
    }
    api.clock.advance_seconds(14_400);
    ask(&api, "192.0.2.1", "+447400123456").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_gets_100_wrong_tries_a_day_over_all_addresses() {
    let api = Api::with(&[("CodeTries", "1000")]).await;
    let code = api.code_for(PHONE).await;
    for address in 0..10 {
        for _ in 0..10 {
            let answer = api
                .authenticate_from(
                    &format!("198.51.100.{address}"),
                    PHONE,
                    &code.challenge,
                    &code.wrong(),
                )
                .await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
    }
    let refused =
        api.authenticate_from("198.51.100.99", PHONE, &code.challenge, &code.otp).await.expect(429);
    assert_eq!(refused.header("retry-after"), "14400");
    api.clock.advance_seconds(14_400);
    api.log_in(PHONE).await;
}
