use std::sync::Arc;

use futures_util::future::join_all;
use harness::{
    Answer, Api, ENCODINGS,
    clock::HandClock,
    phone::{LoggedIn, MANY_CODES},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;

use crate::PHONE;

const ENDED: &str = "401 token_not_valid: Given token not valid for any token type [null]";
const BLACKLISTED: &str = "401 token_not_valid: Token is blacklisted [null]";

async fn roomy() -> Api {
    Api::with(&MANY_CODES).await
}

async fn log_ins(api: &Api, n: usize) -> Vec<LoggedIn> {
    let mut devices = Vec::new();
    for _ in 0..n {
        devices.push(api.log_in(PHONE).await);
    }
    devices
}

/// Logs in at another instance with a code sent by `api`.
async fn log_in_at(instance: &Api, api: &Api) -> LoggedIn {
    let code = api.code_for(PHONE).await;
    let answer = instance.authenticate(PHONE, &code).await;
    let [access, refresh] = ["access", "refresh"].map(|token| answer.text(token));
    LoggedIn { access, refresh, customer: answer.json()["customer"].clone() }
}

async fn log_out(api: &Api, access: &str, body: Value) -> Answer {
    api.post("/api/logout-device/").bearer(access).json(&body).send().await
}

async fn log_out_everywhere(api: &Api, access: &str, keep_current: bool) -> Answer {
    api.post("/api/logout-all-devices/")
        .bearer(access)
        .json(&json!({"keep_current": keep_current}))
        .send()
        .await
}

/// Fails unless both tokens of the device are refused.
async fn assert_ended(api: &Api, device: &LoggedIn) {
    assert_eq!(api.profile(&device.access).await.error(), ENDED);
    assert_eq!(api.refresh(&device.refresh).await.error(), BLACKLISTED);
}

/// Fails unless both tokens of the device work.
async fn assert_alive(api: &Api, device: &LoggedIn) {
    api.profile(&device.access).await.expect(200);
    api.refresh(&device.refresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_ends_its_own_session_from_the_next_request_on_and_no_other() {
    let api = roomy().await;
    let devices = log_ins(&api, 4).await;
    let bare = api.post("/api/logout-device/").bearer(&devices[0].access).send().await.expect(204);
    assert!(bare.body.is_empty());
    assert_eq!(bare.header("cache-control"), "no-store");
    let old_app = json!({"registration_id": ["ignored", "whatever", "it", "holds"]});
    api.post("/api/logout-device")
        .bearer(&devices[1].access)
        .json(&old_app)
        .send()
        .await
        .expect(204);
    api.post("/api/logout-device/")
        .bearer(&devices[2].access)
        .form(&json!({"registration_id": "x"}))
        .send()
        .await
        .expect(204);
    for device in &devices[..3] {
        assert_ended(&api, device).await;
    }
    assert_alive(&api, &devices[3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_in_the_body_ends_that_session_instead() {
    let api = roomy().await;
    let mut devices = log_ins(&api, 5).await;
    let caller = devices.remove(0);
    for (device, encode) in devices.iter().zip(ENCODINGS) {
        let body = json!({"refresh": device.refresh});
        encode(api.post("/api/logout-device/"), &body)
            .bearer(&caller.access)
            .send()
            .await
            .expect(204);
        assert_ended(&api, device).await;
    }
    let refreshed = api.refresh(&devices[3].refresh).await.expect(200);
    log_out(&api, &caller.access, json!({"refresh": devices[3].refresh})).await.expect(204);
    assert_eq!(
        api.profile(&refreshed.text("access")).await.error(),
        ENDED,
        "a used refresh token also identifies its session"
    );
    assert_alive(&api, &caller).await;
    log_out(&api, &caller.access, json!({"refresh": caller.refresh})).await.expect(204);
    assert_ended(&api, &caller).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_of_a_live_session_of_the_caller_is_refused_and_ends_nothing() {
    let api = roomy().await;
    let [caller, gone] = <[LoggedIn; 2]>::try_from(log_ins(&api, 2).await).expect("two");
    let stranger = api.log_in("+14155550199").await;
    log_out(&api, &gone.access, json!({})).await.expect(204);
    for (body, expected) in [
        (json!({"refresh": "garbage"}), "401 token_not_valid: Token is invalid [null]"),
        (json!({"refresh": caller.access}), "401 token_not_valid: Token has wrong type [null]"),
        (json!({"refresh": gone.refresh}), BLACKLISTED),
        (json!({"refresh": stranger.refresh}), BLACKLISTED),
        (json!({"refresh": ""}), "400 blank: This field may not be blank. [refresh]"),
        (json!({"refresh": null}), "400 null: This field may not be null. [refresh]"),
        (json!({"refresh": true}), "400 invalid: Not a valid string. [refresh]"),
    ] {
        assert_eq!(log_out(&api, &caller.access, body).await.error(), expected);
    }
    assert_alive(&api, &caller).await;
    assert_alive(&api, &stranger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_ends_no_other_and_its_end_is_reported_before_any_other_error() {
    let api = roomy().await;
    let [ended, other] = <[LoggedIn; 2]>::try_from(log_ins(&api, 2).await).expect("two");
    let list = api.get("/api/sessions/").bearer(&other.access).send().await.expect(200).json();
    let ids: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|session| session["id"].as_str())
        .collect();
    log_out(&api, &ended.access, json!({})).await.expect(204);
    for body in [json!({}), json!({"refresh": other.refresh}), json!({"refresh": "garbage"})] {
        assert_eq!(log_out(&api, &ended.access, body).await.error(), ENDED);
    }
    for keep_current in [false, true] {
        assert_eq!(log_out_everywhere(&api, &ended.access, keep_current).await.error(), ENDED);
    }
    for id in ids.into_iter().chain(["019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "garbage"]) {
        let revoked =
            api.delete(&format!("/api/sessions/{id}/")).bearer(&ended.access).send().await;
        assert_eq!(revoked.error(), ENDED, "{id}");
    }
    assert_alive(&api, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_devices_are_logged_out_except_the_current_one_if_requested() {
    let api = roomy().await;
    let stranger = api.log_in("+14155550199").await;
    let first = log_ins(&api, 3).await;
    log_out_everywhere(&api, &first[1].access, true).await.expect(204);
    for ended in [&first[0], &first[2]] {
        assert_ended(&api, ended).await;
    }
    let kept = api.refresh(&first[1].refresh).await.expect(200);
    let second = log_ins(&api, 2).await;
    api.post("/api/logout-all-devices")
        .bearer(&kept.text("access"))
        .form(&json!({"keep_current": "Yes"}))
        .send()
        .await
        .expect(204);
    for ended in &second {
        assert_ended(&api, ended).await;
    }
    api.profile(&kept.text("access")).await.expect(200);
    let third = api.log_in(PHONE).await;
    api.post("/api/logout-all-devices/").bearer(&third.access).send().await.expect(204);
    assert_ended(&api, &third).await;
    assert_eq!(api.profile(&kept.text("access")).await.error(), ENDED);
    assert_alive(&api, &stranger).await;
    let wrong = api
        .post("/api/logout-all-devices/")
        .bearer(&stranger.access)
        .json(&json!({"keep_current": "perhaps"}))
        .send()
        .await;
    assert_eq!(wrong.error(), "400 invalid: Must be a valid boolean. [keep_current]");
    api.profile(&stranger.access).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sessions_end_in_one_write_and_make_room_for_twenty_more() {
    let api = roomy().await;
    // In the second round, the session that stayed is the twentieth.
    for (keep_current, new) in [(true, 20), (false, 19)] {
        let devices = log_ins(&api, new).await;
        api.wire.reset();
        log_out_everywhere(&api, &devices[7].access, keep_current).await.expect(204);
        let calls = api.wire.calls();
        assert_eq!(
            calls.iter().map(|call| call.operation.as_str()).collect::<Vec<_>>(),
            ["UpdateItem"],
            "{calls:#?}"
        );
        for (n, device) in devices.iter().enumerate() {
            let kept = keep_current && n == 7;
            assert_eq!(
                api.profile(&device.access).await.status.as_u16(),
                if kept { 200 } else { 401 },
                "{n}"
            );
        }
    }
    assert_alive(&api, &api.log_in(PHONE).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_at_once_save_no_session_from_a_log_out_of_all() {
    for round in 0..6 {
        let keep_current = round % 2 == 0;
        let api = roomy().await;
        let ahead = api
            .another_at(
                &MANY_CODES,
                Arc::new(HandClock::at(api.clock.now() + SignedDuration::from_hours(1))),
            )
            .await;
        let devices = log_ins(&api, 20).await;
        let current = &devices[round];
        let refresh = |(n, device): (usize, &LoggedIn)| {
            let instance = if n % 2 == 0 { &api } else { &ahead };
            let refresh = device.refresh.clone();
            async move { instance.refresh(&refresh).await }
        };
        // The log-out starts at another position among them in each round.
        let mut refreshes: Vec<_> = devices.iter().enumerate().map(refresh).collect();
        let after = join_all(refreshes.split_off(round * 4));
        let log_out = log_out_everywhere(&api, &current.access, keep_current);
        let (mut refreshed, logged_out, after) = tokio::join!(join_all(refreshes), log_out, after);
        refreshed.extend(after);
        logged_out.expect(204);
        for (n, (device, refreshed)) in devices.iter().zip(&refreshed).enumerate() {
            let is_kept = keep_current && n == round;
            let tokens = if refreshed.status == 200 {
                (refreshed.text("access"), refreshed.text("refresh"))
            } else {
                assert_eq!(refreshed.error(), BLACKLISTED, "round {round}, {n}");
                assert!(!is_kept, "the session that stays was refused its refresh");
                (device.access.clone(), device.refresh.clone())
            };
            let expected = if is_kept { 200 } else { 401 };
            assert_eq!(
                api.profile(&tokens.0).await.status.as_u16(),
                expected,
                "round {round}, {n}"
            );
            assert_eq!(
                api.profile(&device.access).await.status.as_u16(),
                expected,
                "round {round}, {n}"
            );
            assert_eq!(
                api.refresh(&tokens.1).await.status.as_u16(),
                expected,
                "round {round}, {n}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_devices_that_keep_only_themselves_at_once_one_remains() {
    let api = roomy().await;
    let devices = log_ins(&api, 20).await;
    let answers =
        join_all(devices.iter().map(|device| log_out_everywhere(&api, &device.access, true))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let reads = join_all(devices.iter().map(|device| api.profile(&device.access))).await;
    for (answer, read) in answers.iter().zip(&reads) {
        assert_eq!(
            (answer.status == 204, read.status == 200),
            (read.status == 200, answer.status == 204)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshes_and_a_log_in_at_once_do_not_bring_a_session_back() {
    let api = roomy().await;
    for _ in 0..10 {
        let device = api.log_in(PHONE).await;
        let code = api.code_for(PHONE).await;
        let (refreshed, logged_out, new) = tokio::join!(
            join_all((0..8).map(|_| api.refresh(&device.refresh))),
            log_out(&api, &device.access, json!({})),
            api.authenticate(PHONE, &code),
        );
        logged_out.expect(204);
        for refreshed in refreshed.iter().filter(|answer| answer.status == 200) {
            assert_eq!(api.profile(&refreshed.text("access")).await.error(), ENDED);
            assert_eq!(api.refresh(&refreshed.text("refresh")).await.error(), BLACKLISTED);
        }
        assert_ended(&api, &device).await;
        api.profile(&new.expect(200).text("access")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_skew_between_two_instances_changes_nothing() {
    // Codes live long enough to be used at the instance whose clock is an hour ahead.
    let api = Api::with(&[&MANY_CODES[..], &[("CodeSeconds", "7200")]].concat()).await;
    let hour = SignedDuration::from_hours(1);
    let ahead = api.another_at(&MANY_CODES, Arc::new(HandClock::at(api.clock.now() + hour))).await;
    for keep_current in [false, true] {
        // The instance whose clock is behind ends the sessions of both, including those made in its
        // future.
        let (here, there) = (api.log_in(PHONE).await, log_in_at(&ahead, &api).await);
        log_out_everywhere(&api, &here.access, keep_current).await.expect(204);
        assert_ended(&ahead, &there).await;
        assert_ended(&api, &there).await;
        assert_eq!(
            api.profile(&here.access).await.status.as_u16(),
            if keep_current { 200 } else { 401 }
        );

        // The instance ahead ends them. A later log-in stays, although its clock shows an hour
        // earlier.
        let (here, there) = (api.log_in(PHONE).await, log_in_at(&ahead, &api).await);
        log_out_everywhere(&ahead, &there.access, keep_current).await.expect(204);
        assert_ended(&api, &here).await;
        assert_eq!(
            ahead.profile(&there.access).await.status.as_u16(),
            if keep_current { 200 } else { 401 }
        );
        let after = api.log_in(PHONE).await;
        api.profile(&after.access).await.expect(200);
        let refreshed = ahead.refresh(&after.refresh).await.expect(200);
        ahead.profile(&refreshed.text("access")).await.expect(200);
        log_out(&api, &refreshed.text("access"), json!({})).await.expect(204);
        assert_eq!(ahead.profile(&refreshed.text("access")).await.error(), ENDED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_whose_answer_storage_lost_is_done_once() {
    let api = roomy().await;
    let devices = log_ins(&api, 4).await;
    api.wire.lose_answers(1);
    log_out(&api, &devices[0].access, json!({"refresh": devices[1].refresh})).await.expect(204);
    assert_ended(&api, &devices[1]).await;
    api.wire.lose_answers(1);
    log_out(&api, &devices[0].access, json!({})).await.expect(204);
    assert_ended(&api, &devices[0]).await;
    api.wire.lose_answers(1);
    log_out_everywhere(&api, &devices[2].access, true).await.expect(204);
    api.profile(&devices[2].access).await.expect(200);
    assert_ended(&api, &devices[3]).await;
    api.wire.lose_answers(1);
    log_out_everywhere(&api, &devices[2].access, false).await.expect(204);
    assert_ended(&api, &devices[2]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_idle_for_too_long_cannot_log_out_whatever_the_configured_limit() {
    let minute = [MANY_CODES[0], ("RefreshIdleSeconds", "60")];
    let api = Api::with(&minute).await;
    let longer = api.another(&[MANY_CODES[0]]).await;
    for (made_by, asked, rest) in
        [(&api, &api, 60), (&api, &longer, 60), (&longer, &api, 600), (&longer, &longer, 600)]
    {
        let device = log_in_at(made_by, &api).await;
        api.clock.advance_seconds(rest - 1);
        asked.profile(&device.access).await.expect(200);
        log_out_everywhere(asked, &device.access, true).await.expect(204);
        api.clock.advance_seconds(1);
        let expected = if rest == 60 { 401 } else { 204 };
        assert_eq!(log_out(asked, &device.access, json!({})).await.status.as_u16(), expected);
        api.clock.advance_seconds(3_600);
    }
}
