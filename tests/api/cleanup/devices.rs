use futures_util::future::join_all;
use harness::{Api, phone::LoggedIn};
use serde_json::json;
use shared::hashes::ContentHash;

use super::{DAY, clean_up, counts, items_with, store};
use crate::PHONE;

/// A customer with a device that got a push, so that it has an endpoint.
async fn with_device(api: &Api, phone: &str, token: &str) -> LoggedIn {
    let phone = api.log_in(phone).await;
    api.register(&phone.access, token).await.expect(201);
    api.notify(&phone, &format!("to {token}"), "Hello").await;
    assert!(has_endpoint(api, token));
    phone
}

fn has_endpoint(api: &Api, token: &str) -> bool {
    api.stack.recorder.endpoints(|endpoints| endpoints.of(token).is_some())
}

async fn is_stored(api: &Api, token: &str) -> bool {
    let hash = ContentHash::of(token);
    !items_with(api, hash.as_str()).await.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_unseen_for_sixty_days_is_removed_with_its_endpoint_its_owner_and_its_count() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    api.clock.advance_seconds(59 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (0, 0, 0));
    assert!(is_stored(&api, "t").await && has_endpoint(&api, "t"));
    api.clock.advance_seconds(3 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (1, 0, 0));
    assert!(!is_stored(&api, "t").await && !has_endpoint(&api, "t"));
    let count = items_with(&api, &format!("DEV#{}", phone.id())).await;
    assert!(count.len() == 1 && count[0].contains("N(\"0\")"), "{count:?}");
    assert_eq!(counts(&clean_up(&api).await, "devices"), (0, 0, 0));
    let again = api.log_in(PHONE).await;
    api.register(&again.access, "t").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_of_its_session_postpones_the_removal_of_a_device_by_sixty_days() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let mut refresh = phone.refresh;
    for days in [25, 25, 15] {
        api.clock.advance_seconds(days * DAY);
        refresh = api.refresh(&refresh).await.expect(200).text("refresh");
    }
    assert_eq!(counts(&clean_up(&api).await, "devices"), (0, 1, 0), "day 65: it was seen today");
    assert_eq!(
        counts(&clean_up(&api).await, "devices"),
        (0, 0, 0),
        "and is not looked at again tomorrow"
    );
    api.clock.advance_seconds(59 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (0, 0, 0));
    assert!(is_stored(&api, "t").await && has_endpoint(&api, "t"));
    api.clock.advance_seconds(3 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (1, 0, 0));
    assert!(!is_stored(&api, "t").await);
}

/// Registers a device with other words than before; the same ones would write nothing.
async fn register_otherwise(api: &Api, access: &str, registration_id: &str) {
    let body = json!({"registration_id": registration_id, "type": "ios", "name": "x"});
    api.post("/api/devices/").bearer(access).json(&body).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_and_re_activating_count_as_seen_and_a_change_does_not() {
    let api = Api::with(&[
        ("AccessTokenSeconds", "15552000"),
        ("RefreshIdleSeconds", "15552000"),
        ("WritesPerMinute", "0"),
    ])
    .await;
    let phone = api.log_in(PHONE).await;
    for token in ["again", "on", "renamed"] {
        api.register(&phone.access, token).await.expect(201);
    }
    // The session of another log-in is never refreshed. A refresh counts for all devices of its
    // session.
    api.clock.advance_seconds(40 * DAY);
    register_otherwise(&api, &phone.access, "again").await;
    let patch = async |token: &str, body| {
        let path = format!("/api/devices/{token}/");
        api.patch(&path).bearer(&phone.access).json(&body).send().await.expect(200);
    };
    patch("on", json!({"active": false})).await;
    patch("on", json!({"active": true})).await;
    patch("renamed", json!({"name": "x"})).await;
    api.clock.advance_seconds(25 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (1, 0, 0));
    assert!(
        is_stored(&api, "again").await
            && is_stored(&api, "on").await
            && !is_stored(&api, "renamed").await
    );
    // A log-in with a device is also a registration.
    api.clock.advance_seconds(10 * DAY);
    let code = api.code_for(PHONE).await;
    let device = json!({"platform": "ios", "registration_id": "again"});
    let body =
        json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp, "device": device});
    api.post("/api/customer/authenticate/").json(&body).send().await.expect(200);
    api.clock.advance_seconds(30 * DAY);
    assert_eq!(counts(&clean_up(&api).await, "devices"), (1, 0, 0));
    assert!(is_stored(&api, "again").await && !is_stored(&api, "on").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_seen_again_between_the_query_and_the_deletion_stays() {
    let api = Api::start().await;
    let phone = with_device(&api, PHONE, "t").await;
    let (id, hash, store) = (phone.id(), ContentHash::of("t"), store(&api));
    let look = async || {
        let device = store.device(id, &hash).await.expect("an answer").expect("a device");
        let account = store.account(id).await.expect("an answer");
        (device.last_seen(account.as_ref()), device)
    };
    let (seen, device) = look().await;
    register_otherwise(&api, &phone.access, "t").await;
    assert!(
        !store.remove_unused_device(id, &device, &seen).await.expect("an answer"),
        "it was registered again"
    );
    let (seen, device) = look().await;
    api.clock.advance_seconds(1);
    api.refresh(&phone.refresh).await.expect(200);
    assert!(
        !store.remove_unused_device(id, &device, &seen).await.expect("an answer"),
        "its session was refreshed"
    );
    let (seen, device) = look().await;
    assert!(store.remove_unused_device(id, &device, &seen).await.expect("an answer"));
    assert!(
        !store
            .put_device_off(id, &device, api.stack.state("fcm").expect("fcm").now())
            .await
            .expect("an answer")
    );
    assert!(!is_stored(&api, "t").await, "to put off what is gone makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_remove_each_device_once() {
    let api = Api::with(&[("WritesPerMinute", "0")]).await;
    let phone = api.log_in(PHONE).await;
    for n in 0..20 {
        api.register(&phone.access, &format!("t{n}")).await.expect(201);
    }
    api.delete("/api/devices/t0/").bearer(&phone.access).send().await.expect(204);
    api.clock.advance_seconds(62 * DAY);
    let reports = join_all((0..4).map(|_| clean_up(&api))).await;
    let done: u64 = reports.iter().map(|report| counts(report, "devices").0).sum();
    assert_eq!((done, counts(&clean_up(&api).await, "devices").0), (19, 0), "{reports:#?}");
    let left = items_with(&api, &format!("DEV#{}", phone.id())).await;
    assert!(left.len() == 1 && left[0].contains("N(\"0\")"), "{left:?}");
}
