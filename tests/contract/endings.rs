//! Every way in which a session can end, and every operation, which must refuse its access token
//! from then on.
//!
//! The operations come from the document, so a new group is covered without a change here.

use futures_util::{FutureExt, future::BoxFuture};
use harness::{Api, phone::LoggedIn};
use jiff::SignedDuration;
use serde_json::json;
use shared::account::{StatusChange, StatusSet};

use crate::{
    access::{authenticated, send, status_and_body},
    repository::assert_none,
};

/// Two sessions of one customer: the one that ends, and another.
struct Sessions {
    ended: LoggedIn,
    other: LoggedIn,
}

/// A way in which a session can end.
struct Way {
    name: &'static str,
    other_stays: bool,
    end: for<'a> fn(&'a Api, &'a Sessions) -> BoxFuture<'a, ()>,
}

const WAYS: &[Way] = &[
    Way {
        name: "logoutDevice",
        other_stays: true,
        end: |api, sessions| log_out(api, sessions).boxed(),
    },
    Way {
        name: "logoutDevice with its refresh token",
        other_stays: true,
        end: |api, sessions| log_out_other(api, sessions).boxed(),
    },
    Way {
        name: "revokeSession",
        other_stays: true,
        end: |api, sessions| revoke(api, sessions).boxed(),
    },
    Way {
        name: "logoutAllDevices",
        other_stays: false,
        end: |api, sessions| log_out_all(api, sessions).boxed(),
    },
    Way {
        name: "logoutAllDevices with keep_current",
        other_stays: true,
        end: |api, sessions| log_out_others(api, sessions).boxed(),
    },
    Way {
        name: "a replay of a refresh token",
        other_stays: true,
        end: |api, sessions| replay(api, sessions).boxed(),
    },
    Way {
        name: "eviction by the 21st session",
        other_stays: true,
        end: |api, sessions| evict(api, sessions).boxed(),
    },
    Way {
        name: "a change of the phone",
        other_stays: true,
        end: |api, sessions| change_phone(api, sessions).boxed(),
    },
    Way {
        name: "DeleteCustomer",
        other_stays: false,
        end: |api, sessions| delete(api, sessions).boxed(),
    },
    Way {
        name: "being disabled by the operator",
        other_stays: false,
        end: |api, sessions| disable(api, sessions).boxed(),
    },
    Way {
        name: "being disabled and enabled again",
        other_stays: false,
        end: |api, sessions| disable_and_enable(api, sessions).boxed(),
    },
    Way {
        name: "being idle for too long",
        other_stays: true,
        end: |api, sessions| be_idle(api, sessions).boxed(),
    },
];

#[tokio::test]
async fn the_access_token_of_an_ended_session_is_refused_by_every_operation() {
    let operations = authenticated();
    let mut problems = Vec::new();
    for (n, way) in WAYS.iter().enumerate() {
        let api = api().await;
        let phone = format!("+1415555{:04}", 100 + n);
        let ended = api.log_in(&phone).await;
        api.clock.advance_seconds(1);
        let sessions = Sessions { ended, other: api.log_in(&phone).await };
        for session in [&sessions.ended, &sessions.other] {
            api.profile(&session.access).await.expect(200);
        }
        (way.end)(&api, &sessions).await;
        for operation in &operations {
            let answer = send(&api, operation, &operation.path, Some(&sessions.ended.access)).await;
            let error = &answer.json()["errors"][0];
            let of_the_bearer = error["detail"] == "Given token not valid for any token type"
                || error["code"] == "authentication_failed";
            if answer.status != 401 || !of_the_bearer {
                problems.push(format!(
                    "{} accepts the access token after {}: {}",
                    operation.place(),
                    way.name,
                    status_and_body(&answer)
                ));
            }
        }
        // sendOTP takes a token for some purposes only, so the document does not list it as
        // authenticated.
        let new = json!({"phone": "+14155550199", "purpose": "change_phone"});
        let code =
            api.post("/api/send-otp/").bearer(&sessions.ended.access).json(&new).send().await;
        if code.status != 401 {
            problems.push(format!(
                "sendOTP for a change of the phone accepts the access token after {}: {}",
                way.name,
                status_and_body(&code)
            ));
        }
        if api.refresh(&sessions.ended.refresh).await.status != 401 {
            problems.push(format!("the refresh token still works after {}", way.name));
        }
        let other = api.profile(&sessions.other.access).await;
        if other.status != if way.other_stays { 200 } else { 401 } {
            problems.push(format!(
                "the other session answers after {}: {}",
                way.name,
                status_and_body(&other)
            ));
        }
    }
    assert_none(&problems);
}

