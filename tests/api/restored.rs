//! A table that was restored to an earlier moment, and what puts it right.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Api, phone::LoggedIn};
use local::restored_table::{DeletedAgain, delete_again, disable_again};
use serde_json::{Value, json};
use shared::{
    account::{Status, StatusChange, StatusSet},
    clock::Clock as _,
    ids::CustomerId,
    store::Store,
};
use table::Table;

use crate::{
    cleanup::clean_up,
    customer::delete::{assert_nothing_left, fill},
    wallet::audited,
};

const JOURNAL: &str = "ErasureJournal";
const NUMBERS: [&str; 4] = ["+447400123800", "+447400123801", "+447400123802", "+447400123803"];

type Items = Vec<HashMap<String, AttributeValue>>;

/// The stack on a table with these items, as deployed after a restore.
async fn restored(api: &Api, items: Items) -> Api {
    let parameters = [("ExistingTableName", "Restored"), ("TokenIssuer", "satchel-2")];
    let restored = api.another(&parameters).await;
    assert_eq!(restored.table_name(), "Restored");
    let client = restored.dynamodb();
    for item in items {
        let put = client.put_item().table_name("Restored").set_item(Some(item));
        put.send().await.expect("stored");
    }
    restored
}

fn store(api: &Api) -> Store {
    Store::new(api.dynamodb(), &api.table_name())
}

async fn again(api: &Api) -> DeletedAgain {
    let journal = Table::new(api.dynamodb(), JOURNAL);
    let done = delete_again(&store(api), &journal, api.clock.now()).await;
    let (done, failed) = done.expect("the journal is applied");
    assert!(failed.is_empty(), "{failed:?}");
    done
}

fn has(item: &HashMap<String, AttributeValue>, name: &str, value: &str) -> bool {
    item.get(name).and_then(|one| one.as_s().ok()).is_some_and(|text| text == value)
}

fn item<'a>(items: &'a mut Items, pk: &str, sk: &str) -> &'a mut HashMap<String, AttributeValue> {
    let found = items.iter_mut().find(|item| has(item, "pk", pk) && has(item, "sk", sk));
    found.expect("the item")
}

async fn delete(api: &Api, access: &str, body: &Value) -> u16 {
    api.delete("/api/customer/").bearer(access).json(body).send().await.status.as_u16()
}

async fn credit(api: &Api, phone: &LoggedIn, key: &str) -> Value {
    let credit = json!({
        "type": "credit", "amount": 100, "currency": "USD", "customer_id": phone.customer["id"],
    });
    let request = api.patch("/api/wallet/").bearer(&api.operator_token(&credit));
    request.header("idempotency-key", key).json(&credit).send().await.expect(200).json()
}

/// Logs in at the restored stack, whose messages the first one records.
async fn log_in(restored: &Api, api: &Api, phone: &str) -> u16 {
    let challenge = restored.ask_for_code(phone).await.expect(200).text("challenge");
    let message = api.messages_to(phone).pop().expect("a message was sent");
    let otp: String = message.chars().filter(char::is_ascii_digit).take(6).collect();
    let answer = restored.authenticate_from("203.0.113.7", phone, &challenge, &otp).await;
    answer.status.as_u16()
}

