//! What is published to an endpoint: a message of Firebase Cloud Messaging's HTTP v1 API, as SNS
//! takes it under `GCM`.
//!
//! Protocol: AWS, "Using Amazon SNS to send FCM v1 payloads"; Firebase, `projects.messages`; Apple,
//! "Generating a remote notification" and "Sending notification requests to APNs"; RFC 8030.
//! `payload/published.txt` lists the members that these have. Invariant: a message has at most
//! 4,096 bytes, so what does not fit is left to the inbox. A silent one fits as a whole.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::{hashes::ContentHash, ids::NotificationId};

use crate::{data, message::Message};

/// The most bytes of FCM's message, with some to spare for what SNS adds.
const MOST_BYTES: usize = 3_900;
/// How long a push service keeps a push where the message does not say, seconds (28 days, its own
/// default).
const DEFAULT_TTL: u32 = 2_419_200;
/// The most characters of a web push's topic, of the base64url alphabet (RFC 8030, section 5.4).
const LONGEST_TOPIC: usize = 32;
/// The most bytes of a collapse key that every push service takes.
const LONGEST_KEY: usize = 64;

/// How much of a message a push has.
#[derive(Clone, Copy)]
struct Extent {
    picture: Picture,
    /// Whether it has the publisher's data.
    data: bool,
    /// The most characters of the text, and of the title where that is fewer than it has.
    text: usize,
}

/// Where a push has the picture's address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Picture {
    /// For all platforms, and where each of them looks for it.
    Everywhere,
    /// For all platforms.
    Once,
    /// Nowhere.
    Left,
}

/// What is cut in this order still leads the reader to the whole: first what is said twice, then
/// the data, then long texts, and at last the picture.
const EXTENTS: [Extent; 7] = [
    Extent { picture: Picture::Everywhere, data: true, text: 4_000 },
    Extent { picture: Picture::Once, data: true, text: 4_000 },
    Extent { picture: Picture::Once, data: false, text: 4_000 },
    Extent { picture: Picture::Once, data: false, text: 600 },
    Extent { picture: Picture::Once, data: false, text: 150 },
    Extent { picture: Picture::Once, data: false, text: 30 },
    Extent { picture: Picture::Left, data: false, text: 30 },
];

/// The text to publish, under `MessageStructure` `json`.
pub(crate) fn payload(
    message: &Message,
    notification: Option<NotificationId>,
    unread: Option<u64>,
    now: Timestamp,
) -> String {
    let mut fcm = String::new();
    for extent in EXTENTS {
        let mut made = delivery(message, now);
        made["data"] = Value::Object(data(message, notification, extent.data || message.silent));
        if message.silent {
            silence(&mut made);
        } else {
            show(&mut made, message, extent);
            count(&mut made, unread);
        }
        fcm = made.to_string();
        if fcm.len() <= MOST_BYTES {
            break;
        }
    }
    let fcm = format!("{{\"fcmV1Message\":{{\"message\":{fcm}}}}}");
    json!({"default": message.title, "GCM": fcm}).to_string()
}

/// How push services handle it: how long they keep it, and what takes its place.
fn delivery(message: &Message, now: Timestamp) -> Value {
    let ttl = message.ttl.unwrap_or(DEFAULT_TTL);
    let key = collapse_key(&message.collapse_key);
    let topic: String =
        ContentHash::of(&message.collapse_key).as_str().chars().take(LONGEST_TOPIC).collect();
    json!({
        "android": {"collapse_key": key, "ttl": format!("{ttl}s")},
        "apns": {
            "headers": {"apns-collapse-id": key,
                "apns-expiration": (now.as_second() + i64::from(ttl)).to_string()},
            "payload": {"aps": {}},
        },
        "webpush": {"headers": {"TTL": ttl.to_string(), "Topic": topic}},
    })
}

/// A push that wakes the app in the background. Apple refuses such a push with a higher priority.
fn silence(fcm: &mut Value) {
    fcm["android"]["priority"] = json!("NORMAL");
    fcm["apns"]["headers"]["apns-push-type"] = json!("background");
    fcm["apns"]["headers"]["apns-priority"] = json!("5");
    fcm["apns"]["payload"]["aps"]["content-available"] = json!(1);
}

/// What people see and hear.
fn show(fcm: &mut Value, message: &Message, extent: Extent) {
    let look = &message.appearance;
    let title = cut(&message.title, extent.text.min(255));
    fcm["notification"] = json!({"title": title, "body": cut(&message.body, extent.text)});
    // Where the first of two pushes was shown already, the second takes its place.
    fcm["android"]["notification"]["tag"] = fcm["android"]["collapse_key"].clone();
    fcm["apns"]["payload"]["aps"]["sound"] =
        json!(look.sound_on_ios.as_deref().unwrap_or("default"));
    if let Some(image) = look.image_url.as_ref().filter(|_| extent.picture != Picture::Left) {
        fcm["notification"]["image"] = json!(image);
        // Lets the app's extension fetch the picture before the push is shown.
        fcm["apns"]["payload"]["aps"]["mutable-content"] = json!(1);
        if extent.picture == Picture::Everywhere {
            fcm["apns"]["fcm_options"]["image"] = json!(image);
            fcm["webpush"]["notification"]["image"] = json!(image);
        }
    }
    if let Some(sound) = &look.sound_on_android {
        fcm["android"]["notification"]["sound"] = json!(sound);
    }
    if let Some(channel) = &look.android_channel {
        fcm["android"]["notification"]["channel_id"] = json!(channel);
    }
    if let Some(category) = &look.category {
        fcm["android"]["notification"]["click_action"] = json!(category);
        fcm["apns"]["payload"]["aps"]["category"] = json!(category);
    }
    if let Some(link) = &look.link {
        fcm["webpush"]["fcm_options"]["link"] = json!(link);
    }
    // Otherwise each service treats it as it treats what people are to read.
    if message.critical {
        fcm["android"]["priority"] = json!("HIGH");
        fcm["apns"]["headers"]["apns-priority"] = json!("10");
        fcm["apns"]["payload"]["aps"]["interruption-level"] = json!("time-sensitive");
        fcm["webpush"]["headers"]["Urgency"] = json!("high");
    }
}

fn count(fcm: &mut Value, unread: Option<u64>) {
    if let Some(unread) = unread {
        fcm["android"]["notification"]["notification_count"] = json!(unread);
        fcm["apns"]["payload"]["aps"]["badge"] = json!(unread);
    }
}

/// Texts by name. The message's kind is always among them, and so are its link and the item's id
/// in the inbox, where there are any.
fn data(
    message: &Message,
    notification: Option<NotificationId>,
    is_whole: bool,
) -> Map<String, Value> {
    let mut data = if is_whole { data::texts(&message.data) } else { Map::new() };
    let link = message.appearance.link.clone();
    data.extend(link.map(|link| ("link".to_owned(), Value::String(link))));
    let notification = notification.map(|id| Value::String(id.to_string()));
    data.extend(notification.map(|id| ("notification_id".to_owned(), id)));
    data.insert("type".to_owned(), Value::String(message.kind.clone()));
    data
}

/// A key that every push service takes and that does not grow where JSON is written.
fn collapse_key(key: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if key.len() <= LONGEST_KEY && key.bytes().all(is_plain) {
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
mod tests;
