//! A message to some of all customers: who sees it, counts it and is pushed to.

use harness::{Api, phone::LoggedIn};
use local::sns_recorder::Refusal;
use serde_json::{Value, json};

use crate::PHONE;

const SAUDI: &str = "+966501234567";

async fn speaks(api: &Api, phone: &LoggedIn, language: Option<&str>) {
    let body = json!({"language": language});
    api.patch("/api/customer/").bearer(&phone.access).json(&body).send().await.expect(200);
}

async fn device(api: &Api, phone: &LoggedIn, token: &str, platform: &str) {
    let body = json!({"registration_id": token, "type": platform});
    api.post("/api/devices/").bearer(&phone.access).json(&body).send().await.expect(201);
}

async fn publish(api: &Api, id: &str, filters: Value) {
    let mut to = filters;
    to["all"] = json!(true);
    api.publish(&json!({"id": id, "to": to, "title": id}));
    api.stack.deliver().await;
}

/// Titles, and how many are not read.
async fn shown(api: &Api, phone: &LoggedIn) -> (Vec<String>, Value) {
    let titles = api.inbox_titles(&phone.access).await;
    (titles, api.inbox(&phone.access).await["unread"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_whom_it_is_for_see_count_mark_and_export_it() {
    let api = Api::start().await;
    let (amal, bob) = (api.log_in(SAUDI).await, api.log_in(PHONE).await);
    speaks(&api, &amal, Some("ar-SA")).await;
    device(&api, &amal, "amal", "ios").await;
    device(&api, &bob, "bob", "android").await;
    publish(&api, "all", json!({})).await;
    publish(&api, "arabic", json!({"language": "ar"})).await;
    publish(&api, "america", json!({"country": ["US", "CA"]})).await;
    publish(&api, "both", json!({"language": ["en", "ar"], "country": "SA"})).await;
    publish(&api, "english", json!({"language": "en"})).await;
    assert_eq!(api.waiting(), 0);
    assert_eq!(
        shown(&api, &amal).await,
        (vec!["both".into(), "arabic".into(), "all".into()], json!(3))
    );
    assert_eq!(shown(&api, &bob).await, (vec!["america".into(), "all".into()], json!(2)));
    let mut pushed = api.pushed_titles("amal");
    pushed.sort();
    assert_eq!(pushed, ["all", "arabic", "both"]);
    assert_eq!(api.pushed_titles("bob"), ["all", "america"]);
    let export = api.get("/api/customer/export/").bearer(&bob.access).send().await.expect(200);
    let export = export.json().to_string();
    assert!(export.contains("america") && !export.contains("arabic"));
    let all = json!({"all": true});
    let delete = api.post("/api/notifications/bulk-delete/").bearer(&bob.access).json(&all);
    assert_eq!(delete.send().await.expect(200).json()["deleted"], json!(2));
    let ids = json!({"ids": [api.inbox(&amal.access).await["results"][0]["id"]]});
    let read = api.post("/api/notifications/read/").bearer(&bob.access).json(&ids);
    assert_eq!(read.send().await.expect(200).json()["unread"], json!(0));
    assert_eq!(shown(&api, &amal).await.1, json!(3));
    // The badge of a message to one counts what the customer sees.
    api.notify(&amal, "own", "own").await;
    assert_eq!(
        api.pushes_to("amal").last().expect("a push")["apns"]["payload"]["aps"]["badge"],
        json!(4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_decides_about_devices_and_not_about_inboxes() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    for platform in ["ios", "android", "web"] {
        device(&api, &phone, platform, platform).await;
    }
    publish(&api, "phones", json!({"platform": ["ios", "android"]})).await;
    let pushes = ["ios", "android", "web"].map(|token| api.pushes_to(token).len());
    assert_eq!(pushes, [1, 1, 0]);
    assert_eq!(shown(&api, &phone).await, (vec!["phones".into()], json!(1)));
}

/// The version is of the request that registered or changed the device last and said one.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_the_app_decides_about_devices_and_not_about_inboxes() {
    let api = Api::start().await;
    let code = api.code_for(PHONE).await;
    let body = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp,
        "device": {"platform": "ios", "registration_id": "log-in"}});
    let logged_in = api.post("/api/customer/authenticate/").header("x-app-version", "2.0 (57)");
    let access = logged_in.json(&body).send().await.expect(201).text("access");
    let register = async |token: &str, version: Option<&str>, status| {
        let body = json!({"registration_id": token, "type": "ios"});
        let request = api.post("/api/devices/").bearer(&access).json(&body);
        let request = match version {
            Some(version) => request.header("x-app-version", version),
            None => request,
        };
        request.send().await.expect(status)
    };
    register("old", Some("1.9.9"), 201).await;
    register("new", Some("v1.10"), 201).await;
    register("silent", None, 201).await;
    register("garbage", Some("latest"), 201).await;
    let pushes = |title: &str| {
        let tokens = ["log-in", "old", "new", "silent", "garbage"].into_iter();
        tokens.filter(|token| api.pushed_titles(token).contains(&title.to_owned())).count()
    };
    publish(&api, "all", json!({})).await;
    publish(&api, "ten", json!({"minimum_version": "1.10.0"})).await;
    publish(&api, "two", json!({"minimum_version": "2", "platform": "ios"})).await;
    publish(&api, "none", json!({"minimum_version": "2", "platform": "android"})).await;
    assert_eq!(["all", "ten", "two", "none"].map(pushes), [5, 2, 1, 0]);
    assert_eq!(api.inbox_titles(&access).await, ["none", "two", "ten", "all"]);
    // An update of the app is written once, and its endpoint is not looked at again.
    api.stack.recorder.refuse_next_of("GetEndpointAttributes", 1, Refusal::Throttled);
    register("old", Some("2.1"), 200).await;
    register("silent", Some("2.1"), 200).await;
    register("new", None, 200).await;
    let patch = api.patch("/api/devices/garbage/").bearer(&access).json(&json!({"name": "Mine"}));
    patch.header("x-app-version", "3").send().await.expect(200);
    publish(&api, "later", json!({"minimum_version": "2.0.1"})).await;
    assert_eq!((pushes("later"), api.waiting()), (3, 0));
    api.stack.recorder.clear_refusals();
    let export = api.get("/api/customer/export/").bearer(&access).send().await.expect(200).json();
    let version = |token: &str| {
        let devices = export["devices"].as_array().into_iter().flatten();
        let found = devices.into_iter().find(|one| one["registration_id"] == token);
        found.map(|one| one["app_version"].clone())
    };
    let versions = ["log-in", "old", "new", "garbage"].map(|token| version(token).expect("it"));
    assert_eq!(versions, ["2", "2.1", "1.10", "3"].map(Value::from));
    // A log-in of a device that is known is another place where it is written.
    api.clock.advance_seconds(61);
    let code = api.code_for(PHONE).await;
    let body = json!({"phone": PHONE, "challenge": code.challenge, "otp": code.otp,
        "device": {"platform": "ios", "registration_id": "log-in"}});
    let again = api.post("/api/customer/authenticate/").header("x-app-version", "4");
    again.json(&body).send().await.expect(200);
    publish(&api, "four", json!({"minimum_version": "4"})).await;
    assert_eq!(pushes("four"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_shows_other_messages_at_once_and_the_etag_changes() {
    let api = Api::start().await;
    let phone = api.log_in(PHONE).await;
    publish(&api, "first", json!({})).await;
    publish(&api, "arabic", json!({"language": "ar"})).await;
    publish(&api, "english", json!({"language": "en"})).await;
    publish(&api, "last", json!({})).await;
    let mut tags = Vec::new();
    for (language, title) in [(Some("ar"), "arabic"), (Some("en-GB"), "english"), (None, "none")] {
        speaks(&api, &phone, language).await;
        let titles = api.inbox_titles(&phone.access).await;
        assert_eq!(titles.contains(&title.to_owned()), language.is_some(), "{titles:?}");
        assert_eq!(titles.len(), 2 + usize::from(language.is_some()));
        let list = api.get("/api/notifications/").bearer(&phone.access).send().await.expect(200);
        let tag = list.header("etag").to_owned();
        assert!(!tags.contains(&tag));
        tags.push(tag);
    }
}
