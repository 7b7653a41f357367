//! What a push carries of a message's `data`.
//!
//! Protocol: Firebase, `projects.messages`, `data`: values are texts, and some names are reserved.
//! What has a reserved name stands in the inbox and is left out of the push.

use serde_json::{Map, Value};

/// Whether Firebase keeps a name to itself.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "from" | "notification" | "message_type")
        || name.starts_with("google")
        || name.starts_with("gcm")
}

/// Texts by name; null is left out.
pub(crate) fn texts(data: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let sent = data.iter().filter(|(name, _)| !is_reserved(name));
    sent.filter_map(|(name, value)| Some((name.clone(), text(value)?.into()))).collect()
}
