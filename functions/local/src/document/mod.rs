//! The committed OpenAPI document: the operations that the groups register, in the order of the
//! folders, with introduction, samples, release states, and the message that other systems publish.
//!
//! Invariant: it is generated from the code alone, so that a contract test can compare it with the
//! committed file.

mod call;
mod closed_values;
mod declared_headers;
mod defaults;
mod example;
mod flatten;
mod folders;
mod json;
mod languages;
mod movements;
mod nullable;
mod one_name;
mod order;
mod paragraphs;
mod parameters;
mod samples;
mod webhooks;

use serde_json::{Value, json};

use self::json::members;
pub use self::{
    call::{Body, Call, Part},
    folders::{Folder, folders},
};
use crate::functions;

/// The committed file, from the repository's root.
pub const FILE: &str = "functions/docs/openapi.json";

const SUMMARY: &str = "A complete backend for mobile apps: log-in by one-time code, rotating \
    tokens, profiles, addresses, a wallet, push devices and an inbox.";

pub fn document() -> Value {
    let routes: Vec<_> = functions::groups().map(|(_, routes)| routes()).collect();
    let mut document = serde_json::to_value(shared::http::openapi::document(&routes))
        .expect("the document is JSON");
    flatten::merge_objects(&mut document);
    nullable::replace_choices(&mut document);
    one_name::refer_to_components(&mut document);
    movements::split_by_type(&mut document);
    closed_values::list_values_of_errors(&mut document);
    closed_values::open_objects(&mut document["components"]["schemas"]);
    parameters::add_app_headers(&mut document);
    members(document.pointer_mut("/components/responses"))
        .for_each(|(_, response)| add_header_examples(response));
    for (name, order) in shared::http::openapi::examples_in_order() {
        let examples = format!("/components/responses/{name}/content/application~1json/examples");
        let Some(examples) = document.pointer_mut(&examples) else { continue };
        let sorted = order
            .iter()
            .filter_map(|code| Some(((*code).to_owned(), examples.get_mut(code)?.take())));
        *examples = Value::Object(sorted.collect());
    }
    paragraphs::join_lines(&mut document["paths"]);
    paragraphs::join_lines(&mut document["components"]);
    defaults::put_into_words(&mut document);
    document["info"]["summary"] = SUMMARY.into();
    let schemas = document.clone();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            complete(&schemas, path, method, operation);
        }
    }
    parameters::show_forms(&mut document);
    declared_headers::declare(&mut document);
    document["servers"] = servers();
    document["webhooks"] = webhooks::webhooks();
    closed_values::open_objects(&mut document["webhooks"]);
    let others = other_tags();
    order::sort(&mut document, &shared::http::openapi::operation_ids(&routes), &others);
    document
}

/// The tags that are no folder of the original API, with the descriptions of their groups.
fn other_tags() -> Vec<(String, &'static str)> {
    let mut tags = Vec::new();
    for group in groups::GROUPS {
        for tag in shared::http::openapi::tags(&(group.routes)()) {
            let is_known = folders().any(|folder| folder.tag == tag)
                || tags.iter().any(|(known, _)| *known == tag);
            if !is_known {
                tags.push((tag, group.description));
            }
        }
    }
    tags
}

/// The content of [`FILE`].
pub fn text() -> String {
    format!("{:#}\n", document())
}

fn servers() -> Value {
    json!([
        {"url": "/", "description": "This stack"},
        {
            "url": "/mock",
            "description": "The examples of this document, if the mock is enabled",
        },
    ])
}

fn complete(document: &Value, path: &str, method: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let state = if folders::DEVELOPING.contains(&id.as_str()) { "developing" } else { "released" };
    operation["x-apidog-status"] = state.into();
    members(operation.get_mut("responses")).for_each(|(_, response)| add_header_examples(response));
    operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .for_each(complete_parameter);
    operation["x-codeSamples"] = samples::samples(document, path, method, operation);
}

/// A parameter outside of a body may be absent, but cannot be null, and no segment of a path is
/// empty.
fn complete_parameter(parameter: &mut Value) {
    let is_text = parameter["in"] == "path" && parameter["schema"]["type"] == "string";
    if is_text && parameter["schema"].get("format").is_none() {
        parameter["schema"]["minLength"] = json!(1);
    }
    parameters::add_example(parameter);
    let Some(kind) = parameter.pointer_mut("/schema/type") else { return };
    let kinds: Vec<Value> =
        kind.as_array().into_iter().flatten().filter(|kind| *kind != "null").cloned().collect();
    if let [only] = kinds.as_slice() {
        *kind = only.clone();
    }
}

/// The seconds that the first error of an answer says to wait.
fn seconds_in(response: &Value) -> Option<String> {
    let media = &response["content"]["application/json"];
    let detail = example::of_media(media)["errors"][0]["detail"].as_str()?;
    Some(detail.split_once("available in ")?.1.split_once(' ')?.0.to_owned())
}

/// The example of a header is the code in its description, or one for its name.
fn add_header_examples(response: &mut Value) {
    let wait = seconds_in(response);
    for (name, header) in members(response.get_mut("headers")) {
        if header.get("example").is_some() {
            continue;
        }
        let description = header["description"].as_str().unwrap_or_default();
        let quoted = description
            .strip_prefix('`')
            .and_then(|text| text.strip_suffix('`'))
            .filter(|text| !text.contains('`'));
        let known = match name {
            "Retry-After" => Some(wait.as_deref().unwrap_or("30")),
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
