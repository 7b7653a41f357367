//! A device is active only while its flag is set and its session is alive.

use harness::{
    Api,
    phone::{LoggedIn, MANY_CODES},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::PHONE;

async fn start() -> Api {
    Api::with(&MANY_CODES).await
}

async fn is_active(api: &Api, phone: &LoggedIn, token: &str) -> bool {
    let device = api
        .get(&format!("/api/devices/{token}/"))
        .bearer(&phone.access)
        .send()
        .await
        .expect(200)
        .json();
    device["active"].as_bool().expect("a boolean")
}

/// Whether the device gets a push now.
async fn is_pushed_to(api: &Api, phone: &LoggedIn, token: &str) -> bool {
    api.stack.recorder.clear();
    let id = format!("m-{}", api.inbox(&phone.access).await["unread"]);
    api.notify(phone, &id, "Hello").await;
    !api.pushes_to(token).is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_end_a_session_silences_its_devices_and_no_others() {
    let api = start().await;
    for way in ["one", "others", "revoke", "expire"] {
        let other = api.log_in(PHONE).await;
        api.clock.advance_seconds(1);
        let ended = api.log_in(PHONE).await;
        api.register(&ended.access, "ended").await;
        api.register(&other.access, "other").await;
        assert!(
            is_active(&api, &other, "ended").await && is_pushed_to(&api, &other, "ended").await,
            "{way}"
        );
        let mut watcher = other.clone();
        match way {
            "one" => {
                api.post("/api/logout-device/").bearer(&ended.access).send().await.expect(204);
            }
            "others" => {
                let keep = json!({"keep_current": true});
                api.post("/api/logout-all-devices/")
                    .bearer(&other.access)
                    .json(&keep)
                    .send()
                    .await
                    .expect(204);
            }
            "revoke" => {
                let sessions = api.get("/api/sessions/").bearer(&ended.access).send().await.json();
                let own = sessions
                    .as_array()
                    .expect("a list")
                    .iter()
                    .find(|one| one["current"] == true)
                    .expect("its own")
                    .clone();
                let path = format!("/api/sessions/{}/", own["id"].as_str().expect("an id"));
                api.delete(&path).bearer(&other.access).send().await.expect(204);
            }
            _ => {
                // One session is idle for too long, the other is refreshed.
                api.clock.advance(SignedDuration::from_hours(24 * 29));
                let refreshed = api.refresh(&other.refresh).await.expect(200);
                watcher.refresh = refreshed.text("refresh");
                api.clock.advance(SignedDuration::from_hours(24 * 2));
                let refreshed = api.refresh(&watcher.refresh).await.expect(200);
                watcher.access = refreshed.text("access");
            }
        }
        assert!(!is_active(&api, &watcher, "ended").await, "{way}");
        assert!(is_active(&api, &watcher, "other").await, "{way}");
        assert!(!is_pushed_to(&api, &watcher, "ended").await, "{way}");
        assert!(!api.pushes_to("other").is_empty(), "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_of_all_devices_silences_them_in_the_same_write() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    for n in 0..3 {
        api.register(&phone.access, &format!("t{n}")).await.expect(201);
    }
    api.wire.reset();
    api.post("/api/logout-all-devices/").bearer(&phone.access).send().await.expect(204);
    assert_eq!(api.wire.calls().len(), 1, "no device is written: {:#?}", api.wire.calls());
    let again = api.log_in(PHONE).await;
    for n in 0..3 {
        assert!(!is_active(&api, &again, &format!("t{n}")).await);
    }
    api.notify(&again, "m1", "Hello").await;
    assert_eq!(api.stack.recorder.messages().len(), 2, "two codes, no push");
    // The app registers again in its new session.
    api.register(&again.access, "t1").await.expect(200);
    assert!(is_pushed_to(&api, &again, "t1").await);
    assert!(api.pushes_to("t0").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_changed_by_another_session_keeps_its_session_unless_it_is_reactivated() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    api.clock.advance_seconds(1);
    let tablet = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    let put = json!({"registration_id": "t", "type": "ios", "name": "x", "active": true});
    api.put("/api/devices/t/").bearer(&tablet.access).json(&put).send().await.expect(200);
    api.post("/api/logout-device/").bearer(&phone.access).send().await.expect(204);
    assert!(
        !is_active(&api, &tablet, "t").await,
        "the log-out of its session silences it, even if another session renamed it"
    );
    let patch =
        |body: Value| api.patch("/api/devices/t/").bearer(&tablet.access).json(&body).send();
    assert_eq!(patch(json!({"name": "y"})).await.json()["active"], json!(false));
    assert_eq!(patch(json!({"active": true})).await.json()["active"], json!(true));
    assert!(is_pushed_to(&api, &tablet, "t").await);
    assert_eq!(patch(json!({"active": false})).await.json()["active"], json!(false));
    assert!(!is_pushed_to(&api, &tablet, "t").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_left_or_was_disabled_gets_no_push() {
    let api = start().await;
    let phone = api.log_in(PHONE).await;
    api.register(&phone.access, "t").await.expect(201);
    let app = api.stack.state("customer").expect("customer runs");
    let id = phone.id();
    let change = shared::account::StatusChange { at: app.now(), why: "a test".to_owned() };
    app.store.set_status(id, true, &change).await.expect("closed");
    api.notify(&phone, "m1", "Closed").await;
    assert!(api.pushes_to("t").is_empty());
    app.store.set_status(id, false, &change).await.expect("opened");
    let again = api.log_in(PHONE).await;
    assert_eq!(api.inbox_titles(&again.access).await, ["Closed"], "the message is in the inbox");
    api.register(&again.access, "t").await.expect(200);
    api.delete("/api/customer/").bearer(&again.access).send().await.expect(204);
    api.notify(&phone, "m2", "Gone").await;
    assert!(api.pushes_to("t").is_empty());
    assert!(!api.whole_table().await.contains("Gone"), "nothing of the deleted customer is stored");
}
