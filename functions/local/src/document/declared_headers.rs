//! The headers of answers that follow from the stack and not from an operation: each is declared
//! once under `components.headers`, and every answer that can have it refers to it.

use serde_json::{Value, json};

use super::json::members;

const RATE_LIMITS: [&str; 2] = ["RateLimit", "RateLimit-Policy"];
const REQUEST_ID: &str = "X-Request-Id";
const REPLAYED: &str = "Idempotency-Replayed";
const LINK: &str = "Link";
const DISPOSITION: &str = "Content-Disposition";
const ALLOW: &str = "Allow";
/// What an answer that has not changed says of the version that the client has.
const OF_A_VERSION: [&str; 3] = ["ETag", "Cache-Control", "Content-Language"];
/// Statuses that are given before any limit counts.
const BEFORE_LIMITS: [&str; 6] = ["304", "405", "406", "413", "415", "426"];

/// The answers under `components.responses` that are given before any limit counts.
const COMMON_BEFORE_LIMITS: [&str; 6] = [
    "NotModified",
    "MethodNotAllowed",
    "NotAcceptable",
    "TooLarge",
    "UnsupportedMediaType",
    "UpgradeRequired",
];

/// Declares them, and refers to them from every answer.
pub(super) fn declare(document: &mut Value) {
    document["components"]["headers"] = headers();
    for (name, response) in members(document.pointer_mut("/components/responses")) {
        refer(response, REQUEST_ID);
        if name == "NotModified" {
            refer_to_all(response, &OF_A_VERSION);
        }
        if !COMMON_BEFORE_LIMITS.contains(&name) {
            refer_to_all(response, &RATE_LIMITS);
        }
    }
    for (_, item) in members(document.get_mut("paths")) {
        for (_, operation) in members(Some(item)) {
            let has = |name: &str| {
                let parameters = operation["parameters"].as_array();
                parameters.is_some_and(|all| all.iter().any(|one| one["name"] == name))
            };
            let is_limited = operation["responses"].get("429").is_some();
            let (is_keyed, id) = (has("Idempotency-Key"), operation["operationId"].clone());
            for (status, response) in members(operation.get_mut("responses")) {
                if response.get("$ref").is_some() {
                    continue;
                }
                refer(response, REQUEST_ID);
                if status == "405" {
                    refer(response, ALLOW);
                }
                if is_limited && !BEFORE_LIMITS.contains(&status) {
                    refer_to_all(response, &RATE_LIMITS);
                }
                if is_keyed && !BEFORE_LIMITS.contains(&status) {
                    refer(response, REPLAYED);
                }
                if id == "listWalletDetails" && status == "200" {
                    refer(response, LINK);
                    refer(response, DISPOSITION);
                }
            }
        }
    }
}

fn refer_to_all(response: &mut Value, headers: &[&str]) {
    for header in headers {
        refer(response, header);
    }
}

/// Unless the answer describes the header itself.
fn refer(response: &mut Value, header: &str) {
    if response.get("headers").is_none() {
        response["headers"] = json!({});
    }
    if response["headers"].get(header).is_none() {
        response["headers"][header] = json!({"$ref": format!("#/components/headers/{header}")});
    }
}

fn headers() -> Value {
    let text = |description: &str, example: &str| {
        let schema = json!({"type": "string"});
        json!({"description": description, "schema": schema, "example": example})
    };
    json!({
        REQUEST_ID: text(
            "Names this request. Quote it when you report a problem.",
            "JKJaXmPLvHcESHA=",
        ),
        "RateLimit": text(
            "How the limits that counted this request stand: `r` requests are left for `t` \
             seconds. Absent where none counted it.",
            "\"writes\";r=118;t=42",
        ),
        "RateLimit-Policy": text(
            "The limits that counted this request: `q` requests in `w` seconds.",
            "\"writes\";q=120;w=60",
        ),
        REPLAYED: json!({
            "description": "`true` where this is the stored answer of an earlier request with the \
                same `Idempotency-Key`.",
            "schema": {"type": "string", "enum": ["true"]},
            "example": "true",
        }),
        LINK: text(
            "In `text/csv`, the address of the next page, with `rel=\"next\"`.",
            "<https://api.example.com/api/wallet/?cursor=mZ2>; rel=\"next\"",
        ),
        DISPOSITION: text(
            "In `text/csv`, the name of the file.",
            "attachment; filename=\"statement.csv\"",
        ),
        ALLOW: text("The methods of the path.", "GET, HEAD, OPTIONS"),
        "ETag": text("Names the version that you have.", "\"7\""),
        "Cache-Control": text("How long the version that you have can be used.", "no-store"),
        "Content-Language": text("The language of the version that you have.", "en"),
    })
}
