use std::time::Duration;

use futures_util::future::join_all;
use harness::{Api, phone::LoggedIn};
use serde_json::json;

use super::{Purse, audited};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_with_the_same_key_gets_the_same_answer_even_after_30_days() {
    let api = Api::with(&[("RefreshIdleSeconds", "7776000")]).await;
    let mut purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 10, "currency": "USD"}));
    let credited = purse.send(&api.operator_token(&credit), "c", &credit).await.expect(200);
    let debit = json!({"type": "debit", "amount": 4, "currency": "USD"});
    let too_much = json!({"type": "debit", "amount": 40, "currency": "USD"});
    let debited = purse.send(&purse.phone.access, "d", &debit).await.expect(200);
    let refused = purse.send(&purse.phone.access, "t", &too_much).await.expect(422);
    assert_eq!(
        (debited.header("idempotency-replayed"), refused.header("idempotency-replayed")),
        ("", "")
    );
    // A failed request stays failed, even if money arrives later.
    purse.credit(1_000, "USD").await.expect(200);
    for days in [0, 1, 30] {
        api.clock.advance_seconds(days * 86_400);
        let access = api.refresh(&purse.phone.refresh).await.expect(200);
        purse.phone = LoggedIn {
            access: access.text("access"),
            refresh: access.text("refresh"),
            ..purse.phone
        };
        let operator = api.operator_token(&credit);
        let own = &purse.phone.access;
        for (token, key, body, first) in [
            (&operator, "c", &credit, &credited),
            (own, "d", &debit, &debited),
            (own, "t", &too_much, &refused),
        ] {
            let again = purse.send(token, key, body).await;
            assert_eq!(
                (again.status, &again.body),
                (first.status, &first.body),
                "{key} after {days} days"
            );
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(again.header("content-type"), "application/json");
            let reused = purse
                .send(token, key, &json!({"type": "debit", "amount": 5, "currency": "USD"}))
                .await;
            if token == own {
                let words = "422 idempotency_key_reused: This Idempotency-Key was used for another \
                    request. [null]";
                assert_eq!(reused.error(), words);
            }
        }
    }
    assert_eq!(purse.balance("USD").await, (1_006, 0));
    let request =
        api.patch("/api/wallet/").bearer(&purse.phone.access).header("idempotency-key", "t");
    let problem = request
        .header("accept", "application/problem+json")
        .json(&too_much)
        .send()
        .await
        .expect(422);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(
        (problem.text("code").as_str(), &problem.json()["status"]),
        ("insufficient_funds", &json!(422))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_kept_for_90_days_and_a_movement_for_ever() {
    let api = Api::with(&[("RefreshIdleSeconds", "7776000")]).await;
    let mut purse = Purse::of(&api, PHONE).await;
    purse.credit(10, "USD").await.expect(200);
    let debit = |amount: i64| json!({"type": "debit", "amount": amount, "currency": "USD"});
    purse.send(&purse.phone.access, "done", &debit(4)).await.expect(200);
    purse.send(&purse.phone.access, "refused", &debit(40)).await.expect(422);
    purse.credit(100, "USD").await.expect(200);
    for (days, status) in [(45, 422), (44, 422), (2, 200)] {
        api.clock.advance_seconds(days * 86_400);
        let pair = api.refresh(&purse.phone.refresh).await.expect(200);
        purse.phone =
            LoggedIn { access: pair.text("access"), refresh: pair.text("refresh"), ..purse.phone };
        let own = &purse.phone.access;
        purse.send(own, "done", &debit(4)).await.expect(200);
        purse.send(own, "refused", &debit(40)).await.expect(status);
    }
    assert_eq!(purse.balance("USD").await, (66, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_equal_requests_at_once_one_moves_money_and_all_get_its_answer() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    for (key, amount, status) in [("enough", 60, 200), ("too much", 60, 422)] {
        let (key, body) =
            (key.replace(' ', "-"), json!({"type": "debit", "amount": amount, "currency": "USD"}));
        let answers = join_all((0..64).map(|_| purse.send(&purse.phone.access, &key, &body))).await;
        let first = &answers[0];
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), &answer.body), (status, &first.body));
        }
        let fresh = answers
            .iter()
            .filter(|answer| answer.header("idempotency-replayed").is_empty())
            .count();
        assert_eq!(fresh, 1, "{key}");
        assert_eq!(purse.balance("USD").await, (40, 0));
    }
    assert_eq!(audited(&api).await.entries, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_with_one_key_have_one_effect_and_the_operator_shares_no_keys_with_clients() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    let credit = purse.for_customer(&json!({"type": "credit", "amount": 100, "currency": "USD"}));
    purse.send(&api.operator_token(&credit), "k0", &credit).await.expect(200);
    for round in 0..5 {
        let key = format!("k{round}");
        let debit = |amount: i64| json!({"type": "debit", "amount": amount, "currency": "USD"});
        let (one, other) = (debit(1), debit(2));
        let answers = tokio::join!(
            purse.send(&purse.phone.access, &key, &one),
            purse.send(&purse.phone.access, &key, &other)
        );
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
    }
    // Another token of the operator counts as the same operator.
    api.clock.advance_seconds(1);
    let other_token = api.operator_token(&credit);
    let again = purse.send(&other_token, "k0", &credit).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(audited(&api).await.entries, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_storage_moves_money_once() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    for lost in 1..=6 {
        api.wire.lose_answers(lost);
        let key = format!("k{lost}");
        let first = purse.send(&purse.phone.access, &key, &debit).await;
        api.wire.lose_answers(0);
        let again = purse.send(&purse.phone.access, &key, &debit).await.expect(200);
        assert!(first.status == 503 || first.body == again.body, "{lost} lost: {}", first.status);
        assert_eq!(purse.balance("USD").await.0, 100 - i64::from(lost));
    }
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_retried_for_three_seconds_and_then_503() {
    let api = Api::start().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    let debit = json!({"type": "debit", "amount": 1, "currency": "USD"});
    let conflicts =
        harness::faults::Faults { conflicts: 1_000, ..harness::faults::Faults::default() };
    api.wire.break_at_random(conflicts, 1);
    let released = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        api.wire.break_at_random(harness::faults::Faults::default(), 1);
    };
    let (answer, ()) = tokio::join!(purse.send(&purse.phone.access, "k", &debit), released);
    answer.expect(200);
    assert!(api.wire.calls().len() > 5);

    api.wire.break_at_random(conflicts, 1);
    let began = tokio::time::Instant::now();
    let answer = purse.send(&purse.phone.access, "k2", &debit).await;
    assert_eq!(
        answer.error(),
        "503 unavailable: The service is temporarily unavailable. Please try again. [null]"
    );
    assert!(!answer.header("retry-after").is_empty());
    assert!((3.0..8.0).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    api.wire.break_at_random(harness::faults::Faults::default(), 1);
    assert_eq!(purse.balance("USD").await, (99, 0));
}
