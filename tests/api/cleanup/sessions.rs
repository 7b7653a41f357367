use futures_util::future::join_all;
use harness::Api;
use serde_json::json;

use super::{DAY, clean_up, counts, items_with, store};
use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_leave_the_account_sixty_days_after_their_end_and_one_that_is_used_stays() {
    let api = Api::start().await;
    let used = api.log_in(PHONE).await;
    for _ in 0..2 {
        api.clock.advance_seconds(61);
        api.log_in(PHONE).await;
    }
    let sessions = async || {
        store(&api).account(used.id()).await.expect("an answer").expect("an account").sessions.len()
    };
    let mut refresh = used.refresh.clone();
    for _ in 0..3 {
        api.clock.advance_seconds(29 * DAY);
        refresh = api.refresh(&refresh).await.expect(200).text("refresh");
        assert_eq!(
            counts(&clean_up(&api).await, "sessions"),
            (0, 0, 0),
            "nothing was over for sixty days"
        );
    }
    assert_eq!(sessions().await, 3);
    // The idle sessions ended on day 30, so on day 91 they have been over for more than sixty days.
    api.clock.advance_seconds(5 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (1, 0, 0));
    assert_eq!(sessions().await, 1);
    refresh = api.refresh(&refresh).await.expect(200).text("refresh");
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (0, 0, 0), "the account was put off");
    // The recorded end of the session has passed, but it was refreshed since: the run postpones the
    // account, since the refresh did not update the index.
    api.clock.advance_seconds(29 * DAY);
    refresh = api.refresh(&refresh).await.expect(200).text("refresh");
    api.clock.advance_seconds(29 * DAY);
    refresh = api.refresh(&refresh).await.expect(200).text("refresh");
    api.clock.advance_seconds(28 * DAY);
    api.refresh(&refresh).await.expect(200);
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (0, 1, 0));
    assert_eq!(sessions().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_sessions_leaves_the_index_and_returns_with_a_log_in() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let on_the_index = async || {
        items_with(&api, "\"ACCOUNT\"")
            .await
            .iter()
            .filter(|item| item.contains("\"due_at\""))
            .count()
    };
    assert_eq!(on_the_index().await, 1);
    api.clock.advance_seconds(92 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (1, 0, 0));
    assert_eq!(on_the_index().await, 0);
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (0, 0, 0));
    let again = api.log_in(PHONE).await;
    assert_eq!(again.id(), phone.id());
    assert_eq!(on_the_index().await, 1);
    api.profile(&again.access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_ended_by_a_log_out_of_all_are_pruned_too() {
    let api = Api::start().await;
    api.log_in(PHONE).await;
    api.clock.advance_seconds(61);
    let kept = api.log_in(PHONE).await;
    let keep = json!({"keep_current": true});
    api.post("/api/logout-all-devices/").bearer(&kept.access).json(&keep).send().await.expect(204);
    api.clock.advance_seconds(29 * DAY);
    let mut refresh = api.refresh(&kept.refresh).await.expect(200).text("refresh");
    for _ in 0..3 {
        api.clock.advance_seconds(29 * DAY);
        refresh = api.refresh(&refresh).await.expect(200).text("refresh");
    }
    assert_eq!(counts(&clean_up(&api).await, "sessions"), (1, 0, 0));
    let account = store(&api).account(kept.id()).await.expect("an answer").expect("an account");
    assert_eq!(account.sessions.len(), 1);
    api.refresh(&refresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_or_a_log_in_during_the_pruning_is_never_lost() {
    let api = Api::with(&[("CodeResendSeconds", "0")]).await;
    let phone = api.log_in(PHONE).await;
    let stale = store(&api).account(phone.id()).await.expect("an answer").expect("an account");
    let all: Vec<_> = stale.sessions.keys().copied().collect();
    let refresh = api.refresh(&phone.refresh).await.expect(200).text("refresh");
    assert!(
        !store(&api).prune_sessions(&stale, &all).await.expect("an answer"),
        "it was refreshed since it was read"
    );
    let seen = store(&api).account(phone.id()).await.expect("an answer").expect("an account");
    api.log_in(PHONE).await;
    assert!(
        !store(&api).prune_sessions(&seen, &all).await.expect("an answer"),
        "there is one more session than was read"
    );
    api.refresh(&refresh).await.expect(200);

    api.clock.advance_seconds(95 * DAY);
    let runs = join_all((0..4).map(|_| clean_up(&api)));
    let (reports, again) = tokio::join!(runs, api.log_in(PHONE));
    assert!(reports.iter().map(|report| counts(report, "sessions").0).sum::<u64>() <= 1);
    api.profile(&again.access).await.expect(200);
    clean_up(&api).await;
    let account = store(&api).account(phone.id()).await.expect("an answer").expect("an account");
    assert_eq!(account.sessions.len(), 1, "the new one alone");
}
