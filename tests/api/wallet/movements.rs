use std::time::Duration;

use futures_util::future::join_all;
use harness::{Answer, Api, ENCODINGS};
use http::Method;
use serde_json::{Value, json};

use super::{Purse, audited};
use crate::PHONE;

const POOR: &str = "422 insufficient_funds: The available balance is too low. [null]";
const FULL: &str = "422 balance_limit: The balance would be above its limit. [null]";
const DENIED: &str =
    "403 permission_denied: You do not have permission to perform this action. [null]";
const NOWHERE: &str = "404 not_found: Not found. [null]";
const MOST: i64 = 9_007_199_254_740_991;

#[tokio::test(flavor = "multi_thread")]
async fn credits_and_debits_record_both_accounts_and_the_balance_after_each_entry() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credited = purse.credit(1_000, "USD").await.expect(200).json();
    let entry = &credited["entry"];
    assert_eq!(
        (
            &entry["type"],
            &entry["amount"],
            &entry["delta"],
            &entry["debit_account"],
            &entry["credit_account"]
        ),
        (
            &json!("credit"),
            &json!(1_000),
            &json!(1_000),
            &json!("outside:funding"),
            &json!("wallet:available")
        )
    );
    let body =
        json!({"type": "debit", "amount": "250", "currency": "USD", "reference": " Order 1 "});
    for (n, (method, encode)) in [Method::PATCH, Method::POST]
        .into_iter()
        .flat_map(|method| ENCODINGS.map(|form| (method.clone(), form)))
        .enumerate()
    {
        let request = api
            .request(method, "/api/wallet")
            .bearer(&purse.phone.access)
            .header("idempotency-key", &format!("e{n}"));
        let answer = encode(request, &body).send().await;
        if n == 4 {
            assert_eq!(answer.error(), POOR);
            break;
        }
        let answer = answer.expect(200).json();
        let left = 1_000 - 250 * (i64::try_from(n).expect("small") + 1);
        let after = json!({"available": left, "held": 0, "total": left});
        assert_eq!(answer["entry"]["balance_after"], after);
        assert_eq!(
            (&answer["entry"]["delta"], &answer["entry"]["reference"]),
            (&json!(-250), &json!("Order 1"))
        );
        assert_eq!(
            (&answer["balance"]["available"], &answer["balance"]["exponent"]),
            (&json!(left), &json!(2))
        );
    }
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_debits_of_1_at_once_on_a_balance_of_30_exactly_30_succeed_and_34_are_refused() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(30, "USD").await.expect(200);
    let answers = join_all((0..64).map(|_| debit_of_1(&purse))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    let refused: Vec<String> =
        answers.iter().filter(|answer| answer.status != 200).map(Answer::error).collect();
    assert_eq!((done, refused), (30, vec![POOR.to_owned(); 34]));
    assert_eq!(purse.balance("USD").await, (0, 0));
    let audited = audited(&api).await;
    assert_eq!((audited.entries, audited.breaks), (31, vec![]));
}

