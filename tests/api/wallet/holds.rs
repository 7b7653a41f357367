use futures_util::future::join_all;
use harness::Api;
use serde_json::json;
use shared::{random::SystemRandom, wallet::ExpiredHolds};

use super::{Purse, audited, store};
use crate::PHONE;

const WEEK: i64 = 7 * 86_400;

async fn expire(api: &Api) -> ExpiredHolds {
    let now = api.stack.state("wallet").expect("wallet runs").now();
    store(api).expire_holds(now, &SystemRandom, || false).await.expect("a run")
}

async fn api() -> Api {
    Api::with(&[
        ("WritesPerMinute", "0"),
        ("AccessTokenSeconds", "2592000"),
        ("RefreshIdleSeconds", "7776000"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsettled_hold_is_released_after_seven_days() {
    let api = api().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(100, "USD").await.expect(200);
    let hold = purse.hold(60).await;
    api.clock.advance_seconds(1);
    let later = purse.hold(10).await;
    let captured = purse.hold(5).await;
    purse.ask(&json!({"type": "capture", "amount": 5, "hold_id": captured})).await.expect(200);
    let shown = purse.details().await["entries"]["results"].clone();
    assert_eq!(
        shown.as_array().expect("entries").last().map(|entry| entry["expires"].clone()),
        Some(json!(null))
    );
    assert_eq!(shown[3]["expires"], json!("2026-11-29T20:00:00.000Z"));
    api.clock.advance_seconds(WEEK - 2);
    assert_eq!(expire(&api).await, ExpiredHolds { released: 0, complete: true });
    api.clock.advance_seconds(1);
    let late = purse.ask(&json!({"type": "capture", "amount": 1, "hold_id": hold})).await;
    assert_eq!(late.error(), "409 conflict: The hold has expired. [null]");
    assert_eq!(purse.balance("USD").await, (25, 70));
    assert_eq!(expire(&api).await, ExpiredHolds { released: 1, complete: true });
    assert_eq!(purse.balance("USD").await, (85, 10));
    let entry = purse.details().await["entries"]["results"][0].clone();
    assert_eq!(
        (&entry["type"], &entry["hold_id"], &entry["delta"]),
        (&json!("release"), &hold, &json!(0))
    );
    assert_eq!(expire(&api).await.released, 0, "a second run has nothing to do");
    api.clock.advance_seconds(1);
    let released = purse.ask(&json!({"type": "release", "hold_id": later})).await.expect(200);
    assert_eq!(released.json()["balance"]["available"], json!(95), "its owner may be first");
    assert_eq!(expire(&api).await.released, 0);
    assert!(!api.whole_table().await.contains("WALLET#DUE#"), "the list is empty");
    assert_eq!(audited(&api).await.breaks, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_during_captures_end_each_hold_once() {
    let api = api().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(1_000, "USD").await.expect(200);
    let mut holds = Vec::new();
    for _ in 0..12 {
        holds.push(purse.hold(10).await);
    }
    api.clock.advance_seconds(WEEK);
    let releases = async {
        let bodies: Vec<_> =
            holds.iter().map(|hold| json!({"type": "release", "hold_id": hold})).collect();
        join_all(bodies.iter().map(|body| purse.ask(body))).await
    };
    let (one, other, by_hand) = tokio::join!(expire(&api), expire(&api), releases);
    let by_hand = by_hand.iter().filter(|answer| answer.status == 200).count() as u64;
    let rest = expire(&api).await;
    assert_eq!(one.released + other.released + rest.released + by_hand, 12);
    assert_eq!(purse.balance("USD").await, (1_000, 0));
    let found = audited(&api).await;
    assert_eq!((found.entries, found.breaks), (1 + 12 + 12, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_out_of_time_leaves_the_rest_to_the_next() {
    let api = api().await;
    let purse = Purse::of(&api, PHONE).await;
    purse.credit(1_000, "USD").await.expect(200);
    for _ in 0..30 {
        purse.hold(1).await;
    }
    api.clock.advance_seconds(WEEK);
    let now = api.stack.state("wallet").expect("wallet runs").now();
    let mut left = 10;
    let over = || {
        left -= 1;
        left < 0
    };
    let run = store(&api).expire_holds(now, &SystemRandom, over).await.expect("a run");
    assert_eq!(run, ExpiredHolds { released: 10, complete: false });
    assert_eq!(expire(&api).await, ExpiredHolds { released: 20, complete: true });
    assert_eq!(purse.balance("USD").await, (1_000, 0));
}
