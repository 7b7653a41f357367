//! What schemas of Rust types leave open: which values a text of an error can have, and that an
//! object without members of its own takes any.

use serde_json::{Value, json};
use shared::http::error::CODES;

/// The kinds of errors.
const KINDS: [&str; 3] = ["validation_error", "client_error", "server_error"];

/// Lists the values of `type` and `code` of an error.
pub(super) fn list_values_of_errors(document: &mut Value) {
    let codes: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    let schemas = &mut document["components"]["schemas"];
    schemas["ErrorBody"]["properties"]["type"]["enum"] = json!(KINDS);
    schemas["ErrorItem"]["properties"]["code"]["enum"] = json!(codes);
}

/// Says of each object without members that it takes any.
pub(super) fn open_objects(part: &mut Value) {
    match part {
        Value::Object(members) => {
            let is_bare = members.get("type").is_some_and(|kind| kind == "object")
                && ["properties", "additionalProperties", "oneOf", "allOf"]
                    .iter()
                    .all(|name| !members.contains_key(*name));
            if is_bare {
                members.insert("additionalProperties".to_owned(), true.into());
            }
            for (name, member) in members {
                if !matches!(name.as_str(), "example" | "examples" | "default" | "enum") {
                    open_objects(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(open_objects),
        _ => {}
    }
}
