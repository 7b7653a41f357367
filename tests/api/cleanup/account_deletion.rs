use std::time::Duration;

use harness::Api;
use serde_json::json;
use shared::account::DELETED_SHARDS;

use super::{DAY, clean_up, counts, items_with, run_within, store};
use crate::{
    customer::delete::{assert_nothing_left, fill},
    wallet::audited,
};

const NUMBER: &str = "+447400123900";

async fn leave(api: &Api, access: &str) {
    let forfeit = json!({"forfeit": true});
    api.delete("/api/customer/").bearer(access).json(&forfeit).send().await.expect(204);
}

async fn listed(api: &Api) -> usize {
    let mut listed = 0;
    for digit in DELETED_SHARDS.chars() {
        listed += store(api).deleted_customers(digit, None, 100).await.expect("a page").len();
    }
    listed
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_run_erases_a_customer_who_left_from_every_item() {
    let api = Api::start().await;
    let phone = fill(&api, NUMBER).await;
    let credit = json!({
        "type": "credit", "amount": 100, "currency": "USD", "customer_id": phone.customer["id"],
        "reference": "for Zsuzsanna",
    });
    api.patch("/api/wallet/")
        .bearer(&api.operator_token(&credit))
        .header("idempotency-key", "k")
        .json(&credit)
        .send()
        .await
        .expect(200);
    let stays = api.log_in("+447400123999").await;
    assert_eq!(counts(&clean_up(&api).await, "leaving"), (0, 0, 0));
    leave(&api, &phone.access).await;
    assert_eq!(counts(&clean_up(&api).await, "leaving"), (1, 0, 0));
    assert_nothing_left(&api, &phone, NUMBER).await;
    assert_eq!(listed(&api).await, 0);
    assert_eq!(counts(&clean_up(&api).await, "leaving"), (0, 0, 0));
    let books = audited(&api).await;
    assert_eq!((books.entries, books.breaks), (2, vec![]), "the credit and its forfeit");
    api.profile(&stays.access).await.expect(200);
    // Counters by customer id and by phone are needed for two days. Then they are deleted too.
    api.clock.advance_seconds(6 * DAY);
    clean_up(&api).await;
    assert_eq!(items_with(&api, &phone.id().to_string()).await, [""; 0]);
    assert_eq!(items_with(&api, "\"RATE#").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_completes_after_kills_at_any_moment_and_with_two_runs_at_once() {
    let api = Api::start().await;
    for n in 0..8_u64 {
        let number = format!("+44740012391{n}");
        let phone = fill(&api, &number).await;
        leave(&api, &phone.access).await;
        api.wire.delay(Duration::from_millis(20));
        let killed =
            tokio::time::timeout(Duration::from_millis(400 + 60 * n), clean_up(&api)).await;
        api.wire.delay(Duration::ZERO);
        assert!(killed.is_ok() || listed(&api).await <= 1);
        tokio::join!(clean_up(&api), clean_up(&api));
        assert_nothing_left(&api, &phone, &number).await;
        assert_eq!(listed(&api).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_out_of_time_reports_it_and_the_next_run_continues() {
    let api = Api::start().await;
    let mut phones = Vec::new();
    for n in 0..4 {
        let number = format!("+44740012392{n}");
        phones.push((fill(&api, &number).await, number));
    }
    for (phone, _) in &phones {
        leave(&api, &phone.access).await;
    }
    api.wire.delay(Duration::from_millis(20));
    let report =
        run_within(&api, Some(cleanup_margin() + Duration::from_secs(4))).await.expect("a run");
    api.wire.delay(Duration::ZERO);
    assert_eq!(report["leaving"]["unfinished"], json!(true), "{report}");
    assert!(counts(&report, "leaving").0 < 4, "{report}");
    assert_eq!(report["codes"]["failed"], json!(0), "the others had their share: {report}");
    clean_up(&api).await;
    for (phone, number) in &phones {
        assert_nothing_left(&api, phone, number).await;
    }
}

/// The time before the end of a run in which it starts nothing new.
fn cleanup_margin() -> Duration {
    Duration::from_secs(8)
}
