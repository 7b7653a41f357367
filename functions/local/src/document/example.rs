//! Example values of parameters and bodies.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::json::text;

/// The schema itself, or the one that it refers to.
pub(super) fn referenced<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    schema["$ref"]
        .as_str()
        .and_then(|name| document.pointer(name.trim_start_matches('#')))
        .unwrap_or(schema)
}

/// The first example of a media type.
pub(super) fn of_media(media: &Value) -> &Value {
    let first = || {
        media["examples"]
            .as_object()
            .and_then(|examples| examples.values().next())
            .map(|example| &example["value"])
    };
    media.get("example").or_else(first).unwrap_or(&Value::Null)
}

/// A parameter's example, or a value of its type.
pub(super) fn of_parameter(document: &Value, parameter: &Value) -> Value {
    let schema = referenced(document, &parameter["schema"]);
    let given = parameter
        .get("example")
        .or(schema.get("example"))
        .or(schema["examples"].get(0))
        .or(schema["enum"].get(0));
    if let Some(given) = given {
        return given.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, field)| {
                (name.clone(), of_parameter(document, &json!({"schema": field})))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        (Some("array"), _) => json!([of_parameter(document, &json!({"schema": schema["items"]}))]),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(true),
        (_, Some("uuid")) => json!("019aac3f-0000-7000-8000-000000000001"),
        _ if parameter["name"] == "Idempotency-Key" => {
            json!("a3f1c0de-5b1e-4c55-9f6e-2f0e7b3a9d10")
        }
        _ if parameter["name"] == "id" => json!("019aac3f-0000-7000-8000-000000000001"),
        _ => json!(parameter["name"].as_str().unwrap_or("text")),
    }
}

/// The pairs of a query parameter in its style.
pub(super) fn in_query(name: &str, parameter: &Value, value: &Value) -> Vec<String> {
    let pair = |name: &str, value: &str| format!("{}={}", escaped(name), escaped(value));
    let separated = |items: &[Value], separator: &str| {
        let items: Vec<String> = items.iter().map(|item| escaped(&text(item))).collect();
        vec![format!("{}={}", escaped(name), items.join(separator))]
    };
    match (value, parameter["style"].as_str().unwrap_or("form"), parameter["explode"] != false) {
        (Value::Array(items), "spaceDelimited", _) => separated(items, "%20"),
        (Value::Array(items), "pipeDelimited", _) => separated(items, "%7C"),
        (Value::Array(items), _, false) => separated(items, ","),
        (Value::Array(items), ..) => items.iter().map(|item| pair(name, &text(item))).collect(),
        (Value::Object(members), ..) => members
            .iter()
            .map(|(member, value)| pair(&format!("{name}[{member}]"), &text(value)))
            .collect(),
        _ => vec![pair(name, &text(value))],
    }
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%2E", ".")
        .replace("%5F", "_")
}
