use std::sync::Arc;

use futures_util::future::join_all;
use harness::{Api, clock::HandClock};
use jiff::SignedDuration;
use shared::clock::Clock;

use crate::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_gives_a_working_pair() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let answer = api.refresh(&phone.refresh).await.expect(200);
    assert_ne!(answer.text("refresh"), phone.refresh);
    api.profile(&answer.text("access")).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_refreshes_of_which_every_third_answer_is_lost_never_log_the_phone_out() {
    let api = Api::start().await;
    let mut refresh = api.log_in(PHONE).await.refresh;
    let mut access = String::new();
    for round in 0..1_000 {
        api.clock.advance_seconds(2);
        let mut answer = api.refresh(&refresh).await.expect(200);
        if round % 3 == 0 {
            let again = api.refresh(&refresh).await.expect(200);
            assert_eq!(again.text("refresh"), answer.text("refresh"), "round {round}");
            answer = again;
        }
        refresh = answer.text("refresh");
        access = answer.text("access");
    }
    api.profile(&access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_and_one_after_a_key_rotation_give_the_same_successor() {
    let api = Api::start().await;
    let spent = api.log_in(PHONE).await.refresh;
    api.clock.advance_seconds(61);
    let successor = api.refresh(&spent).await.expect(200).text("refresh");
    api.clock.advance_seconds(599);
    let process = api.another(&[]).await;
    assert_eq!(process.refresh(&spent).await.expect(200).text("refresh"), successor);
    let rotated = api.another(&[("TokenKeyVersion", "2")]).await;
    assert_eq!(rotated.refresh(&spent).await.expect(200).text("refresh"), successor);
    let next = rotated.refresh(&successor).await.expect(200);
    // Instances from before the rotation do not know the new key; later ones know both.
    rotated.profile(&next.text("access")).await.expect(200);
    rotated.refresh(&next.text("refresh")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_storage_uses_up_no_generation() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.wire.lose_answers(1);
    let answer = api.refresh(&phone.refresh).await.expect(200);
    assert_eq!(
        answer.text("refresh"),
        api.refresh(&phone.refresh).await.expect(200).text("refresh")
    );
    api.refresh(&answer.text("refresh")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_refreshes_at_once_use_one_generation() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let answers = join_all((0..64).map(|_| api.refresh(&phone.refresh))).await;
    let (given, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status.is_success());
    // The first one, twenty repetitions, and no more of them.
    assert_eq!((given.len(), refused.len()), (21, 43));
    assert!(refused.iter().all(|answer| answer.status.as_u16() == 429));
    let successors: std::collections::BTreeSet<String> =
        given.into_iter().map(|answer| answer.text("refresh")).collect();
    assert_eq!(successors.len(), 1);
    let successor = successors.first().expect("one");
    assert_eq!(generation(successor), generation(&phone.refresh) + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_successor_was_received_before_the_grace_window_ends_the_session() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let newest = api.refresh(&phone.refresh).await.expect(200);
    api.clock.advance_seconds(600);
    api.profile(&newest.text("access")).await.expect(200);
    api.clock.advance_seconds(60);
    let again = api.refresh(&phone.refresh).await.expect(200);
    assert_eq!(again.text("refresh"), newest.text("refresh"));
    api.clock.advance_seconds(1);
    let replay = api.refresh(&phone.refresh).await;
    assert_eq!(replay.error(), "401 token_not_valid: Token is blacklisted [null]");
    assert_eq!(
        api.refresh(&newest.text("refresh")).await.error(),
        "401 token_not_valid: Token is blacklisted [null]"
    );
    let read = api.profile(&newest.text("access")).await;
    assert_eq!(
        read.error(),
        "401 token_not_valid: Given token not valid for any token type [null]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_two_generations_ago_ends_the_session_even_at_once() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    let second = api.refresh(&phone.refresh).await.expect(200).text("refresh");
    let third = api.refresh(&second).await.expect(200);
    assert_eq!(
        api.refresh(&phone.refresh).await.error(),
        "401 token_not_valid: Token is blacklisted [null]"
    );
    api.refresh(&third.text("refresh")).await.expect(401);
    api.profile(&third.text("access")).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_one_session_leaves_the_others_alone() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(61);
    let tablet = api.log_in(PHONE).await;
    let newest = api.refresh(&phone.refresh).await.expect(200).text("refresh");
    api.refresh(&newest).await.expect(200);
    api.refresh(&phone.refresh).await.expect(401);
    api.refresh(&tablet.refresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_may_be_idle_for_thirty_days_and_lives_for_a_hundred_and_eighty() {
    let api = Api::start().await;
    let day = SignedDuration::from_hours(24);
    let mut phone = api.log_in(PHONE).await.refresh;
    api.clock.advance(day * 30 - SignedDuration::from_secs(1));
    phone = api.refresh(&phone).await.expect(200).text("refresh");
    api.clock.advance(day * 30);
    assert_eq!(api.refresh(&phone).await.error(), "401 token_not_valid: Token is expired [null]");

    let mut tireless = api.log_in(PHONE).await.refresh;
    for _ in 0..9 {
        api.clock.advance(day * 19);
        tireless = api.refresh(&tireless).await.expect(200).text("refresh");
    }
    api.clock.advance(day * 9 - SignedDuration::from_secs(1));
    tireless = api.refresh(&tireless).await.expect(200).text("refresh");
    api.clock.advance_seconds(1);
    assert_eq!(
        api.refresh(&tireless).await.error(),
        "401 token_not_valid: Token is expired [null]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixty_first_refresh_of_a_minute_has_to_wait_and_a_repeat_is_not_counted() {
    let api = Api::start().await;
    let mut refresh = api.log_in(PHONE).await.refresh;
    for _ in 0..59 {
        let answer = api.refresh(&refresh).await.expect(200).text("refresh");
        assert_eq!(api.refresh(&refresh).await.expect(200).text("refresh"), answer);
        refresh = answer;
    }
    let refused = api.refresh(&refresh).await;
    assert_eq!(
        refused.error(),
        "429 throttled: Request was throttled. Expected available in 60 seconds. [null]"
    );
    assert_eq!(refused.header("retry-after"), "60");
    api.clock.advance_seconds(60);
    api.refresh(&refresh).await.expect(200);
    let unlimited = api.another(&[("RefreshesPerMinute", "0")]).await;
    let mut refresh = unlimited.refresh(&refresh).await.expect(200).text("refresh");
    for _ in 0..70 {
        refresh = unlimited.refresh(&refresh).await.expect(200).text("refresh");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_skew_between_two_instances_logs_nobody_out() {
    let api = Api::start().await;
    let behind = api
        .another_at(&[], Arc::new(HandClock::at(api.clock.now() - SignedDuration::from_hours(1))))
        .await;
    let mut refresh = api.log_in(PHONE).await.refresh;
    for _ in 0..10 {
        refresh = behind.refresh(&refresh).await.expect(200).text("refresh");
        let answer = api.refresh(&refresh).await.expect(200);
        behind.profile(&answer.text("access")).await.expect(200);
        refresh = answer.text("refresh");
    }
}

fn generation(refresh: &str) -> u64 {
    let claims: shared::auth::claims::Claims =
        jsonwebtoken::dangerous::insecure_decode(refresh).expect("a token").claims;
    claims.generation.expect("a refresh token has a generation")
}
