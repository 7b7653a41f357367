//! A message to some of all customers: who sees it, counts it and is pushed to.

use harness::{Api, phone::LoggedIn};
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
