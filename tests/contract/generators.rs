//! What generators of clients read: no type of the document is written in a form that one of them
//! skips, and the document in OpenAPI 3.0 says the same as the one in 3.1.

use harness::Api;
use serde_json::{Value, json};

use crate::repository::{Operation, assert_none, document, operations, resolved};

/// The members of a schema that all of them read, or pass over without loss.
const KNOWN: [&str; 28] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "const",
    "contentMediaType",
    "default",
    "description",
    "discriminator",
    "enum",
    "example",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "title",
    "type",
    "uniqueItems",
    "xml",
];
/// Members of schemas that only one of the two versions has.
const ONLY_IN_3_0: [&str; 1] = ["nullable"];
const ONLY_IN_3_1: [&str; 4] = ["const", "contentMediaType", "examples", "propertyNames"];

#[test]
fn no_schema_has_a_form_that_a_generator_skips() {
    let mut document = document();
    // The message of the topic is not of the API.
    document["webhooks"] = Value::Null;
    let mut problems = Vec::new();
    for (place, schema) in schemas(&document) {
        let mut report = |what: &str| problems.push(format!("{place}: {what}"));
        for name in schema.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !KNOWN.contains(&name.as_str()) {
                report(&format!("generators do not know `{name}`"));
            }
        }
        let choices = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|word| schema.get(word));
        if choices.filter_map(Value::as_array).flatten().any(|one| one["type"] == "null") {
            report("null is a choice: nullable.rs of functions/local/src/document replaces it");
        }
        let kinds: Vec<&Value> = schema["type"].as_array().into_iter().flatten().collect();
        let is_one = match kinds.as_slice() {
            [] | [_] => true,
            [_, second] => **second == "null",
            _ => false,
        };
        if !is_one {
            report("it has more than one type");
        }
        if schema["type"] == "null" {
            report("it is always null");
        }
        let has_null = |kinds: &[&Value]| kinds.iter().any(|kind| *kind == "null");
        let values = schema["enum"].as_array();
        if values.is_some_and(|all| all.iter().any(Value::is_null) != has_null(&kinds)) {
            report("only one of its values and its type admits null");
        }
    }
    for operation in operations(&document) {
        let content = &operation.described["requestBody"]["content"];
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            let schema = resolved(&document, &content[kind]["schema"]);
            let is_object = schema["type"] == "object" || schema.get("discriminator").is_some();
            if content.get(kind).is_some() && !is_object {
                problems.push(format!("{}: its {kind} is no object", operation.place()));
            }
        }
    }
    assert_none(&problems);
}

/// What Apple's generator leaves out of a request, by its sources: parameters in cookies and in
/// styles that it does not know, and multipart bodies that may be absent.
#[test]
fn apples_generator_skips_only_what_is_known() {
    let document = document();
    let mut skipped = Vec::new();
    for operation in operations(&document) {
        let parameters = operation.described["parameters"].as_array().into_iter().flatten();
        for parameter in parameters {
            let (place, style) = (&parameter["in"], parameter["style"].as_str());
            let is_read = match place.as_str() {
                Some("query") => matches!(style, None | Some("form" | "deepObject")),
                Some("path" | "header") => matches!(style, None | Some("simple")),
                _ => false,
            };
            if !is_read {
                let name = parameter["name"].as_str().unwrap_or_default();
                skipped.push(format!("{}: {name}", operation.place()));
            }
        }
        let body = &operation.described["requestBody"];
        if body["content"].get("multipart/form-data").is_some() && body["required"] != true {
            skipped.push(format!("{}: multipart", operation.place()));
        }
    }
    skipped.sort();
    let known = [
        "DELETE /api/customer/: multipart",
        "POST /api/all-parameters/{id}/: pipes",
        "POST /api/all-parameters/{id}/: spaces",
        "POST /api/all-parameters/{id}/: theme",
        "POST /api/logout-all-devices/: multipart",
        "POST /api/logout-device/: multipart",
    ];
    assert_eq!(skipped, known, "tests/clients/README.md says what it skips");
}

