//! What is made against what push services publish: every member, its kind and its limit.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::members::{PUSH_MEMBERS, PushMember};
use shared::random::SystemRandom;

const NOW: &str = "2026-11-22T20:00:00Z";

/// What is made of a message, which is all published and within its limits.
fn made_of(message: &Value, unread: Option<u64>) -> Value {
    let message = Message::read(&message.to_string()).unwrap();
    let now: Timestamp = NOW.parse().unwrap();
    let id = (!message.silent).then(|| NotificationId::new(now, &SystemRandom));
    let whole = payload(&message, id, unread, now);
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert!(whole["default"].is_string());
    let text = whole["GCM"].as_str().unwrap();
    assert!(text.len() <= 4_096, "{}", text.len());
    let fcm: Value = serde_json::from_str(text).unwrap();
    let fcm = fcm["fcmV1Message"]["message"].clone();
    let problems = unpublished(&fcm);
    assert!(problems.is_empty(), "{problems:?}");
    fcm
}

fn made(message: &Value) -> Value {
    made_of(message, Some(3))
}

/// A message with every member that a visible one can have.
fn complete() -> Value {
    json!({
        "id": "m1", "to": {"all": true}, "type": "order", "title": "T", "body": "B",
        "data": {"n": 1}, "image_url": "https://example.com/a.png", "sound": "chime.caf",
        "android_channel": "orders", "category": "ORDER", "link": "https://example.com/orders/1",
        "ttl": 60, "collapse_key": "order-1", "critical": true,
    })
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The leaves of a value, by their paths.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value.as_object() {
        Some(members) => {
            for (name, member) in members {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(member, &format!("{path}{dot}{name}"), found);
            }
        }
        None => found.push((path.to_owned(), value.clone())),
    }
}

fn leaves_of(fcm: &Value) -> BTreeMap<String, Value> {
    let mut found = Vec::new();
    leaves(fcm, "", &mut found);
    found.into_iter().collect()
}

/// Kind and limit of each published path.
fn published() -> BTreeMap<&'static str, (&'static str, Option<usize>)> {
    let lines = include_str!("published.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (path, kind) = (words.next().unwrap(), words.next().unwrap());
            (path, (kind, words.next().map(|limit| limit.parse().unwrap())))
        })
        .collect()
}

/// What push services do not publish, or publish otherwise.
fn unpublished(fcm: &Value) -> Vec<String> {
    let published = published();
    let mut problems = Vec::new();
    for (path, value) in leaves_of(fcm) {
        let name = if path.starts_with("data.") { "data.*" } else { &*path };
        // An empty `aps` says nothing.
        if value == json!({}) {
            continue;
        }
        match published.get(name) {
            None => problems.push(format!("{path} is no member")),
            Some((kind, limit)) if !is_of(&value, kind, *limit) => {
                problems.push(format!("{path} is {value}, which is no {kind} of {limit:?}"));
            }
            Some(_) => {}
        }
    }
    problems
}

fn is_of(value: &Value, kind: &str, limit: Option<usize>) -> bool {
    let text = value.as_str();
    let within =
        |number: Option<usize>| number.is_some_and(|number| number <= limit.unwrap_or(number));
    let digits = |text: &str| text.parse::<u32>().ok().map(|number| number as usize);
    match kind {
        "text" => text.is_some_and(|text| within(Some(text.len()))),
        "https" => text.is_some_and(|text| text.starts_with("https://")),
        "topic" => text.is_some_and(|text| {
            let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            within(Some(text.len())) && text.bytes().all(is_base64url)
        }),
        "seconds" => within(text.and_then(|text| digits(text.strip_suffix('s')?))),
        "number" => within(text.and_then(digits)),
        "count" => within(value.as_u64().and_then(|number| usize::try_from(number).ok())),
        "flag" => matches!(value.as_u64(), Some(0 | 1)),
        "boolean" => value.is_boolean(),
        names => text.is_some_and(|text| names.split('|').any(|name| name == text)),
    }
}

#[test]
fn each_member_of_the_table_is_a_published_one_and_comes_from_the_message() {
    let silent = json!({"id": "s", "to": {"all": true}, "silent": true, "data": {"n": 1}});
    for PushMember { member, everywhere, android, ios, web } in PUSH_MEMBERS {
        let (with, base) = match *member {
            "silent" => (silent.clone(), json!({"id": "s", "to": {"all": true}, "title": "T"})),
            "body" => (complete(), {
                let mut without = complete();
                without["body"] = json!("");
                without
            }),
            _ => (complete(), {
                let mut without = complete();
                without.as_object_mut().unwrap().remove(*member);
                without
            }),
        };
        let (with, without) = (leaves_of(&made(&with)), leaves_of(&made(&base)));
        for path in [everywhere, android, ios, web].into_iter().copied().flatten() {
            let path = path.replace('*', "n");
            assert!(with.contains_key(&path), "{member}: {path} is not there");
            assert_ne!(with.get(&path), without.get(&path), "{member}: {path}");
        }
    }
    let named: BTreeSet<&str> = PUSH_MEMBERS
        .iter()
        .flat_map(|one| [one.everywhere, one.android, one.ios, one.web])
        .flatten()
        .copied()
        .collect();
    let of_ours = [
        "data.n",
        "data.notification_id",
        "apns.payload.aps.badge",
        "android.notification.notification_count",
    ];
    for fcm in [made(&complete()), made(&silent)] {
        let unnamed: Vec<String> = leaves_of(&fcm)
            .into_keys()
            .filter(|path| !named.contains(&**path) && !of_ours.contains(&&**path))
            .collect();
        assert!(unnamed.is_empty(), "the table leaves out {unnamed:?}");
    }
}

