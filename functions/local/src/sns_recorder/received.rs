//! A push as the app gets it: what Firebase Cloud Messaging makes of one message for each platform.
//!
//! Protocol (Firebase, `projects.messages`; Apple, "Generating a remote notification"): a
//! platform's own `notification` overrides the common one member by member, its own `data` the
//! common one as a whole. On iOS, title and body become the alert, and `data` stands beside `aps`.
//! What Firebase adds of its own, such as its message id, is left out.
//!
//! All three are shown, since one platform application of SNS serves every platform, and an
//! endpoint does not tell which one is its own.

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// What `FirebaseMessagingService` gets, and how it is delivered.
    pub android: Value,
    /// Headers and payload for APNs.
    pub ios: Value,
    /// What the service worker gets, and the headers of the web push.
    pub web: Value,
}

impl Received {
    /// Of a message in the form of the HTTP v1 API.
    pub fn of(message: &Value) -> Self {
        Self { android: android(message), ios: ios(message), web: web(message) }
    }
}

fn android(message: &Value) -> Value {
    let mut own = members(&message["android"]);
    let notification = [&message["notification"], &message["android"]["notification"]];
    own.remove("notification");
    set(&mut own, "notification", merged(notification));
    set(&mut own, "data", data(message, "android"));
    own.into()
}

fn ios(message: &Value) -> Value {
    let apns = &message["apns"];
    let mut aps = members(&apns["payload"]["aps"]);
    let mut alert = members(&message["notification"]);
    let image = alert.remove("image");
    match aps.remove("alert") {
        Some(Value::Object(own)) => alert.extend(own),
        Some(text) => alert = Map::from_iter([("body".to_owned(), text)]),
        None => {}
    }
    set(&mut aps, "alert", alert);
    let mut payload = merged([&message["data"], &apns["payload"]]);
    payload.remove("aps");
    let mut options = members(&apns["fcm_options"]);
    if let Some(image) = image {
        options.entry("image").or_insert(image);
    }
    set(&mut payload, "fcm_options", options);
    payload.insert("aps".to_owned(), aps.into());
    let mut ios = Map::new();
    set(&mut ios, "headers", members(&apns["headers"]));
    set(&mut ios, "payload", payload);
    ios.into()
}

fn web(message: &Value) -> Value {
    let own = &message["webpush"];
    let mut web = Map::new();
    set(&mut web, "headers", members(&own["headers"]));
    set(&mut web, "notification", merged([&message["notification"], &own["notification"]]));
    set(&mut web, "data", data(message, "webpush"));
    set(&mut web, "fcm_options", members(&own["fcm_options"]));
    web.into()
}

/// The data of a platform, or the common one.
fn data(message: &Value, platform: &str) -> Map<String, Value> {
    let own = members(&message[platform]["data"]);
    if own.is_empty() { members(&message["data"]) } else { own }
}

/// The members of both; of those with one name, the second.
fn merged([common, own]: [&Value; 2]) -> Map<String, Value> {
    members(common).into_iter().chain(members(own)).collect()
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Sets a member, unless there is nothing in it.
fn set(object: &mut Map<String, Value>, name: &str, value: Map<String, Value>) {
    if !value.is_empty() {
        object.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_platform_gets_its_own_form_of_a_push() {
        let message = json!({
            "notification": {"title": "T", "body": "B", "image": "https://example.com/a.png"},
            "data": {"type": "order", "n": "1"},
            "android": {"ttl": "60s", "collapse_key": "k", "priority": "HIGH",
                "notification": {"tag": "k", "notification_count": 3, "title": "Android's"}},
            "apns": {"headers": {"apns-priority": "10"},
                "payload": {"aps": {"sound": "default", "badge": 3}, "thread": "x"}},
            "webpush": {"headers": {"TTL": "60"}, "notification": {"icon": "i"},
                "data": {"web": "yes"}, "fcm_options": {"link": "https://example.com/"}},
        });
        let Received { android, ios, web } = Received::of(&message);
        assert_eq!(
            android,
            json!({"ttl": "60s", "collapse_key": "k", "priority": "HIGH",
                "notification": {"title": "Android's", "body": "B",
                    "image": "https://example.com/a.png", "tag": "k", "notification_count": 3},
                "data": {"type": "order", "n": "1"}})
        );
        assert_eq!(
            ios,
            json!({"headers": {"apns-priority": "10"},
                "payload": {"type": "order", "n": "1", "thread": "x",
                    "fcm_options": {"image": "https://example.com/a.png"},
                    "aps": {"sound": "default", "badge": 3,
                        "alert": {"title": "T", "body": "B"}}}})
        );
        assert_eq!(
            web,
            json!({"headers": {"TTL": "60"},
                "notification": {"title": "T", "body": "B", "icon": "i",
                    "image": "https://example.com/a.png"},
                "data": {"web": "yes"}, "fcm_options": {"link": "https://example.com/"}})
        );
    }

    #[test]
    fn a_silent_push_is_data_alone() {
        let message = json!({"data": {"n": "1"}, "apns": {
            "headers": {"apns-push-type": "background"},
            "payload": {"aps": {"content-available": 1}}}});
        let Received { android, ios, web } = Received::of(&message);
        assert_eq!((&android, &web), (&json!({"data": {"n": "1"}}), &json!({"data": {"n": "1"}})));
        assert_eq!(ios["payload"], json!({"n": "1", "aps": {"content-available": 1}}));
    }

    #[test]
    fn an_alert_of_its_own_replaces_that_of_the_message() {
        let message = |alert: Value| {
            json!({"notification": {"title": "T", "body": "B"},
                "apns": {"payload": {"aps": {"alert": alert}}}})
        };
        let alert = |own: Value| Received::of(&message(own)).ios["payload"]["aps"]["alert"].clone();
        assert_eq!(alert(json!("Text")), json!({"body": "Text"}));
        assert_eq!(alert(json!({"body": "Own"})), json!({"title": "T", "body": "Own"}));
    }
}
