use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::{Api, wire::Cost};
use jiff::{SignedDuration, Timestamp};
use table::{DUE, DUE_AT, EXPIRES, due_day};

use super::{clean_up, counts, fill_device_list, idle_units};

/// The id of a code, which is the same in each run of a test.
fn id(n: usize) -> String {
    format!("019aac3f-0000-7000-8000-{n:012x}")
}

/// Writes codes as sendOTP does. The first `over` of them expired a week ago, the others less than
/// a day ago.
async fn fill(api: &Api, count: usize, over: usize) {
    let now: Timestamp = api.stack.state("cleanup").expect("the clean-up runs").now();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let put = |n: usize| {
        let key = shared::otp::keys::challenge(id(n).parse().expect("an id"));
        let expires = if n < over { now - SignedDuration::from_hours(24 * 7) } else { now };
        let item = HashMap::from([
            ("pk".to_owned(), text(key.partition())),
            ("sk".to_owned(), text(key.sort())),
            ("kind".to_owned(), text("challenge")),
            (EXPIRES.to_owned(), number(expires.as_second())),
            (DUE.to_owned(), text(&key.expiry_partition())),
            (DUE_AT.to_owned(), number(due_day(expires))),
        ]);
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    };
    let writes: Vec<WriteRequest> = (0..count).map(put).collect();
    let (client, table) = (api.dynamodb(), api.table_name());
    let batches = stream::iter(writes.chunks(25).map(<[WriteRequest]>::to_vec)).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch);
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
}

/// The codes in the table.
async fn stored(api: &Api) -> BTreeSet<String> {
    let table = api.whole_table().await;
    let id = |item: &str| {
        item.split_once("S(\"OTP#")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(id, _)| id.to_owned())
    };
    // The key of an item begins with its partition, and so does its entry in the index.
    table.lines().filter_map(|item| id(&item.replace("S(\"OTP#DUE", ""))).collect()
}

fn rest(count: usize, over: usize) -> BTreeSet<String> {
    (over..count).map(id).collect()
}

/// The cost of a run on a table with so many items, of which so many are due. The others stay in
/// the table.
async fn cost_of(count: usize, over: usize) -> Cost {
    let api = Api::start().await;
    fill_device_list(&api).await;
    fill(&api, count, over).await;
    api.wire.reset();
    let report = clean_up(&api).await;
    let cost = api.wire.cost();
    assert_eq!(counts(&report, "codes"), (over as u64, 0, 0), "{report}");
    assert_eq!(stored(&api).await, rest(count, over));
    cost
}

async fn killed_and_two_at_once(count: usize, over: usize) {
    let api = Api::start().await;
    fill(&api, count, over).await;
    let mut kills = 0;
    for millis in [100, 200, 300] {
        kills += u32::from(
            tokio::time::timeout(Duration::from_millis(millis), clean_up(&api)).await.is_err(),
        );
    }
    let left = stored(&api).await.len();
    assert!(kills > 0 && left > count - over, "{kills} were killed, {left} of {count} are left");
    let (one, other) = tokio::join!(clean_up(&api), clean_up(&api));
    assert_eq!(
        counts(&one, "codes").0 + counts(&other, "codes").0,
        (left - (count - over)) as u64,
        "each was deleted once"
    );
    assert_eq!(stored(&api).await, rest(count, over));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_costs_what_is_due_and_not_what_is_stored() {
    let (few, many) = (cost_of(1_000, 500).await, cost_of(6_000, 500).await);
    assert_eq!((few.read_units, few.write_units), (many.read_units, many.write_units));
    // Reading the keys of five hundred items costs about fifteen units more than an idle run, and
    // each deletion one for the item and one for its index entry.
    assert!(many.read_units < idle_units() + 25.0, "{many:?}");
    assert_eq!(many, Cost { write_units: 1.0 + 2.0 * 500.0, ..many });
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_runs_and_concurrent_runs_have_the_result_of_one_complete_run() {
    killed_and_two_at_once(2_000, 1_000).await;
}

/// Takes a minute or two, so it runs by hand and in `.ci/full`: `cargo test --workspace --test api
/// -- --ignored hundred_thousand --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn of_a_hundred_thousand_items_a_run_reads_the_thousand_that_are_due() {
    let cost = cost_of(100_000, 1_000).await;
    println!(
        "100,000 items, 1,000 due: {} read units, {} write units",
        cost.read_units, cost.write_units
    );
    assert!(cost.read_units < idle_units() + 50.0, "{cost:?}");
    assert_eq!(cost, Cost { write_units: 1.0 + 2.0 * 1_000.0, ..cost });
    killed_and_two_at_once(100_000, 1_000).await;
}
