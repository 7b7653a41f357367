//! One customer with very much to erase beside many with little.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::{StreamExt, stream};
use harness::Api;
use serde_json::json;
use shared::{
    account,
    customer::{self, Customer},
    ids::CustomerId,
    inbox,
    phone::Phone,
    random::SystemRandom,
};
use table::{Item, Key, text};

use super::{account_deletion::cleanup_margin, counts, run_within};
/// What a run has beside its margin. A deployed one has 292 seconds.
const TIME: Duration = Duration::from_secs(100);

fn item(key: Key, more: Vec<(&str, AttributeValue)>) -> Item {
    let mut item = key.into_item();
    item.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    item
}

/// What is stored of a customer who has left, with so many items in the inbox.
fn left(id: CustomerId, since: jiff::Timestamp, messages: usize) -> impl Iterator<Item = Item> {
    let customer = ("customer", text(id));
    let none = || AttributeValue::M(Item::new());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let closed = vec![
        customer.clone(),
        ("status", text("deleted")),
        ("phone", text(format!("hash-of-{id}"))),
        ("epoch", number(1)),
        ("sessions", none()),
        ("epochs", none()),
    ];
    let listed = vec![customer.clone(), ("since", number(since.as_millisecond()))];
    let phone = Phone::of_the_operator("+14155550100");
    let profile = Customer::new(id, phone, since);
    let single = [
        item(account::keys::account(id), closed),
        item(account::keys::customer_entry(id), vec![customer]),
        item(account::keys::deleted_customer(id), listed),
        table::item(customer::keys::profile(id), &profile).expect("an item"),
    ];
    let messages = (0..messages).map(move |n| {
        let partition = inbox::keys::inbox(id).partition().to_owned();
        item(Key::new(partition, format!("ITEM#{n:08}")), Vec::new())
    });
    single.into_iter().chain(messages)
}

async fn write(api: &Api, items: impl Iterator<Item = Item>) {
    let put = |item: Item| {
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    };
    let (client, table) = (api.dynamodb(), api.table_name());
    let mut puts = items.map(put).peekable();
    let batches = std::iter::from_fn(|| {
        puts.peek()?;
        Some(puts.by_ref().take(25).collect::<Vec<_>>())
    });
    let batches = stream::iter(batches).map(|batch| {
        let request = client.batch_write_item().request_items(&table, batch);
        async move { request.send().await.expect("written") }
    });
    batches.buffer_unordered(4).for_each(|_| async {}).await;
}

/// Those of the customers of whom anything is stored.
async fn remaining(api: &Api, customers: &BTreeSet<String>) -> BTreeSet<String> {
    let keys = api.items().await;
    let keys = keys.iter().filter_map(Key::of_item);
    let keys = keys.map(|key| format!("{}#{}", key.partition(), key.sort()));
    keys.flat_map(|key| {
        let ids = key.split('#').filter(|part| customers.contains(*part));
        ids.map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

/// Takes minutes, so it runs by hand and in `.ci/full`: `cargo test --workspace --test api --
/// --ignored hundred_thousand --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_customer_with_two_hundred_thousand_records_delays_none_of_a_thousand_others() {
    let api = Api::start().await;
    let now = api.stack.state("cleanup").expect("the clean-up runs").now();
    let new_id = || CustomerId::new(now, &SystemRandom);
    let large = new_id();
    write(&api, left(large, now, 200_000)).await;
    let others: Vec<CustomerId> = (0..1_000).map(|_| new_id()).collect();
    write(&api, others.iter().flat_map(|id| left(*id, now, 5))).await;
    api.clock.advance_seconds(3_600);
    api.wire.reset();
    let report = run_within(&api, Some(cleanup_margin() + TIME)).await.expect("a run");
    let cost = api.wire.cost();
    let erased = counts(&report, "leaving").0;
    let rest = api.items().await.len();
    println!(
        "of 1,001 customers {erased} were erased within {} s, about {rest} items are left of the \
         200,000 of one; {} read units, {} write units; {}",
        TIME.as_secs(),
        cost.read_units,
        cost.write_units,
        report["leaving"]
    );
    assert!(erased >= 1_000, "{report}");
    if erased < 1_001 {
        assert_eq!(report["leaving"]["behind"], json!(3_600), "{report}");
    }
    let others = others.iter().map(ToString::to_string).collect();
    assert_eq!(remaining(&api, &others).await, BTreeSet::new());
}
