//! The committed OpenAPI document: what the groups' registrations say, in the order of its folders,
//! with what no registration knows: introduction, samples, states, the message that other systems
//! publish.
//!
//! Invariant: it follows from the code alone, so that a contract test can compare it with the file.

mod folders;
mod languages;
mod order;
mod samples;
mod text;
mod webhooks;

use serde_json::{Value, json};

pub use self::{
    folders::{DEVELOPING, Folder, GROUPS as FOLDER_GROUPS, folders, place},
    samples::{Body, Call, Part},
};
use crate::groups;

/// Where it is committed, from the repository's root.
pub const FILE: &str = "functions/docs/openapi.json";

const SUMMARY: &str = "A complete backend for mobile apps: log-in by one-time code, tokens that rotate, profiles, addresses, a wallet, push \
    devices and an inbox.";

/// The document of all groups.
pub fn document() -> Value {
    let routes: Vec<_> = groups::GROUPS.iter().map(|(_, routes)| routes()).collect();
    let mut document = serde_json::to_value(shared::http::openapi::document(&routes))
        .expect("the document is JSON");
    members(document.pointer_mut("/components/responses"))
        .for_each(|(_, answer)| header_examples(answer));
    for (name, order) in shared::http::openapi::examples_in_order() {
        let content = &mut document["components"]["responses"][name]["content"];
        let Some(examples) = content.pointer_mut("/application~1json/examples") else { continue };
        let taken = order
            .iter()
            .filter_map(|code| Some(((*code).to_owned(), examples.get_mut(code)?.take())));
        *examples = Value::Object(taken.collect());
    }
    text::join_lines(&mut document["paths"]);
    text::join_lines(&mut document["components"]);
    document["info"]["summary"] = SUMMARY.into();
    document["info"]["description"] =
        introduction(document["info"]["description"].as_str().unwrap_or_default()).into();
    let described = document.clone();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            complete(&described, path, method, operation);
        }
    }
    document["servers"] = servers();
    document["webhooks"] = webhooks::webhooks();
    order::put_in_order(&mut document, &shared::http::openapi::operation_ids(&routes));
    document
}

/// The document as its file holds it.
pub fn text() -> String {
    format!("{:#}\n", document())
}

fn servers() -> Value {
    json!([
        {"url": "/", "description": "This stack"},
        {"url": "/mock", "description": "The examples of this document, where the mock is switched on"},
    ])
}

/// The guides, and what the registrations say in general.
fn introduction(general: &str) -> String {
    let guides: Vec<&str> = docs::GUIDES.iter().map(|guide| guide.text.trim_end()).collect();
    format!("{}\n\n# Conventions\n\n{general}", guides.join("\n\n"))
}

fn complete(document: &Value, path: &str, method: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let state = if DEVELOPING.contains(&id.as_str()) { "developing" } else { "released" };
    operation["x-apidog-status"] = state.into();
    members(operation.get_mut("responses")).for_each(|(_, answer)| header_examples(answer));
    operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .for_each(not_null);
    operation["x-codeSamples"] = samples::samples(document, path, method, operation);
}

/// What is not in a body may be absent, and is never null.
fn not_null(parameter: &mut Value) {
    let Some(kind) = parameter.pointer_mut("/schema/type") else { return };
    let kinds: Vec<Value> =
        kind.as_array().into_iter().flatten().filter(|kind| *kind != "null").cloned().collect();
    if let [only] = kinds.as_slice() {
        *kind = only.clone();
    }
}

/// A header's example is what its description says in code, or what is known of its name.
fn header_examples(answer: &mut Value) {
    for (name, header) in members(answer.get_mut("headers")) {
        if header.get("example").is_some() {
            continue;
        }
        let described = header["description"].as_str().unwrap_or_default();
        let quoted = described
            .strip_prefix('`')
            .and_then(|text| text.strip_suffix('`'))
            .filter(|text| !text.contains('`'));
        let known = match name {
            "Retry-After" => Some("30"),
            "ETag" => Some("\"7\""),
            "Content-Language" => Some("en"),
            "Allow" => Some("GET, HEAD, OPTIONS"),
            _ => None,
        };
        if let Some(example) = quoted.or(known) {
            let is_number = header["schema"]["type"] == "integer";
            header["example"] = example
                .parse::<i64>()
                .ok()
                .filter(|_| is_number)
                .map_or_else(|| example.into(), Into::into);
        }
    }
}

/// The members of an object; of anything else none.
fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&str, &mut Value)> {
    value
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}