fn done(deleted: usize, already: usize, absent: usize) -> DeletedAgain {
    DeletedAgain { deleted, already, absent }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_deleted_since_the_restored_moment_are_deleted_again_and_erased() {
    let api = Api::start().await;
    let leaves = fill(&api, NUMBERS[0]).await;
    credit(&api, &leaves, "k").await;
    let [stays, left, erased] = [1, 2, 3].map(|n| api.log_in(NUMBERS[n]));
    let (stays, left, erased) = (stays.await, left.await, erased.await);
    assert_eq!(delete(&api, &erased.access, &json!({})).await, 204);
    clean_up(&api).await;
    assert_eq!(delete(&api, &left.access, &json!({})).await, 204);
    let items = api.items().await;
    assert_eq!(delete(&api, &leaves.access, &json!({"forfeit": true})).await, 204);
    clean_up(&api).await;
    let restored = restored(&api, items).await;
    assert!(restored.whole_table().await.contains("Zsuzsanna"), "the restore brings it back");

    assert_eq!(again(&restored).await, done(1, 1, 1));
    assert_eq!(again(&restored).await, done(0, 2, 1));
    clean_up(&restored).await;
    assert_nothing_left(&restored, &leaves, NUMBERS[0]).await;
    assert_eq!(again(&restored).await, done(0, 0, 3));
    let books = audited(&restored).await;
    assert_eq!((books.entries, books.breaks), (2, vec![]), "the credit and its forfeit");

    restored.clock.advance_seconds(61);
    assert_eq!(log_in(&restored, &api, NUMBERS[0]).await, 201, "the phone is free");
    assert_eq!(log_in(&restored, &api, NUMBERS[1]).await, 200, "the account of who stays");
    restored.profile(&stays.access).await.expect(401);
    restored.refresh(&stays.refresh).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_and_disabled_accounts_are_deleted_once() {
    let api = Api::start().await;
    let phones = [api.log_in(NUMBERS[0]).await, api.log_in(NUMBERS[1]).await];
    credit(&api, &phones[0], "k").await;
    let mut items = api.items().await;
    for phone in &phones {
        assert_eq!(delete(&api, &phone.access, &json!({"forfeit": true})).await, 204);
    }
    let disabled = phones[1].id().to_string();
    let account = item(&mut items, &format!("AUTH#{disabled}"), "ACCOUNT");
    account.insert("status".into(), AttributeValue::S("disabled".into()));
    let restored = restored(&api, items).await;
    let (one, two) = tokio::join!(again(&restored), again(&restored));
    assert_eq!((one.deleted + two.deleted, one.already + two.already), (2, 2));
    assert_eq!(audited(&restored).await.breaks, []);
    assert_eq!(again(&restored).await, done(0, 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restore_has_of_half_a_deletion_is_completed() {
    let api = Api::start().await;
    let leaves = fill(&api, NUMBERS[0]).await;
    credit(&api, &leaves, "k").await;
    let mut items = api.items().await;
    assert_eq!(delete(&api, &leaves.access, &json!({"forfeit": true})).await, 204);
    *item(&mut items, &format!("AUTH#{}", leaves.id()), "ACCOUNT") = {
        let mut after = api.items().await;
        item(&mut after, &format!("AUTH#{}", leaves.id()), "ACCOUNT").clone()
    };
    let restored = restored(&api, items).await;
    assert_eq!(again(&restored).await, done(0, 1, 0));
    clean_up(&restored).await;
    let books = audited(&restored).await;
    assert_eq!((books.entries, books.breaks), (2, vec![]), "the credit and its forfeit");
    assert_nothing_left(&restored, &leaves, NUMBERS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_of_somebody_else_and_an_unreadable_wallet_stop_no_deletion_but_their_own() {
    let api = Api::start().await;
    let [moved, broken, other] = [0, 1, 2].map(|n| api.log_in(NUMBERS[n]));
    let (moved, broken, other) = (moved.await, broken.await, other.await);
    credit(&api, &broken, "k").await;
    let mut items = api.items().await;
    for (phone, body) in [(&moved, json!({})), (&broken, json!({"forfeit": true}))] {
        assert_eq!(delete(&api, &phone.access, &body).await, 204);
    }
    for owner in items.iter_mut().filter(|one| has(one, "customer", &moved.id().to_string())) {
        if has(owner, "sk", "OWNER") {
            owner.insert("customer".into(), AttributeValue::S(other.id().to_string()));
        }
    }
    let wallet = item(&mut items, &format!("WALLET#{}", broken.id()), "WALLET");
    wallet.insert("version".into(), AttributeValue::S("?".into()));
    let restored = restored(&api, items).await;

    let (now, journal) = (api.clock.now(), Table::new(api.dynamodb(), JOURNAL));
    let (all, failed) = delete_again(&store(&restored), &journal, now).await.expect("a report");
    let failed: Vec<_> = failed.iter().map(|one| one.customer).collect();
    assert_eq!((all, failed), (done(1, 0, 0), vec![broken.id()]));
    let account = store(&restored).account(moved.id()).await.expect("read").expect("there");
    let owner = store(&restored).owner_of_phone(&account.phone).await.expect("read");
    assert_eq!((account.status, owner), (Status::Deleted, Some(other.id())));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_the_old_table_has_as_disabled_are_disabled_in_the_restored_one() {
    let api = Api::start().await;
    let [before, since, gone, stays] = [0, 1, 2, 3].map(|n| api.log_in(NUMBERS[n]));
    let (before, since, gone, stays) = (before.await, since.await, gone.await, stays.await);
    let disable = async |who: CustomerId, at| {
        let change = StatusChange { at, why: "stolen".to_owned() };
        assert_eq!(store(&api).set_status(who, true, &change).await.ok(), Some(StatusSet::Changed));
    };
    disable(before.id(), api.clock.now()).await;
    let mut items = api.items().await;
    items.retain(|one| !has(one, "pk", &format!("AUTH#{}", gone.id())));
    let at = api.clock.now();
    disable(since.id(), at).await;
    disable(gone.id(), at).await;
    let restored = restored(&api, items).await;
    api.clock.advance_seconds(60);

    let again = async || {
        let done = disable_again(&store(&restored), &store(&api), api.clock.now()).await;
        let (done, failed) = done.expect("a report");
        assert_eq!(failed.len(), 0);
        (done.disabled, done.already, done.absent)
    };
    assert_eq!(again().await, (1, 1, 1));
    assert_eq!(again().await, (0, 2, 1));
    let account = store(&restored).account(since.id()).await.expect("read").expect("there");
    let change = StatusChange { at, why: "stolen".to_owned() };
    assert_eq!((account.status, account.status_change), (Status::Disabled, Some(change)));
    let account = store(&restored).account(stays.id()).await.expect("read").expect("there");
    assert_eq!(account.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_refused_is_not_in_the_journal_and_an_entry_names_nobody() {
    let api = Api::start().await;
    let phone = fill(&api, NUMBERS[0]).await;
    credit(&api, &phone, "k").await;
    let journal = async || api.items_of(JOURNAL).await;
    assert_eq!(delete(&api, &phone.access, &json!({})).await, 409);
    assert_eq!(journal().await.len(), 0);
    assert_eq!(delete(&api, &phone.access, &json!({"forfeit": true})).await, 204);
    assert_eq!(delete(&api, &phone.access, &json!({"forfeit": true})).await, 401);
    let entries = journal().await;
    let mut attributes: Vec<&str> = entries[0].keys().map(String::as_str).collect();
    attributes.sort_unstable();
    assert_eq!((entries.len(), attributes), (1, vec!["at", "customer", "kind", "pk", "sk"]));
    clean_up(&api).await;
    assert_eq!(api.items_of(JOURNAL).await, entries, "the erasure leaves the journal as it is");
}
