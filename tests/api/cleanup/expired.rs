use harness::Api;
use jiff::SignedDuration;
use serde_json::json;

use super::{DAY, clean_up, counts, expiring_tasks, items_with, store};
use crate::{PHONE, wallet::Purse};

/// The prefixes of items that expire within a day or two.
const SHORT_LIVED: [&str; 3] = ["\"OTP#", "\"RATE#", "\"IDEM#"];

#[tokio::test(flavor = "multi_thread")]
async fn what_only_expires_is_not_on_the_index_and_is_left_to_dynamodb() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(1, "USD").await.expect(200);
    purse.debit(1).await.expect(200);
    let items = api.items().await;
    let expiring = items.iter().filter(|item| item.contains_key(table::EXPIRES));
    let listed = expiring.clone().filter(|item| item.contains_key(table::DUE));
    assert!(expiring.count() > 5);
    assert_eq!(listed.collect::<Vec<_>>(), Vec::<&table::Item>::new());
    api.clock.advance_seconds(100 * DAY);
    api.wire.reset();
    let report = clean_up(&api).await;
    assert!(expiring_tasks().all(|task| counts(&report, task) == (0, 0, 0)), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_of_before_leaves_the_list_when_it_is_used_again() {
    let api = Api::start().await;
    api.log_in(PHONE).await;
    api.list_expiring_as_before().await;
    let listed = async || {
        let networks = items_with(&api, "\"NET#").await;
        networks.iter().filter(|item| item.contains("NET#DUE")).count()
    };
    assert_eq!(listed().await, 1);
    api.clock.advance_seconds(DAY);
    api.log_in(PHONE).await;
    assert_eq!(listed().await, 0);
}

/// Items that were stored when everything that expires was listed.
#[tokio::test(flavor = "multi_thread")]
async fn expired_items_are_deleted_after_the_grace_period_for_dynamodb() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let device = json!({"registration_id": "t", "type": "ios"});
    api.post("/api/devices/")
        .bearer(&phone.access)
        .header("idempotency-key", "k")
        .json(&device)
        .send()
        .await
        .expect(201);
    api.code_for("+14155550124").await;
    api.notify(&phone, "m1", "Hello").await;
    api.list_expiring_as_before().await;
    for prefix in SHORT_LIVED {
        assert!(!items_with(&api, prefix).await.is_empty(), "{prefix}");
    }
    api.clock.advance_seconds(2 * DAY);
    let report = clean_up(&api).await;
    assert!(expiring_tasks().all(|task| counts(&report, task) == (0, 0, 0)), "{report}");
    api.clock.advance_seconds(4 * DAY);
    let report = clean_up(&api).await;
    for task in ["codes", "limits", "answers"] {
        assert!(counts(&report, task).0 > 0, "{task}: {report}");
    }
    for prefix in SHORT_LIVED {
        assert_eq!(items_with(&api, prefix).await, [""; 0]);
    }
    // A message stays for ninety days and up to a week longer.
    api.store_fixtures(phone.id()).await;
    for place in ["\"ITEM#", "\"RECEIPT#"] {
        assert_eq!(items_with(&api, place).await.len(), 1);
    }
    api.clock.advance_seconds(100 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "notifications"), (2, 0, 0));
    assert!(items_with(&api, "\"RECEIPT#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_operator_token_is_deleted_after_it_has_expired() {
    let api = Api::start().await;
    Purse::of(&api, PHONE).await.credit(1, "USD").await.expect(200);
    api.list_expiring_as_before().await;
    for (days, deleted) in [(0, 0), (1, 0), (5, 1), (6, 0)] {
        assert_eq!(items_with(&api, "\"spent_token\"").await.len(), usize::from(days < 6));
        api.clock.advance_seconds(days * DAY);
        assert_eq!(counts(&clean_up(&api).await, "operator_tokens"), (deleted, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_were_written_again_are_not_deleted() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let key = || shared::otp::keys::challenge(code.challenge.parse().expect("an id"));
    let (store, now) = (store(&api), api.stack.state("cleanup").expect("it runs").now());
    assert!(
        !store.table.delete_expired(key(), now).await.expect("an answer"),
        "it lives for five minutes more"
    );
    let over = now + SignedDuration::from_mins(6);
    assert!(store.table.delete_expired(key(), over).await.expect("an answer"));
    assert!(
        !store.table.delete_expired(key(), over).await.expect("an answer"),
        "another run deleted it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_writes_of_an_hour_are_counted_in_one_item_and_limited_by_the_minute() {
    let api = Api::with(&[("WritesPerMinute", "2"), ("AccessTokenSeconds", "86400")]).await;
    let phone = api.log_in(PHONE).await;
    let write = async || {
        api.patch("/api/customer/")
            .bearer(&phone.access)
            .json(&json!({"first_name": "Amal"}))
            .send()
            .await
    };
    for _ in 0..5 {
        for status in [200, 200, 429] {
            write().await.expect(status);
        }
        api.clock.advance_seconds(60);
    }
    assert_eq!(items_with(&api, "\"RATE#writes#").await.len(), 1);
    api.clock.advance_seconds(3_600);
    write().await.expect(200);
    assert_eq!(items_with(&api, "\"RATE#writes#").await.len(), 2);
}
