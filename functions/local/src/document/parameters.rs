//! Parameters that follow from the stack, and an example for each that has none.
//!
//! Invariant: an `example` is sent by the samples; the named `examples` of a parameter that may be
//! left out only show its form, since a made-up cursor or version would be refused.

use serde_json::{Value, json};

use super::json::members;

const PLATFORM: &str = "X-App-Platform";
const VERSION: &str = "X-App-Version";
const PLATFORMS: [&str; 3] = ["ios", "android", "web"];

/// Adds the headers by which an app says what it is to every operation that may refuse an old one.
pub(super) fn add_app_headers(document: &mut Value) {
    for (path, item) in members(document.get_mut("paths")) {
        if !path.starts_with("/api/") {
            continue;
        }
        for (_, operation) in members(Some(item)) {
            if !operation["parameters"].is_array() {
                operation["parameters"] = json!([]);
            }
            let Some(parameters) = operation["parameters"].as_array_mut() else { continue };
            if !parameters.iter().any(|one| one["name"] == PLATFORM) {
                parameters.extend([
                    header(PLATFORM, "`ios`, `android` or `web`. Send it with every request."),
                    header(
                        VERSION,
                        "The version of the app, such as `1.4.0`. Send it with every request.",
                    ),
                ]);
            }
            if let Some(platform) = parameters.iter_mut().find(|one| one["name"] == PLATFORM) {
                platform["schema"]["enum"] = json!(PLATFORMS);
            }
        }
    }
}

fn header(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "description": description, "required": false,
        "schema": {"type": "string"},
    })
}

/// Gives an example to a parameter that must be sent, which the samples then send.
pub(super) fn add_example(parameter: &mut Value) {
    if parameter["required"] == true && parameter.get("example").is_none() {
        parameter["example"] = example(parameter);
    }
}

/// Shows the form of each parameter that may be left out.
pub(super) fn show_forms(document: &mut Value) {
    for (_, item) in members(document.get_mut("paths")) {
        for (_, operation) in members(Some(item)) {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                if parameter.get("example").is_none() {
                    parameter["examples"] = json!({"form": {"value": example(parameter)}});
                }
            }
        }
    }
}

/// By its name, or else by its type.
fn example(parameter: &Value) -> Value {
    match parameter["name"].as_str().unwrap_or_default() {
        PLATFORM => json!("ios"),
        VERSION => json!("1.4.0"),
        "Accept-Language" => json!("ar, en;q=0.8"),
        "If-None-Match" | "If-Match" => json!("\"7\""),
        "Idempotency-Key" => json!("a3f1c0de-5b1e-4c55-9f6e-2f0e7b3a9d10"),
        "cursor" => json!("Zk3vV0y1mQw2c7bT8hE5sw-019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"),
        "page_size" => json!(20),
        "lang" => json!("en"),
        "category" => json!("orders"),
        "search" => json!("united"),
        "country" => json!("SA"),
        "currency" => json!("KWD"),
        "lat" => json!(24.7136),
        "lng" => json!(46.6753),
        "registration_id" => json!("dGVzdC1yZWdpc3RyYXRpb24"),
        "filter" => json!({"color": "red", "least": 3}),
        "api_key" => json!("special-key"),
        "petId" | "orderId" => json!(1),
        "username" => json!("user1"),
        "password" => json!("12345"),
        "status" => json!(["available"]),
        "tags" => json!(["tag1"]),
        "id" => json!("019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f"),
        name => panic!("the parameter {name} needs an example: add it to document/parameters.rs"),
    }
}
