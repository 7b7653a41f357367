//! Access to the members of JSON objects.

use serde_json::Value;

/// The members of an object; none for any other value.
pub(super) fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&str, &mut Value)> {
    value
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// A string without its quotes; any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
