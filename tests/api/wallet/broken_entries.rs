//! Entries that are missing, copied or unreadable: their corrections, and the customer's erasure.

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Api;
use shared::{
    account::Erasure,
    wallet::{Funds, Keep, NoCorrection},
};

use super::{
    audit::{filled, number, plant},
    audited,
    corrections::{WHY, breaks, correct, debit_of, plant_balance, usd},
    store,
};
use crate::PHONE;

/// Copies an item by hand to another sort key.
async fn copy(api: &Api, key: &table::Key, sort: &str) {
    let found = api.dynamodb().get_item().table_name(api.table_name());
    let found = found.key("pk", AttributeValue::S(key.partition().to_owned()));
    let found = found.key("sk", AttributeValue::S(key.sort().to_owned()));
    let mut item = found.send().await.expect("an answer").item.expect("an item");
    item.insert("sk".to_owned(), AttributeValue::S(sort.to_owned()));
    let put = api.dynamodb().put_item().table_name(api.table_name()).set_item(Some(item));
    put.send().await.expect("copied");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_with_a_wrong_sum_are_never_kept() {
    for what in ["number", "unreadable", "copy", "copy under another currency"] {
        let api = Api::start().await;
        let purse = filled(&api, PHONE).await;
        let key = debit_of(&purse).await;
        match what {
            "number" => plant(&api, &key, "number", number(3)).await,
            "unreadable" => {
                plant(&api, &key, "currency", AttributeValue::S("XYZ".into())).await;
            }
            "copy" => copy(&api, &key, &format!("{}0", key.sort())).await,
            _ => copy(&api, &key, &key.sort().replace("USD", "KWD")).await,
        }
        for accept in [false, true] {
            let refused = correct(&api, &purse, Keep::Entries, accept).await;
            assert_eq!(refused, Err(NoCorrection::SumUnknown), "{what}");
        }
        correct(&api, &purse, Keep::Balance, true).await.expect("corrected");
        let wallet = store(&api).wallet(purse.id()).await.expect("an answer").expect("a wallet");
        assert_eq!(wallet.funds(usd()), Funds { available: 65, held: 5 }, "{what}");
        assert_eq!(breaks(&api).await, [], "{what}");
        // The correction has made up for the entry, so the sum is right from now on.
        plant_balance(&api, &purse, "available", 1_000).await;
        correct(&api, &purse, Keep::Entries, false).await.expect("corrected");
        let wallet = store(&api).wallet(purse.id()).await.expect("an answer").expect("a wallet");
        assert_eq!(wallet.funds(usd()), Funds { available: 65, held: 5 }, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_accepted_entries_is_erased() {
    let api = Api::start().await;
    let purse = filled(&api, PHONE).await;
    let key = debit_of(&purse).await;
    copy(&api, &key, &format!("{}0", key.sort())).await;
    plant(&api, &key, "currency", AttributeValue::S("XYZ".into())).await;
    plant(&api, &key, "reference", AttributeValue::S("For Zsuzsanna".into())).await;
    correct(&api, &purse, Keep::Balance, true).await.expect("corrected");
    let delete = api.delete("/api/customer/").bearer(&purse.phone.access);
    delete.json(&serde_json::json!({"forfeit": true})).send().await.expect(204);
    assert_eq!(api.erase(purse.id(), || false).await.expect("erased"), Erasure::Complete);
    let found = audited(&api).await;
    // Four, the copy, the correction, and forfeits in two currencies.
    assert_eq!((found.wallets, found.entries, found.breaks), (1, 8, vec![]));
    let table = api.whole_table().await;
    let id = purse.id().to_string();
    let left = table.lines().find(|item| item.contains(&id) && !item.contains("\"RATE#"));
    assert_eq!(left, None);
    assert!(!table.contains("Zsuzsanna") && !table.contains(WHY));
}
