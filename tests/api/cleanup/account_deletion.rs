use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::{Api, phone::LoggedIn};
use serde_json::{Value, json};
use shared::{account::DELETED_SHARDS, domains::TASKS};

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
    api.expire().await;
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
        run_within(&api, Some(cleanup_margin() + Duration::from_secs(1))).await.expect("a run");
    api.wire.delay(Duration::ZERO);
    assert_eq!(report["leaving"]["unfinished"], json!(true), "{report}");
    assert!(counts(&report, "leaving").0 < 4, "{report}");
    assert_eq!(report["codes"]["failed"], json!(0), "the others had their share: {report}");
    clean_up(&api).await;
    for (phone, number) in &phones {
        assert_nothing_left(&api, phone, number).await;
    }
}

/// Writes so many items into a customer's inbox.
async fn fill_inbox(api: &Api, phone: &LoggedIn, count: usize) {
    let inbox = shared::inbox::keys::inbox(phone.id());
    let text = |value: String| AttributeValue::S(value);
    let requests = (0..count).map(|n| {
        let put = PutRequest::builder()
            .item("pk", text(inbox.partition().to_owned()))
            .item("sk", text(format!("ITEM#{n:08}")))
            .build();
        WriteRequest::builder().put_request(put.expect("an item")).build()
    });
    let requests: Vec<WriteRequest> = requests.collect();
    let (client, table) = (api.dynamodb(), api.table_name());
    let batches = requests.chunks(25).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch.to_vec());
        async move { request.send().await.expect("written") }
    });
    stream::iter(batches.collect::<Vec<_>>()).buffer_unordered(8).for_each(|_| async {}).await;
}

/// How many items of a customer are left, apart from the counters of limits, which expire.
async fn left_of(api: &Api, phone: &LoggedIn) -> usize {
    let items = items_with(api, &phone.id().to_string()).await;
    items.iter().filter(|item| !item.contains("\"RATE#")).count()
}

/// A run in which each task has about so much time, if all others take none.
async fn run_with_share(api: &Api, share: Duration) -> Value {
    let tasks = u32::try_from(TASKS.len()).expect("a number");
    run_within(api, Some(cleanup_margin() + share * tasks)).await.expect("a run")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_much_to_erase_delays_nobody() {
    const ITEMS: usize = 5_000;
    let api = Api::with(&[("ErasureTurnItems", "100")]).await;
    let mut phones = Vec::new();
    for n in 10..21 {
        phones.push(api.log_in(&format!("+4474001239{n}")).await);
    }
    // The one whom a run that goes through the list would erase first.
    let last_digit = |phone: &LoggedIn| phone.id().to_string().pop();
    phones.sort_by_key(last_digit);
    fill_inbox(&api, &phones[0], ITEMS).await;
    for phone in &phones {
        leave(&api, &phone.access).await;
    }
    let report = run_with_share(&api, Duration::from_secs(3)).await;
    for phone in &phones[1..] {
        assert_eq!(left_of(&api, phone).await, 0, "{report}");
    }
    let mut left = left_of(&api, &phones[0]).await;
    assert!(left < ITEMS, "{left} items are left: {report}");
    while listed(&api).await > 0 {
        // Others who leave meanwhile do not wait either, and each run goes on where one stopped.
        let another = api.log_in("+447400123999").await;
        leave(&api, &another.access).await;
        let report = run_with_share(&api, Duration::from_secs(3)).await;
        assert_eq!(left_of(&api, &another).await, 0, "{report}");
        let now = left_of(&api, &phones[0]).await;
        assert!(now < left || now == 0, "{now} items are left of {left}: {report}");
        left = now;
        api.clock.advance_seconds(7_200);
    }
    assert_eq!(left, 0);
}

/// The time before the end of a run in which it starts nothing new.
pub(super) fn cleanup_margin() -> Duration {
    Duration::from_secs(8)
}
