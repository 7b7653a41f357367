//! The committed OpenAPI document: what the groups' registrations say, in the order of its folders, with what no registration knows:
//! introduction, samples, states, the message that other systems publish.
//!
//! Invariant: it follows from the code alone, so that a contract test can compare it with the file.

mod folders;
mod languages;
mod samples;
mod webhooks;

use std::{cmp::Reverse, collections::HashMap};

use serde_json::{Map, Value, json};

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
    let mut document = serde_json::to_value(shared::http::openapi::document(&routes)).expect("the document is JSON");
    members(document.pointer_mut("/components/responses")).for_each(|(_, answer)| header_examples(answer));
    for (name, order) in shared::http::openapi::examples_in_order() {
        let examples = &mut document["components"]["responses"][name]["content"]["application/json"]["examples"];
        let taken = order.iter().filter_map(|code| Some(((*code).to_owned(), examples.get_mut(code)?.take())));
        *examples = Value::Object(taken.collect());
    }
    document["info"]["summary"] = SUMMARY.into();
    document["info"]["description"] = introduction(document["info"]["description"].as_str().unwrap_or_default()).into();
    let described = document.clone();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            complete(&described, path, method, operation);
        }
    }
    let ids = shared::http::openapi::operation_ids(&routes);
    let registered: HashMap<String, usize> = ids.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
    put_in_order(&mut document, &registered);
    document["webhooks"] = webhooks::webhooks();
    let members = document.as_object_mut().map(std::mem::take).unwrap_or_default();
    in_reading_order(members)
}

/// The document as its file holds it.
pub fn text() -> String {
    format!("{:#}\n", document())
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
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten().for_each(not_null);
    operation["x-codeSamples"] = samples::samples(document, path, method, operation);
}

/// What is not in a body may be absent, and is never null.
fn not_null(parameter: &mut Value) {
    let Some(kind) = parameter.pointer_mut("/schema/type") else { return };
    let kinds: Vec<Value> = kind.as_array().into_iter().flatten().filter(|kind| *kind != "null").cloned().collect();
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
        let quoted = described.strip_prefix('`').and_then(|text| text.strip_suffix('`')).filter(|text| !text.contains('`'));
        let known = match name {
            "Retry-After" => Some("30"),
            "ETag" => Some("\"7\""),
            "Content-Language" => Some("en"),
            "Allow" => Some("GET, HEAD, OPTIONS"),
            _ => None,
        };
        if let Some(example) = quoted.or(known) {
            let is_number = header["schema"]["type"] == "integer";
            header["example"] = example.parse::<i64>().ok().filter(|_| is_number).map_or_else(|| example.into(), Into::into);
        }
    }
}

/// Tags by their groups; operations numbered within their folders; paths and methods in the order in which they are first met.
fn put_in_order(document: &mut Value, registered: &HashMap<String, usize>) {
    let mut placed: Vec<(usize, usize, usize, String, String)> = Vec::new();
    for (path, item) in members(document.get_mut("paths")) {
        for (method, operation) in members(Some(item)) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let (folder, known) = place(operation["tags"][0].as_str().unwrap_or_default(), id);
            let own = registered.get(id).copied().unwrap_or(usize::MAX);
            placed.push((folder, known, own, path.to_owned(), method.to_owned()));
        }
    }
    placed.sort();
    let mut before: HashMap<usize, u64> = HashMap::new();
    for (folder, .., path, method) in &placed {
        let number = before.entry(*folder).or_default();
        *number += 1;
        document["paths"][path][method]["x-order"] = (*number).into();
    }
    let first = |path: &str, method: Option<&str>| {
        let is_it =
            |(_, _, _, p, m): &&(usize, usize, usize, String, String)| p == path && method.is_none_or(|method| m == method);
        placed.iter().position(|one| is_it(&one)).unwrap_or(usize::MAX)
    };
    if let Value::Object(paths) = document["paths"].take() {
        let mut paths: Vec<(String, Value)> = paths.into_iter().collect();
        paths.sort_by_key(|(path, _)| first(path, None));
        for (path, item) in &mut paths {
            if let Value::Object(methods) = item.take() {
                let mut methods: Vec<(String, Value)> = methods.into_iter().collect();
                methods.sort_by_key(|(method, _)| first(path, Some(method)));
                *item = Value::Object(methods.into_iter().collect());
            }
        }
        document["paths"] = Value::Object(paths.into_iter().collect());
    }
    let used: Vec<&Folder> =
        folders().enumerate().filter(|(place, _)| before.contains_key(place)).map(|(_, folder)| folder).collect();
    let tag = |folder: &&Folder| json!({"name": folder.tag, "x-displayName": folder.shown, "description": folder.about});
    document["tags"] = used.iter().map(tag).collect();
    let group = |group: &folders::Group| {
        let tags: Vec<&str> =
            group.folders.iter().filter(|one| used.iter().any(|used| used.tag == one.tag)).map(|one| one.tag).collect();
        (!tags.is_empty()).then(|| json!({"name": group.name, "tags": tags}))
    };
    document["x-tagGroups"] = FOLDER_GROUPS.iter().filter_map(group).collect();
}

/// What is read first stands first; the servers are added here.
fn in_reading_order(mut members: Map<String, Value>) -> Value {
    members.insert(
        "servers".to_owned(),
        json!([
            {"url": "/", "description": "This stack"},
            {"url": "/mock", "description": "The examples of this document, where the mock is switched on"},
        ]),
    );
    let order = ["openapi", "info", "servers", "tags", "x-tagGroups", "paths", "webhooks", "components"];
    let mut members: Vec<(String, Value)> = members.into_iter().collect();
    members.sort_by_key(|(name, _)| Reverse(order.iter().rev().position(|known| known == name)));
    Value::Object(members.into_iter().collect())
}

/// The members of an object; of anything else none.
fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&str, &mut Value)> {
    value.and_then(Value::as_object_mut).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
