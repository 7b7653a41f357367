//! What is published to an endpoint: a message of Firebase Cloud Messaging's HTTP v1 API, as SNS
//! takes it under `GCM`.
//!
//! Protocol: AWS, "Using Amazon SNS to send FCM v1 payloads"; Firebase, `projects.messages`. Values
//! of `data` are texts; some names in it are reserved; a message has at most 4,096 bytes, so what
//! does not fit is left to the inbox.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::{hashes::ContentHash, ids::NotificationId};

use crate::message::Message;

/// The most bytes of FCM's message, with some to spare for what SNS adds.
const MOST_BYTES: usize = 3_900;
/// How long a push service keeps a push where the message does not say, seconds (28 days, its own
/// default).
const DEFAULT_TTL: u32 = 2_419_200;
/// The most characters of a web push's topic, of the base64url alphabet (RFC 8030, section 5.4).
const LONGEST_TOPIC: usize = 32;
/// The most bytes of a collapse key that every push service takes.
const LONGEST_KEY: usize = 64;

/// The text to publish, under `MessageStructure` `json`.
pub(crate) fn payload(
    message: &Message,
    notification: NotificationId,
    unread: Option<u64>,
    now: Timestamp,
) -> String {
    // What is cut in this order still leads the reader to the whole: first the data, then long
    // texts.
    let mut fcm = String::new();
    for (with_data, most) in [(true, 4_000), (false, 4_000), (false, 600), (false, 150)] {
        let data = data(message, notification, with_data);
        fcm = self::fcm(
            message,
            data,
            &cut(&message.title, most.min(255)),
            &cut(&message.body, most),
            unread,
            now,
        )
        .to_string();
        if fcm.len() <= MOST_BYTES {
            break;
        }
    }
    let fcm = format!("{{\"fcmV1Message\":{{\"message\":{fcm}}}}}");
    json!({"default": message.title, "GCM": fcm}).to_string()
}

fn fcm(
    message: &Message,
    data: Map<String, Value>,
    title: &str,
    body: &str,
    unread: Option<u64>,
    now: Timestamp,
) -> Value {
    let ttl = message.ttl.unwrap_or(DEFAULT_TTL);
    let key = collapse_key(&message.collapse_key);
    let topic: String =
        ContentHash::of(&message.collapse_key).as_str().chars().take(LONGEST_TOPIC).collect();
    let mut notification = json!({"title": title, "body": body});
    if let Some(image) = &message.image_url {
        notification["image"] = json!(image);
    }
    let mut fcm = json!({
        "notification": notification,
        "data": data,
        "android": {
            "collapse_key": key,
            "ttl": format!("{ttl}s"),
            // Where the first of two pushes was shown already, the second takes its place.
            "notification": {"tag": key},
        },
        "apns": {
            "headers": {"apns-collapse-id": key,
                "apns-expiration": (now.as_second() + i64::from(ttl)).to_string()},
            "payload": {"aps": {"sound": "default"}},
        },
        "webpush": {"headers": {"TTL": ttl.to_string(), "Topic": topic}},
    });
    if let Some(unread) = unread {
        fcm["android"]["notification"]["notification_count"] = json!(unread);
        fcm["apns"]["payload"]["aps"]["badge"] = json!(unread);
    }
    if message.image_url.is_some() {
        // Lets the app's extension fetch the picture before the push is shown.
        fcm["apns"]["payload"]["aps"]["mutable-content"] = json!(1);
    }
    // Otherwise each service treats it as it treats what people are to read.
    if message.critical {
        fcm["android"]["priority"] = json!("HIGH");
        fcm["apns"]["headers"]["apns-priority"] = json!("10");
        fcm["apns"]["payload"]["aps"]["interruption-level"] = json!("time-sensitive");
        fcm["webpush"]["headers"]["Urgency"] = json!("high");
    }
    fcm
}

