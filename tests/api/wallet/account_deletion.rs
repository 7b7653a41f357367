use futures_util::future::join_all;
use harness::{Answer, Api};
use serde_json::{Value, json};
use shared::account::Erasure;

use super::{Purse, audited, store};
use crate::PHONE;

const LEFT: &str = "409 balance_not_zero: There is money left in the wallet. Spend it, or give it \
    up with forfeit. [null]";

async fn delete(api: &Api, purse: &Purse<'_>, body: &Value) -> Answer {
    api.delete("/api/customer/").bearer(&purse.phone.access).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_money_stays_unless_the_money_is_forfeited() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    purse.credit(7, "KWD").await.expect(200);
    purse.credit(1, "JPY").await.expect(200);
    purse.ask(&json!({"type": "debit", "amount": 1, "currency": "JPY"})).await.expect(200);
    purse.hold(100).await;
    for body in [json!({}), json!({"forfeit": false})] {
        assert_eq!(delete(&api, &purse, &body).await.error(), LEFT, "money on hold counts too");
    }
    assert_eq!(purse.balance("USD").await, (0, 100));
    delete(&api, &purse, &json!({"forfeit": true})).await.expect(204);
    let wallet =
        store(&api).wallet(purse.id()).await.expect("an answer").expect("the wallet still exists");
    assert!(wallet.closed && wallet.balances.values().all(|balance| balance.funds().total() == 0));
    assert_eq!(purse.credit(5, "USD").await.error(), "404 not_found: Not found. [null]");
    // The ledger has three credits, a debit, a hold, and forfeits in two currencies.
    assert_eq!(api.erase(purse.id(), || false).await.expect("erased"), Erasure::Complete);
    let found = audited(&api).await;
    assert_eq!((found.wallets, found.entries, found.breaks), (1, 7, vec![]));
    assert_eq!(
        purse.credit(5, "USD").await.error(),
        "404 not_found: Not found. [null]",
        "a deleted customer gets no credit"
    );
    assert_eq!(audited(&api).await.entries, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_code_is_not_used_up_if_money_is_left() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    api.clock.advance_seconds(600);
    let code = api.code_to(&purse.phone.access, PHONE, "delete").await;
    let mut body = json!({"challenge": code.challenge, "otp": code.otp});
    assert_eq!(delete(&api, &purse, &body).await.error(), LEFT);
    body["forfeit"] = json!(true);
    delete(&api, &purse, &body).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_during_credits_either_fails_with_the_money_kept_or_wins_without_credits() {
    let api = Api::start().await;
    for round in 0..8 {
        let purse = Purse::of(&api, &format!("+1415555014{round}")).await;
        let nothing = json!({});
        let (deleted, credited) = tokio::join!(
            delete(&api, &purse, &nothing),
            join_all((0..4).map(|_| purse.credit(10, "USD")))
        );
        let credits = credited.iter().filter(|answer| answer.status == 200).count();
        let wallet = store(&api).wallet(purse.id()).await.expect("an answer").expect("a wallet");
        let total: i64 = wallet.balances.values().map(|balance| balance.funds().total()).sum();
        if deleted.status == 204 {
            assert_eq!((credits, total, wallet.closed), (0, 0, true));
            assert!(
                credited.iter().all(|answer| answer.error() == "404 not_found: Not found. [null]")
            );
        } else {
            assert_eq!(deleted.error(), LEFT);
            assert_eq!((credits, total, wallet.closed), (4, 40, false));
        }
    }
    for round in 0..8 {
        let purse = Purse::of(&api, &format!("+1415555015{round}")).await;
        purse.credit(10, "USD").await.expect(200);
        let forfeit = json!({"forfeit": true});
        let (deleted, _) = tokio::join!(
            delete(&api, &purse, &forfeit),
            join_all((0..4).map(|_| async { purse.debit(1).await }))
        );
        deleted.expect(204);
        let wallet = store(&api).wallet(purse.id()).await.expect("an answer").expect("a wallet");
        assert_eq!(wallet.balances.values().map(|balance| balance.funds().total()).sum::<i64>(), 0);
        assert_eq!(api.erase(purse.id(), || false).await.expect("erased"), Erasure::Complete);
    }
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_erasure_the_entries_remain_without_personal_data() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(1_000, "USD").await.expect(200);
    for n in 0..14 {
        let body = json!({
            "type": "debit", "amount": 1, "currency": "USD",
            "reference": format!("For Zsuzsanna {n}"),
        });
        purse.ask(&body).await.expect(200);
        purse.hold(1).await;
    }
    let entry = purse.credit(5, "KWD").await.expect(200).json()["entry"]["id"].clone();
    purse.operate(&json!({"type": "reverse", "entry_id": entry})).await.expect(200);
    let before = audited(&api).await;
    assert_eq!((before.wallets, before.entries), (1, 31));
    delete(&api, &purse, &json!({"forfeit": true})).await.expect(204);
    // The erasure is stopped after each step and resumed. In between, the audit finds no break.
    let mut steps = 0;
    for most in 1.. {
        let mut left = most;
        let over = || {
            left -= 1;
            left < 0
        };
        steps = most;
        assert_eq!(audited(&api).await.breaks, []);
        if api.erase(purse.id(), over).await.expect("a run") == Erasure::Complete {
            break;
        }
    }
    assert!(steps > 3, "{steps}");
    let table = api.whole_table().await;
    let id = purse.phone.customer["id"].as_str().expect("an id");
    let left: Vec<&str> =
        table.lines().filter(|item| item.contains(id) && !item.contains("\"RATE#")).collect();
    assert!(left.is_empty(), "{left:#?}");
    assert!(!table.contains("Zsuzsanna"));
    let after = audited(&api).await;
    assert_eq!(
        (after.wallets, after.entries, after.breaks),
        (1, 32, vec![]),
        "one more entry for the forfeit"
    );
}
