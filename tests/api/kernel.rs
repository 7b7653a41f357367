//! The kernel `table` against a real engine: what a refusal tells, what a conflict is, what ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use harness::{
    Api,
    faults::{self, conflict},
};
use serde::{Deserialize, Serialize};
use table::{
    Committed, Error, Image, IndexList, Item, Key, Query, Returned, SET_DUE, SET_EXPIRY, SET_MARK,
    Table, Transaction, Verdict, Write, Written, item, listed_item, number, number_in,
    random::SystemRandom,
    retry::{Attempt, Policy, on_change},
    usage::measure,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counter {
    n: i64,
}

impl table::Record for Counter {
    const KIND: &'static str = "counter";
}

fn key(sort: &str) -> Key {
    Key::new("TEST#1", sort)
}

fn counter(sort: &str, n: i64) -> Item {
    item(key(sort), &Counter { n }).expect("an item")
}

fn replace(sort: &str, was: i64, n: i64) -> Write {
    Write::put(counter(sort, n)).when_is("n", number(was)).seeing_refused()
}

async fn stored(table: &Table, sort: &str) -> Option<i64> {
    table.get::<Counter>(key(sort), true).await.expect("storage answers").map(|counter| counter.n)
}

fn seen(item: Option<Item>) -> Option<i64> {
    number_in(&item?, "n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_write_gives_the_item_as_it_stands() {
    let api = Api::start().await;
    let table = api.table();
    assert_eq!(table.write(Write::new_item(counter("A", 1))).await.unwrap(), Written::Done);
    let refused = [
        Write::new_item(counter("A", 2)),
        replace("A", 7, 8),
        Write::update(key("A"), "ADD n :one")
            .value(":one", number(1))
            .when_is("n", number(7))
            .seeing_refused(),
        Write::delete(key("A")).when_is("n", number(7)).seeing_refused(),
    ];
    for write in refused {
        match table.write(write.clone()).await.unwrap() {
            Written::Refused(item) => assert_eq!(seen(item), Some(1), "{write:?}"),
            Written::Done => panic!("{write:?}"),
        }
    }
    let absent = Write::delete(key("B")).when_exists().seeing_refused();
    assert_eq!(table.write(absent).await.unwrap(), Written::Refused(None));
    let unseen = Write::delete(key("A")).when_is("n", number(7));
    assert_eq!(table.write(unseen).await.unwrap(), Written::Refused(None));
    assert!(matches!(table.write(Write::check(key("A"))).await, Err(Error::Other(_))));
    assert_eq!(stored(&table, "A").await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_returns_the_image_that_is_asked_for() {
    let api = Api::start().await;
    let table = api.table();
    let add = || Write::update(key("A"), "ADD n :one").value(":one", number(1));
    let image = async |image| match table.write_returning(add(), image).await.unwrap() {
        Returned::Done(item) => item,
        Returned::Refused(_) => panic!("there is no condition"),
    };
    // Whether the keys of an item that was absent come back differs between engines.
    assert_eq!(number_in(&image(Image::Before).await, "n"), None);
    assert_eq!(seen(Some(image(Image::Before).await)), Some(1));
    let after = image(Image::After).await;
    assert_eq!((number_in(&after, "n"), Key::of_item(&after)), (Some(3), Some(key("A"))));
    let changed = image(Image::Changed).await;
    assert_eq!((number_in(&changed, "n"), changed.len()), (Some(4), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_names_the_part_that_refused() {
    let api = Api::start().await;
    let table = api.table();
    let mut first = Transaction::new();
    first.add_all(vec![Write::new_item(counter("A", 1)), Write::put(counter("B", 2))]);
    assert!(table.commit(first).await.unwrap().is_done());
    let mut second = Transaction::new();
    let new = second.add(Write::new_item(counter("C", 3)));
    let rest = second.add_all(vec![
        Write::check(key("A")).when_is("n", number(1)),
        Write::delete(key("B")).when_is("n", number(9)).seeing_refused(),
    ]);
    let Committed::Refused(mut refusals) = table.commit(second).await.unwrap() else {
        panic!("B is not 9")
    };
    assert!(refusals.only(rest) && !refusals.refused(new));
    assert_eq!(refusals.of(new), Verdict::Held);
    match refusals.of(rest) {
        Verdict::Refused(item) => assert_eq!(seen(item), Some(2)),
        Verdict::Held => panic!("it refused"),
    }
    assert_eq!((stored(&table, "B").await, stored(&table, "C").await), (Some(2), None));
    assert!(table.commit(Transaction::new()).await.unwrap().is_done());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_waited_out_and_is_no_refusal() {
    let api = Api::start().await;
    let table = api.table();
    let transaction = |patience| {
        let mut transaction = Transaction::new().with_patience(patience);
        transaction.add(Write::update(key("A"), "ADD n :one").value(":one", number(1)));
        transaction
    };
    api.wire.script(3, "TransactWriteItems", conflict);
    assert!(table.commit(transaction(Duration::from_secs(3))).await.unwrap().is_done());
    api.wire.script(1, "TransactWriteItems", conflict);
    let refused = table.commit(transaction(Duration::ZERO)).await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    assert_eq!((api.wire.scripted_left(), stored(&table, "A").await), (0, Some(1)));
    api.wire.script(2, "PutItem", faults::write_conflict);
    assert!(table.write(replace("A", 1, 2)).await.unwrap().is_done());
    assert_eq!((api.wire.scripted_left(), stored(&table, "A").await), (0, Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_lasts_is_told_as_one() {
    let api = Api::start().await;
    let table = api.table();
    api.wire.script(u32::MAX, "PutItem", faults::write_conflict);
    let written = table.write(Write::new_item(counter("A", 1))).await;
    assert!(matches!(written, Err(Error::Conflict)), "{written:?}");
    let tries = u32::MAX - api.wire.scripted_left();
    assert!((5..100).contains(&tries), "{tries}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_asks_again_for_what_is_left_out_and_ends() {
    let api = Api::start().await;
    let table = api.table();
    let all: Vec<String> = (0..130).map(|n| format!("N{n:03}")).collect();
    join_all(all.iter().map(|sort| table.write(Write::put(counter(sort, 1))))).await;
    let keys = || all.iter().map(|sort| key(sort)).chain([key("ABSENT")]).collect::<Vec<_>>();
    api.wire.script(2, "BatchGetItem", faults::unprocessed);
    let (found, usage) = measure(table.batch_get(keys(), false)).await;
    assert_eq!((found.unwrap().len(), api.wire.scripted_left()), (130, 0));
    assert_eq!((usage.calls, usage.read_units), (4, 65.5));
    api.wire.script(u32::MAX, "BatchGetItem", faults::unprocessed);
    let ended = table.batch_get(keys(), false).await;
    assert!(matches!(ended, Err(Error::Throttled(_))), "{ended:?}");
    let tries = u32::MAX - api.wire.scripted_left();
    assert!((5..100).contains(&tries), "{tries}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_goes_through_pages_in_both_directions() {
    let api = Api::start().await;
    let table = api.table();
    for n in 1..=5 {
        assert!(table.write(Write::put(counter(&format!("N{n}"), n))).await.unwrap().is_done());
    }
    let numbers =
        |items: Vec<Item>| items.iter().filter_map(|item| number_in(item, "n")).collect::<Vec<_>>();
    let query = || Query::of("TEST#1").beginning("N").consistent();
    let page = table.first(query(), 2).await.unwrap();
    assert!(page.more && numbers(page.items) == [1, 2]);
    let rest = table.all(query().continuing(page.next)).await.unwrap();
    assert_eq!(numbers(rest), [3, 4, 5]);
    let before = table.first(query().newest_first().after(Some(key("N3"))), 9).await.unwrap();
    assert!(!before.more);
    assert_eq!(before.records::<Counter>().unwrap(), [Counter { n: 2 }, Counter { n: 1 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_stands_on_its_list_until_it_is_deleted_as_expired() {
    let api = Api::start().await;
    let table = api.table();
    let at = |text: &str| text.parse().unwrap();
    let list = IndexList("TEST#SEEN");
    let since = at("2026-11-22T20:52:24Z");
    let put = listed_item(key("A"), &Counter { n: 1 }, list, since).unwrap();
    assert!(table.write(Write::put(put)).await.unwrap().is_done());
    let seen = format!("ADD n :one SET {SET_DUE}");
    let write = Write::update(key("B"), &seen).listed(list, since).value(":one", number(1));
    assert!(table.write(write).await.unwrap().is_done());
    let expired = IndexList("TEST#DUE");
    let expires = format!("SET {SET_EXPIRY}, {SET_DUE}");
    let write = Write::update(key("C"), &expires).expiring(since).listed(expired, since);
    assert!(table.write(write).await.unwrap().is_done());
    let on = async |list: IndexList, until| {
        let shards = table::SHARDS.chars();
        let pages = join_all(shards.map(|shard| table.due_page(list, shard, until, None))).await;
        let keys = pages.into_iter().flat_map(|page| page.unwrap().keys);
        keys.map(|key| key.sort().to_owned()).collect::<BTreeSet<_>>()
    };
    assert!(on(list, at("2026-11-22T23:00:00Z")).await.is_empty());
    assert_eq!(on(list, at("2026-11-23T00:00:00Z")).await.len(), 2);
    assert!(on(expired, at("2026-11-23T00:00:00Z")).await.contains("C"));
    assert!(!table.delete_expired(key("C"), at("2026-11-22T20:00:00Z")).await.unwrap());
    assert!(table.delete_expired(key("C"), at("2026-11-22T20:52:24Z")).await.unwrap());
    assert!(on(expired, at("2026-11-24T00:00:00Z")).await.is_empty());
}

/// Adds one, as an operation does that decides on what it has read.
async fn add_one(table: &Table) -> Result<Option<i64>, Error> {
    let read = async || Ok(table.get::<Counter>(key("A"), true).await?.map_or(0, |c| c.n));
    let attempt = async |n: i64| {
        let write = if n == 0 { Write::new_item(counter("A", 1)) } else { replace("A", n, n + 1) };
        let mut transaction = Transaction::new().with_patience(Duration::ZERO);
        let part = transaction.add(write);
        Ok(match table.commit(transaction).await {
            Ok(Committed::Done) => Attempt::Done(n + 1),
            Ok(Committed::Refused(mut refusals)) => match refusals.of(part) {
                Verdict::Refused(Some(item)) => {
                    Attempt::Again(number_in(&item, "n").unwrap_or_default())
                }
                _ => Attempt::Reread,
            },
            Err(Error::Conflict) => Attempt::Reread,
            Err(error) => return Err(error),
        })
    };
    on_change(Policy::within(Duration::from_secs(8)), &SystemRandom, 0, read, attempt).await
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_changes_at_once_are_all_made_once() {
    let api = Api::start().await;
    let table = Arc::new(api.table());
    let add = |_| {
        let table = table.clone();
        tokio::spawn(async move { add_one(&table).await })
    };
    let done = join_all((0..40).map(add)).await;
    let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
    for n in done {
        *seen.entry(n.unwrap().unwrap().expect("in time")).or_default() += 1;
    }
    assert_eq!(seen, (1..=40).map(|n| (n, 1)).collect());
    assert_eq!(stored(&table, "A").await, Some(40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_never_succeeds_ends_with_nothing() {
    let api = Api::start().await;
    let table = api.table();
    let tries = AtomicU32::new(0);
    let attempt = async |_: i64| -> Result<Attempt<i64, ()>, Error> {
        tries.fetch_add(1, Ordering::SeqCst);
        Ok(match table.write(replace("A", 1, 2)).await? {
            Written::Done => Attempt::Done(()),
            Written::Refused(_) => Attempt::Reread,
        })
    };
    let read = async || Ok(stored(&table, "A").await.unwrap_or_default());
    let done = on_change(Policy::tries(4), &SystemRandom, 0, read, attempt).await;
    assert_eq!((done.unwrap(), tries.into_inner()), (None, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_whose_answer_was_lost_is_made_once() {
    let api = Api::start().await;
    let table = api.table();
    let add = |most: i64| {
        Write::update(key("ONCE"), &format!("ADD n :one SET {SET_MARK}"))
            .when("(attribute_not_exists(n) OR n < :most)")
            .value(":one", number(1))
            .value(":most", number(most))
    };
    for n in 1..=2 {
        api.wire.lose_answers(1);
        let returned = table.write_once(add(2), Image::Changed).await.unwrap();
        let Returned::Done(image) = returned else { panic!("{returned:?}") };
        assert_eq!(number_in(&image, "n"), Some(n));
    }
    let refused = table.write_once(add(2), Image::Changed).await.unwrap();
    let Returned::Refused(item) = refused else { panic!("{refused:?}") };
    assert_eq!(seen(item), Some(2));
}
