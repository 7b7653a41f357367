//! Bodies of requests made from the document, so that a new field of a request is sent without a
//! change of the tests.

use serde_json::{Map, Value, json};

/// A body with a value for every field of an operation's request.
///
/// The values are those of `known`, then those of the documented example, then ones that fit the
/// schema. Fields of `except` are left out.
pub(super) fn full_body(operation: &str, known: &Value, except: &[&str]) -> Value {
    let document = local::document::document();
    let media = &described(&document, operation)["requestBody"]["content"]["application/json"];
    let mut body = value_of(&document, &media["schema"], operation, &[known, &media["example"]]);
    let fields = body.as_object_mut().expect("the body is an object");
    fields.retain(|name, _| !except.contains(&name.as_str()));
    body
}

/// The target of a schema's reference, or the schema itself.
pub(super) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().map(|name| name.trim_start_matches('#'));
    name.and_then(|name| document.pointer(name)).unwrap_or(schema)
}

fn described<'a>(document: &'a Value, operation: &str) -> &'a Value {
    let members = |value: &'a Value| value.as_object().into_iter().flat_map(Map::values);
    let items = members(&document["paths"]).chain(members(&document["webhooks"]));
    items
        .flat_map(members)
        .find(|described| described["operationId"] == operation)
        .unwrap_or_else(|| panic!("the document has no operation {operation}"))
}

fn value_of(document: &Value, schema: &Value, name: &str, known: &[&Value]) -> Value {
    let schema = resolved(document, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| choice["type"] != "null");
        return value_of(document, choice.expect("a choice"), name, known);
    }
    if let Some(fields) = schema["properties"].as_object() {
        let value = |(name, schema): (&String, &Value)| {
            let known: Vec<&Value> = known.iter().filter_map(|known| known.get(name)).collect();
            (name.clone(), value_of(document, schema, name, &known))
        };
        return Value::Object(fields.iter().map(value).collect());
    }
    if let Some(known) = known.first() {
        return (*known).clone();
    }
    if let Some(value) = schema["enum"].as_array().and_then(|all| all.first()) {
        return value.clone();
    }
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
    match kind.as_str() {
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("array") => json!([value_of(document, &schema["items"], name, known)]),
        Some("object") => json!({"of": name}),
        _ => json!(text_of(schema, name)),
    }
}

fn text_of(schema: &Value, name: &str) -> String {
    match schema["format"].as_str() {
        Some("date") => "1990-02-28".to_owned(),
        Some("date-time") => "2026-11-22T20:00:00.000Z".to_owned(),
        Some("email") => "amal@example.com".to_owned(),
        Some("uri") => format!("https://example.com/{name}"),
        Some("uuid") => "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f".to_owned(),
        _ => {
            let longest = schema["maxLength"].as_u64().and_then(|most| most.try_into().ok());
            format!("a {name} of this test").chars().take(longest.unwrap_or(usize::MAX)).collect()
        }
    }
}