/// Texts by name; null is left out. The message's kind and the item's id in the inbox are always
/// among them.
fn data(message: &Message, notification: NotificationId, all: bool) -> Map<String, Value> {
    let reserved = |name: &str| {
        matches!(name, "from" | "notification" | "message_type")
            || name.starts_with("google")
            || name.starts_with("gcm")
    };
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let sent = message.data.iter().filter(|(name, _)| all && !reserved(name));
    let texts = sent.filter_map(|(name, value)| Some((name.clone(), text(value)?.into())));
    let mut data: Map<String, Value> = texts.collect();
    data.insert("notification_id".to_owned(), Value::String(notification.to_string()));
    data.insert("type".to_owned(), Value::String(message.kind.clone()));
    data
}

fn collapse_key(key: &str) -> String {
    if key.len() <= LONGEST_KEY && key.is_ascii() {
        key.to_owned()
    } else {
        ContentHash::of(key).as_str().to_owned()
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::random::SystemRandom;

    fn made(message: Value) -> Value {
        let message = Message::read(&message.to_string()).unwrap();
        let now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let whole = payload(&message, NotificationId::new(now, &SystemRandom), Some(3), now);
        let whole: Value = serde_json::from_str(&whole).unwrap();
        assert!(whole["default"].is_string());
        let text = whole["GCM"].as_str().unwrap();
        assert!(text.len() <= 4_096, "{}", text.len());
        let fcm: Value = serde_json::from_str(text).unwrap();
        fcm["fcmV1Message"]["message"].clone()
    }

    #[test]
    fn a_message_becomes_one_for_each_kind_of_device() {
        let fcm = made(
            json!({"id": "m1", "to": {"all": true}, "type": "order", "title": "T", "body": "B",
            "ttl": 60, "critical": true, "image_url": "https://example.com/a.png",
            "data": {"n": 1, "from": "x", "google.x": "y", "type": "z", "o": {"a": null},
                "none": null,
                "empty": "", "word": "null"}}),
        );
        assert_eq!(
            fcm["notification"],
            json!({"title": "T", "body": "B", "image": "https://example.com/a.png"})
        );
        assert_eq!((&fcm["data"]["n"], &fcm["data"]["o"]), (&json!("1"), &json!("{\"a\":null}")));
        assert_eq!((&fcm["data"]["word"], &fcm["data"]["empty"]), (&json!("null"), &json!("")));
        assert_eq!(fcm["data"].get("none"), None);
        assert_eq!(fcm["apns"]["payload"]["aps"]["mutable-content"], json!(1));
        assert_eq!(fcm["data"]["type"], json!("order"));
        assert!(fcm["data"]["from"].is_null() && fcm["data"]["google.x"].is_null());
        assert_eq!(fcm["android"]["collapse_key"], json!("m1"));
        assert_eq!(
            (&fcm["android"]["ttl"], &fcm["android"]["priority"]),
            (&json!("60s"), &json!("HIGH"))
        );
        assert_eq!(fcm["apns"]["payload"]["aps"]["badge"], json!(3));
        assert_eq!(fcm["apns"]["headers"]["apns-expiration"], json!("1795377660"));
        assert_eq!(fcm["webpush"]["headers"]["TTL"], json!("60"));
        let topic = fcm["webpush"]["headers"]["Topic"].as_str().unwrap();
        assert!(
            topic.len() == 32
                && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{topic}"
        );
        let calm = made(json!({"id": "m1", "to": {"all": true}, "title": "T"}));
        assert_eq!(calm["apns"]["payload"]["aps"].get("mutable-content"), None);
        assert!(
            calm["android"]["priority"].is_null()
                && calm["apns"]["headers"]["apns-priority"].is_null()
        );
    }

    #[test]
    fn what_does_not_fit_is_left_to_the_inbox() {
        let long = "手".repeat(4_000);
        for data in [json!({}), json!({"a": "x".repeat(3_000)}), json!({"a": "手".repeat(1_000)})]
        {
            let fcm = made(
                json!({"id": "i".repeat(255), "to": {"all": true}, "title": "T", "body": long,
                "data": data}),
            );
            assert!(fcm["notification"]["body"].as_str().unwrap().ends_with('…'));
            assert!(fcm["data"]["notification_id"].is_string());
        }
        let fcm = made(json!({"id": "m", "to": {"all": true}, "title": "手".repeat(255),
            "body": "\u{1}".repeat(4_000)}));
        assert!(!fcm["notification"]["title"].as_str().unwrap().is_empty());
    }
}