/// A debit with retries: a client sends it again with its key if three seconds of tries were not
/// enough, as on a slow machine.
async fn debit_of_1(purse: &Purse<'_>) -> Answer {
    let (key, body) = (purse.new_key(), json!({"type": "debit", "amount": 1, "currency": "USD"}));
    loop {
        let began = tokio::time::Instant::now();
        let answer = purse.send(&purse.phone.access, &key, &body).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(
            began.elapsed() >= Duration::from_secs(3),
            "a conflict was shown after {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_partially_captured_once_and_the_rest_is_released() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    assert_eq!(
        purse.ask(&json!({"type": "hold", "amount": 101, "currency": "USD"})).await.error(),
        POOR
    );
    let hold = purse.hold(60).await;
    assert_eq!(purse.balance("USD").await, (40, 60));
    let capture = |amount: i64| {
        json!({
            "type": "capture", "amount": amount, "currency": "USD", "hold_id": hold,
        })
    };
    let above = purse.ask(&capture(61)).await;
    assert_eq!(
        above.error(),
        "400 max_value: Ensure this value is less than or equal to 60. [amount]"
    );
    let foreign = json!({"type": "capture", "amount": 1, "currency": "EUR", "hold_id": hold});
    assert_eq!(
        purse.ask(&foreign).await.error(),
        "400 invalid: This is not the currency of what is named. [currency]"
    );
    let captured = purse.ask(&capture(25)).await.expect(200).json();
    let entry = &captured["entry"];
    assert_eq!(
        (&entry["delta"], &entry["amount"], &entry["released"]),
        (&json!(-25), &json!(25), &json!(35))
    );
    assert_eq!(
        (&entry["debit_account"], &entry["credit_account"]),
        (&json!("wallet:held"), &json!("outside:payments"))
    );
    assert_eq!(entry["balance_after"], json!({"available": 75, "held": 0, "total": 75}));
    let settled = "409 conflict: The hold has been settled before. [null]";
    assert_eq!(purse.ask(&capture(25)).await.error(), settled);
    assert_eq!(purse.ask(&json!({"type": "release", "hold_id": hold})).await.error(), settled);
    assert_eq!(purse.balance("USD").await, (75, 0));

    let hold = purse.hold(75).await;
    let released = purse.ask(&json!({"type": "release", "hold_id": hold, "amount": 74})).await;
    assert_eq!(released.error(), "400 invalid: This is not the amount of what is named. [amount]");
    let released = purse
        .ask(&json!({"type": "release", "hold_id": hold, "amount": 75, "currency": "USD"}))
        .await
        .expect(200);
    assert_eq!(released.json()["entry"]["delta"], json!(0));
    assert_eq!(purse.balance("USD").await, (75, 0));
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_captures_and_releases_of_one_hold_at_once_one_succeeds() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    for round in 0..3 {
        let hold = purse.hold(10).await;
        let settle = |n: i64| match n % 2 {
            0 => json!({"type": "capture", "amount": 10, "hold_id": hold}),
            _ => json!({"type": "release", "hold_id": hold}),
        };
        let requests: Vec<Value> = (0..12).map(settle).collect();
        let answers = join_all(requests.iter().map(|body| purse.ask(body))).await;
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 200).count(),
            1,
            "round {round}"
        );
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 409).count(),
            11,
            "round {round}"
        );
        assert_eq!(purse.balance("USD").await.1, 0);
    }
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_debits_and_captures_are_reversed_once_and_never_below_zero() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let entry_of = |answer: Answer| answer.expect(200).json()["entry"]["id"].clone();
    let reverse = |entry: &Value| json!({"type": "reverse", "entry_id": entry});
    let credit = entry_of(purse.credit(100, "USD").await);
    let debit = entry_of(purse.debit(30).await);
    assert_eq!(purse.operate(&reverse(&credit)).await.error(), POOR, "30 of it are spent");
    assert_eq!(purse.balance("USD").await, (70, 0));
    let reversed = purse.operate(&reverse(&debit)).await.expect(200).json();
    let entry = &reversed["entry"];
    assert_eq!((&entry["delta"], &entry["entry_id"]), (&json!(30), &debit));
    assert_eq!(
        (&entry["debit_account"], &entry["credit_account"]),
        (&json!("outside:payments"), &json!("wallet:available"))
    );
    let again = "409 conflict: The entry has been reversed before. [null]";
    assert_eq!(purse.operate(&reverse(&debit)).await.error(), again);
    let hold = purse.hold(40).await;
    let not_reversible =
        "400 invalid: Only a credit, a debit or a capture can be reversed. [entry_id]";
    assert_eq!(purse.operate(&reverse(&hold)).await.error(), not_reversible);
    assert_eq!(purse.operate(&reverse(&entry["id"])).await.error(), not_reversible);
    let capture =
        entry_of(purse.ask(&json!({"type": "capture", "amount": 15, "hold_id": hold})).await);
    entry_of(purse.operate(&reverse(&capture)).await);
    assert_eq!(purse.balance("USD").await, (100, 0));
    let answers = join_all((0..12).map(|_| async { purse.operate(&reverse(&credit)).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status != 200)
            .all(|answer| answer.error() == again || answer.error() == POOR)
    );
    assert_eq!(purse.balance("USD").await, (0, 0));
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_errors_of_a_movement_are_reported_together_and_nothing_moves() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    let with = |name: &str, value: Value| {
        let mut body = json!({"type": "debit", "amount": 1, "currency": "USD"});
        body[name] = value;
        body
    };
    let least = "400 min_value: Ensure this value is greater than or equal to 1. [amount]";
    let most =
        "400 max_value: Ensure this value is less than or equal to 9007199254740991. [amount]";
    let whole = "400 invalid: A valid integer is required. [amount]";
    for (body, error) in [
        (with("amount", json!(0)), least),
        (with("amount", json!(-5)), least),
        (with("amount", json!(1.5)), whole),
        (with("amount", json!("0.5")), whole),
        (with("amount", json!(MOST + 1)), most),
        (with("amount", json!("99999999999999999999999")), most),
        (with("amount", json!(null)), "400 null: This field may not be null. [amount]"),
        (
            with("currency", json!("XYZ")),
            "400 invalid_choice: \"XYZ\" is not a valid choice. [currency]",
        ),
        (
            with("currency", json!("usd")),
            "400 invalid_choice: \"usd\" is not a valid choice. [currency]",
        ),
        (
            with("currency", json!("XAU")),
            "400 invalid_choice: \"XAU\" is not a valid choice. [currency]",
        ),
        (
            with("type", json!("forfeit")),
            "400 invalid_choice: \"forfeit\" is not a valid choice. [type]",
        ),
        (
            with("reference", json!("x".repeat(141))),
            "400 max_length: Ensure this field has no more than 140 characters. [reference]",
        ),
        (json!({"type": "release"}), "400 required: This field is required. [hold_id]"),
        (
            json!({"type": "capture", "hold_id": "x"}),
            "400 required: This field is required. [amount]",
        ),
        (json!({"type": "reverse"}), "400 required: This field is required. [entry_id]"),
        (
            json!({"type": "hold"}),
            "400 required: This field is required. [amount]; \
             400 required: This field is required. [currency]",
        ),
        (json!({}), "400 required: This field is required. [type]"),
    ] {
        assert_eq!(purse.ask(&body).await.error(), error, "{body}");
    }
    let without_key = api
        .patch("/api/wallet/")
        .bearer(&purse.phone.access)
        .json(&with("amount", json!(0)))
        .send()
        .await;
    assert_eq!(
        without_key.error(),
        format!("400 required: This field is required. [Idempotency-Key]; {least}")
    );
    assert_eq!(purse.balance("USD").await, (100, 0));
    assert_eq!(purse.ask(&with("amount", json!(MOST))).await.error(), POOR);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_never_exceeds_the_largest_integer_of_a_client() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(MOST - 1, "USD").await.expect(200);
    assert_eq!(purse.credit(2, "USD").await.error(), FULL);
    assert_eq!(purse.credit(MOST, "USD").await.error(), FULL);
    let debit = purse.debit(10).await.expect(200).json()["entry"]["id"].clone();
    purse.credit(11, "USD").await.expect(200);
    assert_eq!(purse.balance("USD").await, (MOST, 0));
    let reverse = json!({"type": "reverse", "entry_id": debit});
    assert_eq!(
        purse.operate(&reverse).await.error(),
        FULL,
        "a reversal must not exceed the maximum either"
    );
    purse.hold(MOST).await;
    assert_eq!(purse.credit(1, "USD").await.error(), FULL, "the maximum applies to the total");
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_can_neither_credit_themselves_nor_move_the_money_of_others() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let stranger = Purse::of(&api, "+14155550177").await;
    let credit = json!({"type": "credit", "amount": 5, "currency": "USD"});
    assert_eq!(purse.ask(&credit).await.error(), DENIED);
    assert_eq!(purse.ask(&purse.for_customer(&credit)).await.error(), DENIED);
    let entry = purse.credit(100, "USD").await.expect(200).json()["entry"]["id"].clone();
    assert_eq!(purse.ask(&json!({"type": "reverse", "entry_id": entry})).await.error(), DENIED);
    let hold = purse.hold(10).await;
    for body in [
        json!({"type": "capture", "amount": 1, "hold_id": hold}),
        json!({"type": "release", "hold_id": hold}),
        json!({"type": "release", "hold_id": hold, "customer_id": purse.phone.customer["id"]}),
        json!({"type": "release", "hold_id": "019aac3f-0000-7000-8000-00000000034b"}),
        json!({"type": "release", "hold_id": "no id"}),
    ] {
        assert_eq!(stranger.ask(&body).await.error(), NOWHERE, "{body}");
    }
    assert_eq!(
        stranger.operate(&json!({"type": "reverse", "entry_id": entry})).await.error(),
        NOWHERE
    );
    let debit = purse.for_customer(&json!({"type": "debit", "amount": 1, "currency": "USD"}));
    assert_eq!(
        stranger.ask(&debit).await.error(),
        POOR,
        "the wallet of the customer is used, whatever the request says"
    );
    assert_eq!((purse.balance("USD").await, stranger.balance("USD").await), ((90, 10), (0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn decimals_are_those_of_the_currency() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    for (currency, exponent) in [("KWD", 3), ("JPY", 0), ("USD", 2)] {
        let answer = purse.credit(1_234, currency).await.expect(200).json();
        assert_eq!(
            (&answer["balance"]["exponent"], &answer["entry"]["exponent"]),
            (&json!(exponent), &json!(exponent))
        );
    }
    let balances = purse.details().await["balances"].clone();
    let shown: Vec<(&Value, &Value)> = balances
        .as_array()
        .expect("balances")
        .iter()
        .map(|balance| (&balance["currency"], &balance["exponent"]))
        .collect();
    assert_eq!(
        shown,
        [(&json!("JPY"), &json!(0)), (&json!("KWD"), &json!(3)), (&json!("USD"), &json!(2))]
    );
}