#[tokio::test]
async fn the_document_in_3_0_has_the_operations_and_types_of_the_one_in_3_1() {
    let api = Api::start().await;
    let older = api.get("/openapi-3.0.json").send().await.expect(200).json();
    let newer = document();
    assert_eq!(older["openapi"], "3.0.3");
    assert!(older.get("webhooks").is_none() && older["info"].get("summary").is_none());
    let ids = |document: &Value| -> Vec<(String, Value)> {
        let id = |one: &Operation| (one.place(), one.described["operationId"].clone());
        operations(document).iter().map(id).collect()
    };
    assert_eq!(ids(&older), ids(&newer));
    assert_is_one_object(&older["components"]["schemas"]["WalletRequest"]);
    let (mut without_webhooks, mut older) = (newer, older);
    without_webhooks["webhooks"] = Value::Null;
    for document in [&mut without_webhooks, &mut older] {
        document["components"]["schemas"]["WalletRequest"] = json!({});
    }
    let pairs = schemas(&without_webhooks).into_iter().zip(schemas(&older));
    let mut problems = Vec::new();
    for ((place, newer), (same, older)) in pairs {
        assert_eq!(place, same, "a schema is not in both documents");
        let has = |name: &str| older.get(name).is_some();
        let admits_null =
            newer["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        let is_right = !older["type"].is_array()
            && (older["nullable"] == true) == admits_null
            && (!has("$ref") || older.as_object().is_some_and(|all| all.len() == 1))
            && !ONLY_IN_3_1.iter().any(|name| has(name))
            && !older["exclusiveMinimum"].is_number()
            && !older["exclusiveMaximum"].is_number();
        let is_known = older.as_object().is_some_and(|members| {
            let mut names = members.keys().map(String::as_str);
            names.all(|name| KNOWN.contains(&name) || ONLY_IN_3_0.contains(&name))
        });
        if !is_right || !is_known {
            problems.push(format!("{place} in 3.0: {older}, made of {newer}: see older.rs"));
        }
    }
    assert_none(&problems);
}

/// What is a union in 3.1 has all members in 3.0, and requires what all its types require.
fn assert_is_one_object(schema: &Value) {
    assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["type"])));
    let kinds = schema["properties"]["type"]["enum"].as_array().map_or(0, Vec::len);
    assert!(kinds == 6 && schema["properties"].get("hold_id").is_some(), "{schema}");
}

#[test]
fn texts_that_may_not_be_blank_say_so() {
    let document = document();
    let mut found = 0;
    for (place, schema) in schemas(&document) {
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (name, property) in properties.filter(|(name, _)| *name == "registration_id") {
            let is_stored = property.get("description").is_some_and(|text| {
                text.as_str().is_some_and(|text| text.starts_with("What the push service"))
            });
            if is_stored {
                found += 1;
                assert_eq!(property["minLength"], 1, "{place}.{name}");
            }
        }
    }
    for operation in operations(&document) {
        for parameter in operation.described["parameters"].as_array().into_iter().flatten() {
            let (name, schema) = (&parameter["name"], &parameter["schema"]);
            if parameter["in"] == "path" && schema["type"] == "string" {
                let is_named = schema.get("format").is_some() || schema["minLength"] == 1;
                assert!(is_named, "{}: {name} may be empty", operation.place());
                found += usize::from(name == "registration_id");
            }
        }
    }
    assert!(found >= 8, "only {found} registration ids were found");
}

/// All schemas of a document, each with its place, outer ones before those in them.
fn schemas(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

fn collect<'a>(part: &'a Value, place: &str, found: &mut Vec<(String, &'a Value)>) {
    match part {
        Value::Object(members) => {
            for (name, member) in members {
                let place = format!("{place}/{name}");
                match name.as_str() {
                    "schema" => collect_schema(member, &place, found),
                    "schemas" => {
                        for (name, schema) in member.as_object().into_iter().flatten() {
                            collect_schema(schema, &format!("{place}/{name}"), found);
                        }
                    }
                    "example" | "examples" | "x-codeSamples" => {}
                    _ => collect(member, &place, found),
                }
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{number}"), found);
            }
        }
        _ => {}
    }
}

fn collect_schema<'a>(schema: &'a Value, place: &str, found: &mut Vec<(String, &'a Value)>) {
    found.push((place.to_owned(), schema));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        collect_schema(property, &format!("{place}/{name}"), found);
    }
    for name in ["items", "additionalProperties"] {
        if schema[name].is_object() {
            collect_schema(&schema[name], &format!("{place}/{name}"), found);
        }
    }
    for name in ["allOf", "anyOf", "oneOf"] {
        for (number, one) in schema[name].as_array().into_iter().flatten().enumerate() {
            collect_schema(one, &format!("{place}/{name}/{number}"), found);
        }
    }
}