/// Its access tokens live longer than a session may be idle, and its limits are high.
async fn api() -> Api {
    let high = [
        "CodesPerPhoneHourly",
        "CodesPerPhoneAndAddressHourly",
        "CodesPerPhoneDaily",
        "CodesPerNetworkHourly",
        "TextsPerPhoneDaily",
    ]
    .map(|limit| (limit, "1000"));
    let others = [("CodeResendSeconds", "0"), ("RefreshIdleSeconds", "300")];
    Api::with(&[&high[..], &others].concat()).await
}

async fn log_out(api: &Api, sessions: &Sessions) {
    api.post("/api/logout-device/").bearer(&sessions.ended.access).send().await.expect(204);
}

async fn log_out_other(api: &Api, sessions: &Sessions) {
    let body = json!({"refresh": sessions.ended.refresh});
    api.post("/api/logout-device/")
        .bearer(&sessions.other.access)
        .json(&body)
        .send()
        .await
        .expect(204);
}

async fn revoke(api: &Api, sessions: &Sessions) {
    let list =
        api.get("/api/sessions/").bearer(&sessions.ended.access).send().await.expect(200).json();
    let own = list
        .as_array()
        .expect("a list")
        .iter()
        .find(|session| session["current"] == true)
        .expect("the caller's own");
    let path = format!("/api/sessions/{}/", own["id"].as_str().expect("an id"));
    api.delete(&path).bearer(&sessions.other.access).send().await.expect(204);
}

async fn log_out_all(api: &Api, sessions: &Sessions) {
    api.post("/api/logout-all-devices/").bearer(&sessions.other.access).send().await.expect(204);
}

async fn log_out_others(api: &Api, sessions: &Sessions) {
    let body = json!({"keep_current": true});
    api.post("/api/logout-all-devices/")
        .bearer(&sessions.other.access)
        .json(&body)
        .send()
        .await
        .expect(204);
}

async fn replay(api: &Api, sessions: &Sessions) {
    let second = api.refresh(&sessions.ended.refresh).await.expect(200).text("refresh");
    api.refresh(&second).await.expect(200);
    api.refresh(&sessions.ended.refresh).await.expect(401);
}

async fn evict(api: &Api, sessions: &Sessions) {
    let phone = sessions.ended.customer["phone"].as_str().expect("a phone");
    for _ in 0..19 {
        api.log_in(phone).await;
    }
}

async fn change_phone(api: &Api, sessions: &Sessions) {
    let code = api.code_to(&sessions.other.access, "+14155550190", "change_phone").await;
    let body = json!({"phone": "+14155550190", "challenge": code.challenge, "otp": code.otp});
    api.patch("/api/customer/").bearer(&sessions.other.access).json(&body).send().await.expect(200);
}

async fn delete(api: &Api, sessions: &Sessions) {
    api.delete("/api/customer/").bearer(&sessions.other.access).send().await.expect(204);
}

async fn disable(api: &Api, sessions: &Sessions) {
    set_disabled(api, sessions, true).await;
}

async fn disable_and_enable(api: &Api, sessions: &Sessions) {
    set_disabled(api, sessions, true).await;
    set_disabled(api, sessions, false).await;
}

async fn set_disabled(api: &Api, sessions: &Sessions, disabled: bool) {
    let app = api.stack.state("customer").expect("customer runs");
    let change = StatusChange { at: app.now(), why: "a test".to_owned() };
    assert_eq!(
        app.store
            .set_status(sessions.ended.id(), disabled, &change)
            .await
            .expect("storage answers"),
        StatusSet::Changed
    );
}

async fn be_idle(api: &Api, sessions: &Sessions) {
    api.clock.advance(SignedDuration::from_secs(298));
    api.refresh(&sessions.other.refresh).await.expect(200);
    api.clock.advance_seconds(2);
}
