//! Structs within a struct whose members appear beside its own. The registrations describe them as
//! `allOf`; one object says the same, and all generators of clients understand it.

use serde_json::{Map, Value};

use super::json::members;

/// Makes one object of each schema, and of each member of one, that is made of nothing but objects
/// written out in place.
pub(super) fn merge_objects(document: &mut Value) {
    for (_, schema) in members(document.pointer_mut("/components/schemas")) {
        merge(schema);
        members(schema.get_mut("properties")).for_each(|(_, member)| merge(member));
    }
}

fn merge(schema: &mut Value) {
    let parts = schema["allOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parts.is_empty() || !parts.iter().all(|part| part["type"] == "object") {
        return;
    }
    let own = parts.last().map(|part| part["description"].clone());
    let description = schema.get("description").cloned().or(own).unwrap_or_default();
    *schema = merged(parts, description);
}

fn merged(parts: &[Value], description: Value) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    // The last part has the members of the struct itself.
    for part in parts.iter().rev() {
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    properties.sort_keys();
    let mut object = Map::from_iter([("type".to_owned(), Value::from("object"))]);
    if !description.is_null() {
        object.insert("description".to_owned(), description);
    }
    if !required.is_empty() {
        object.insert("required".to_owned(), required.into());
    }
    object.insert("properties".to_owned(), properties.into());
    Value::Object(object)
}
