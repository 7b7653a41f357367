//! The cost of operations on wallets: sequential trips to storage, and units.

use harness::cost::cost;
use serde_json::json;

use super::Purse;
use crate::{PHONE, costs::measured};

#[tokio::test(flavor = "multi_thread")]
async fn a_movement_of_money_costs_two_trips_and_its_repetition_one() {
    let api = measured().await;
    let purse = Purse::of(&api, PHONE).await;
    // The function reads the public keys with its first request.
    purse.details().await;
    let moved = async |token: &str, body: serde_json::Value| {
        api.wire.reset();
        let answer = purse.send(token, &purse.new_key(), &body).await.expect(200).json();
        (api.wire.cost(), answer["entry"]["id"].clone())
    };
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 100, "currency": "USD"}));
    // The first entry of a wallet adds it to the list of all, and the first since an audit to the
    // list of those that have moved, which costs one unit. The operator's token costs two units.
    assert_eq!(
        moved(&api.operator_token(&credit), credit.clone()).await.0,
        cost(2, 2.0, 11.0),
        "{:#?}",
        api.wire.calls()
    );
    assert_eq!(
        moved(&api.operator_token(&credit), credit).await.0,
        cost(2, 2.0, 8.0),
        "{:#?}",
        api.wire.calls()
    );
    // Session, wallet and earlier answer are read, and the write is counted. Then one transaction
    // writes balance, entry and answer, at two units each.
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    assert_eq!(
        moved(&purse.phone.access, debit.clone()).await.0,
        cost(2, 3.0, 7.0),
        "{:#?}",
        api.wire.calls()
    );
    let (spent, entry) = moved(&purse.phone.access, debit.clone()).await;
    assert_eq!(spent, cost(2, 3.0, 7.0), "{:#?}", api.wire.calls());
    let calls = api.wire.calls();
    assert_eq!(calls.last().expect("calls").operation, "TransactWriteItems");
    assert_eq!(calls.iter().filter(|call| call.operation == "TransactWriteItems").count(), 1);
    let hold = json!({"type": "hold", "amount": 10, "currency": "USD"});
    let (spent, first) = moved(&purse.phone.access, hold.clone()).await;
    assert_eq!(spent, cost(2, 3.0, 11.0), "{:#?}", api.wire.calls());
    let (_, second) = moved(&purse.phone.access, hold).await;
    let capture = json!({"type": "capture", "amount": 5, "hold_id": first});
    assert_eq!(
        moved(&purse.phone.access, capture).await.0,
        cost(2, 4.0, 11.0),
        "{:#?}",
        api.wire.calls()
    );
    let release = json!({"type": "release", "hold_id": second});
    assert_eq!(
        moved(&purse.phone.access, release).await.0,
        cost(2, 4.0, 11.0),
        "{:#?}",
        api.wire.calls()
    );
    let reverse = purse.for_customer(&json!({"type": "reverse", "entry_id": entry}));
    assert_eq!(
        moved(&api.operator_token(&reverse), reverse).await.0,
        cost(2, 4.0, 10.0),
        "{:#?}",
        api.wire.calls()
    );

    purse.send(&purse.phone.access, "again", &debit).await.expect(200);
    api.wire.reset();
    purse.send(&purse.phone.access, "again", &debit).await.expect(200);
    api.wire.assert_cost(cost(1, 3.0, 1.0));
    api.wire.reset();
    purse.debit(1_000_000).await.expect(422);
    api.wire.assert_cost(cost(2, 3.0, 2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_shown_in_one_trip_or_in_two_for_all_of_several_currencies() {
    let api = measured().await;
    let purse = Purse::of(&api, PHONE).await;
    // The function learns the keys of tokens at its first one.
    purse.details().await;
    purse.credit(100, "USD").await.expect(200);
    for path in ["/api/wallet/", "/api/wallet/?currency=USD"] {
        api.wire.reset();
        api.get(path).bearer(&purse.phone.access).send().await.expect(200);
        api.wire.assert_cost(cost(1, 3.0, 0.0));
    }
    purse.credit(100, "KWD").await.expect(200);
    for (path, trips) in [("/api/wallet/", 2), ("/api/wallet/?currency=USD", 1)] {
        api.wire.reset();
        api.get(path).bearer(&purse.phone.access).send().await.expect(200);
        api.wire.assert_trips(trips);
    }
    let first = api
        .get("/api/wallet/?page_size=1")
        .bearer(&purse.phone.access)
        .send()
        .await
        .expect(200)
        .json();
    let next = first["entries"]["next"]
        .as_str()
        .and_then(|url| url.split_once("example.com"))
        .expect("a next page")
        .1
        .to_owned();
    api.wire.reset();
    api.get(&next).bearer(&purse.phone.access).send().await.expect(200);
    api.wire.assert_trips(1);
}
