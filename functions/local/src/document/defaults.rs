//! Defaults of requests in words. Generators make a member with a `default` required, or send its
//! default where the app has said nothing.

use serde_json::Value;

use super::json::members;

/// Puts the default of each member of a schema into its description.
pub(super) fn put_into_words(document: &mut Value) {
    for (_, schema) in members(document.pointer_mut("/components/schemas")) {
        for (_, member) in members(schema.get_mut("properties")) {
            let Some(default) = member.as_object_mut().and_then(|one| one.remove("default")) else {
                continue;
            };
            let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            let before = member["description"].as_str().unwrap_or_default();
            let joint = if before.is_empty() { "" } else { " " };
            let description = format!("{before}{joint}`{default}` where it is not sent.");
            member["description"] = description.into();
        }
    }
}