#[test]
fn the_whole_message_for_each_platform() {
    let mut fcm = made(&complete());
    fcm["data"]["notification_id"] = json!("ID");
    assert_eq!(fcm, parsed(include_str!("complete.json")), "{fcm:#}");
    let silent = json!({"id": "s", "to": {"all": true}, "silent": true, "type": "sync",
        "data": {"since": 7, "none": null}, "ttl": 0});
    let fcm = made_of(&silent, None);
    assert_eq!(fcm, parsed(include_str!("silent.json")), "{fcm:#}");
}

#[test]
fn data_is_texts_without_null_and_without_reserved_names() {
    let fcm = made(&json!({"id": "m1", "to": {"all": true}, "title": "T", "type": "order",
        "data": {"n": 1, "from": "x", "google.x": "y", "type": "z", "o": {"a": null},
            "none": null, "empty": "", "word": "null"}}));
    let mut data = fcm["data"].clone();
    data.as_object_mut().unwrap().remove("notification_id").unwrap();
    assert_eq!(
        data,
        json!({"n": "1", "o": "{\"a\":null}", "word": "null", "empty": "", "type": "order"})
    );
}

#[test]
fn each_platform_has_its_own_sound_and_android_none_but_that_of_its_channel() {
    let of = |sound: Value| {
        let fcm = made(&json!({"id": "m", "to": {"all": true}, "title": "T", "sound": sound}));
        (
            fcm["android"]["notification"]["sound"].clone(),
            fcm["apns"]["payload"]["aps"]["sound"].clone(),
        )
    };
    assert_eq!(of(json!(null)), (json!(null), json!("default")));
    assert_eq!(of(json!("bell")), (json!("bell"), json!("bell")));
    let each = json!({"android": "bell", "ios": "bell.caf"});
    assert_eq!(of(each), (json!("bell"), json!("bell.caf")));
    assert_eq!(of(json!({"android": "bell"})), (json!("bell"), json!("default")));
}

#[test]
fn only_a_critical_message_has_a_priority_of_ours() {
    let calm = made(&json!({"id": "m1", "to": {"all": true}, "title": "T"}));
    assert_eq!(calm["apns"]["payload"]["aps"].get("mutable-content"), None);
    assert!(
        calm["android"]["priority"].is_null() && calm["apns"]["headers"]["apns-priority"].is_null()
    );
}

#[test]
fn what_does_not_fit_is_left_to_the_inbox() {
    let long = "手".repeat(4_000);
    for data in [json!({}), json!({"a": "x".repeat(3_000)}), json!({"a": "手".repeat(1_000)})] {
        let fcm =
            made(&json!({"id": "i".repeat(255), "to": {"all": true}, "title": "T", "body": long,
                "data": data}));
        assert!(fcm["notification"]["body"].as_str().unwrap().ends_with('…'));
        assert!(fcm["data"]["notification_id"].is_string());
    }
    let fcm = made(&json!({"id": "m", "to": {"all": true}, "title": "手".repeat(255),
        "body": "\u{1}".repeat(4_000)}));
    assert!(!fcm["notification"]["title"].as_str().unwrap().is_empty());
}

#[test]
fn a_picture_is_said_once_before_any_data_is_cut() {
    let image = format!("https://example.com/{}", "x".repeat(1_200));
    let fcm = made(&json!({"id": "m", "to": {"all": true}, "title": "T", "image_url": image,
        "data": {"a": "x".repeat(1_000)}}));
    assert_eq!(fcm["notification"]["image"], json!(image));
    assert!(fcm["data"]["a"].is_string() && fcm["apns"].get("fcm_options").is_none());
}

#[test]
fn the_longest_message_of_all_fits() {
    let name = "~".repeat(64);
    for text in ["\u{1}", "手", "\u{1F600}", "\""] {
        for (image, link) in [(2_028, None), (2_028, Some(988)), (400, Some(988))] {
            let message = json!({
                "id": text.repeat(255), "to": {"all": true}, "type": text.repeat(50),
                "title": text.repeat(255), "body": text.repeat(4_000),
                "data": {"a": "x".repeat(2_000)},
                "image_url": format!("https://example.com/{}", "x".repeat(image)),
                "link": link.map(|link| format!("https://www.{}", "y".repeat(link))),
                "sound": name, "android_channel": name, "category": name,
                "collapse_key": "k".repeat(64), "critical": true,
            });
            let fcm = made_of(&message, Some(u64::from(u32::MAX >> 1)));
            assert_eq!(fcm["data"]["link"].is_string(), link.is_some());
        }
        // A picture's address that was taken before there were links.
        let long = format!("https://example.com/{}", "x".repeat(2_028));
        let message = json!({"id": text.repeat(255), "to": {"all": true}, "type": text.repeat(50),
            "title": text.repeat(255), "body": text.repeat(4_000), "image_url": long,
            "critical": true});
        assert_eq!(made(&message)["notification"]["image"], json!(long));
    }
    let silent = json!({"id": "s", "to": {"all": true}, "silent": true,
        "type": "\u{1}".repeat(50), "data": {"a": "x".repeat(2_990)}});
    assert_eq!(made_of(&silent, None)["data"]["a"], json!("x".repeat(2_990)));
}
