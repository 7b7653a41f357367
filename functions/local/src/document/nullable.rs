//! What may be null and is a reference. The registrations describe it as `oneOf` of the reference
//! and null, which Apple's generator skips. All generators understand a reference to a component
//! that may be null itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::json::members;

const SCHEMAS: &str = "#/components/schemas/";
/// Begins the name of a copy that may be null, where others refer to what may not.
const PREFIX: &str = "Nullable";

/// Replaces each `oneOf` of something and null.
pub(super) fn replace_choices(document: &mut Value) {
    for item in members(document.get_mut("paths")).map(|(_, item)| item) {
        for (_, operation) in members(Some(item)) {
            let content = operation.pointer_mut("/requestBody/content");
            members(content).for_each(|(_, media)| unwrap_body(&mut media["schema"]));
        }
    }
    let mut elsewhere = BTreeSet::new();
    collect_references(document, &mut elsewhere);
    let mut named = BTreeSet::new();
    replace(document, &elsewhere, &mut named);
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    let Some(schemas) = schemas else { return };
    for name in named {
        let target = new_name(&name, &elsewhere);
        let made = schemas.get(&name).cloned().map(or_null);
        schemas.extend(made.map(|schema| (target, schema)));
    }
}

/// A body that may be absent needs no null: its `required` is false.
fn unwrap_body(schema: &mut Value) {
    if let Some(value) = value_or_null(schema).cloned() {
        *schema = value;
    }
}

/// The other choice, if there are two and one of them is null.
fn value_or_null(schema: &Value) -> Option<&Value> {
    let choices = schema.get("oneOf").or(schema.get("anyOf"))?.as_array()?;
    let is_null = |choice: &&Value| choice["type"] == "null";
    match choices.iter().partition::<Vec<_>, _>(is_null) {
        (nulls, values) if nulls.len() == 1 => match values.as_slice() {
            [value] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The names of the schemas that are referred to where null is not admitted.
fn collect_references(part: &Value, names: &mut BTreeSet<String>) {
    if let Some(name) = referenced(part) {
        names.insert(name.to_owned());
    }
    match part {
        Value::Object(members) if value_or_null(part).is_none_or(|value| !is_reference(value)) => {
            members.values().for_each(|member| collect_references(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, names)),
        _ => {}
    }
}

fn referenced(part: &Value) -> Option<&str> {
    part.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

fn is_reference(part: &Value) -> bool {
    referenced(part).is_some()
}

/// The name of the schema that may be null.
fn new_name(name: &str, elsewhere: &BTreeSet<String>) -> String {
    if elsewhere.contains(name) { format!("{PREFIX}{name}") } else { name.to_owned() }
}

/// Replaces the choices of a part, and collects the names of what they refer to.
fn replace(part: &mut Value, elsewhere: &BTreeSet<String>, named: &mut BTreeSet<String>) {
    if let Some(value) = value_or_null(part).cloned() {
        let replaced = match referenced(&value) {
            Some(name) => {
                named.insert(name.to_owned());
                json!({"$ref": format!("{SCHEMAS}{}", new_name(name, elsewhere))})
            }
            None => or_null(value.clone()),
        };
        let beside = [&value, &*part].into_iter().filter_map(Value::as_object).flatten();
        let beside: Map<String, Value> = beside
            .filter(|(member, _)| matches!(member.as_str(), "description" | "default"))
            .map(|(member, value)| (member.clone(), value.clone()))
            .collect();
        *part = replaced;
        part.as_object_mut().into_iter().for_each(|part| part.extend(beside.clone()));
    }
    match part {
        Value::Object(members) => {
            members.values_mut().for_each(|member| replace(member, elsewhere, named));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, elsewhere, named)),
        _ => {}
    }
}

/// The same schema, or null.
fn or_null(mut schema: Value) -> Value {
    if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
        schema["type"] = json!([kind, "null"]);
    }
    if let Some(allowed) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        allowed.push(Value::Null);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_or_null_becomes_a_reference_to_what_may_be_null() {
        let choice = |name: &str, description: &str| {
            json!({"oneOf": [
                {"$ref": format!("{SCHEMAS}{name}"), "description": description}, {"type": "null"},
            ]})
        };
        let mut document = json!({
            "paths": {"/": {"post": {"requestBody": {"content": {"application/json": {
                "schema": choice("Body", "")}}}}}},
            "components": {"schemas": {
                "Body": {"type": "object", "properties": {
                    "kind": choice("Kind", "Which."),
                    "from": choice("Place", "Where."),
                    "to": {"$ref": "#/components/schemas/Place"},
                    "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
                }},
                "Kind": {"type": "string", "enum": ["a"]},
                "Place": {"type": "object"},
            }},
        });
        replace_choices(&mut document);
        let body = "/paths/~1/post/requestBody/content/application~1json/schema/$ref";
        assert_eq!(document.pointer(body), Some(&json!("#/components/schemas/Body")));
        let schemas = json!({
            "Body": {"type": "object", "properties": {
                "kind": {"$ref": "#/components/schemas/Kind", "description": "Which."},
                "from": {"$ref": "#/components/schemas/NullablePlace", "description": "Where."},
                "to": {"$ref": "#/components/schemas/Place"},
                "note": {"type": ["string", "null"]},
            }},
            "Kind": {"type": ["string", "null"], "enum": ["a", null]},
            "Place": {"type": "object"},
            "NullablePlace": {"type": ["object", "null"]},
        });
        assert_eq!(document["components"]["schemas"], schemas);
    }
}
