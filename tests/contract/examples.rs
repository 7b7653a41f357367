//! The examples of the document: every body has one, and each matches its schema and has no other
//! fields.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use crate::repository::{Operation, assert_none, document, operations, resolved};

/// Documented bodies: the operation and media type, and that part of the document.
type Bodies<'a> = Vec<(String, &'a Value)>;

#[test]
fn every_body_has_an_example() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        for (place, media) in bodies(&document, &operation) {
            if examples(media).is_empty() {
                problems.push(format!(
                    "{place} has no example: add `example = json!(…)` to its #[utoipa::path]"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_example_matches_its_schema() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        for (place, media) in bodies(&document, &operation) {
            let misfits = if place.ends_with("xml") {
                examples(media).into_iter().filter_map(misfit_of_xml).collect()
            } else {
                misfits(&place, &closed(&document, &media["schema"]), &examples(media))
            };
            problems.extend(misfits.iter().map(|misfit| {
                format!(
                    "{place}: {misfit}. Correct the example in its #[utoipa::path], or the type of \
                     the body"
                )
            }));
        }
    }
    problems.dedup();
    assert_none(&problems);
}

#[test]
fn an_example_with_an_undocumented_field_does_not_match_its_schema() {
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/ExportedSession"});
    let example = &document["paths"]["/api/customer/export/"]["get"]["responses"]["200"]["content"]
        ["application/json"]["example"]["sessions"][0];
    let misfits = |example: &Value| misfits("the test", &closed(&document, &schema), &[example]);
    assert_eq!(misfits(example), Vec::<String>::new());
    let mut unknown = example.clone();
    unknown["undocumented"] = json!(1);
    assert_eq!(misfits(&unknown).len(), 1, "{:?}", misfits(&unknown));
}

/// The differences between examples and a schema.
fn misfits(place: &str, schema: &Value, examples: &[&Value]) -> Vec<String> {
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("{place}: the schema is invalid: {error}"));
    let errors = examples.iter().flat_map(|example| validator.iter_errors(example));
    errors.map(|error| format!("the example at `{}`: {error}", error.instance_path())).collect()
}

/// A schema that allows no field without a description. The API's own schemas allow unknown fields,
/// so that clients of an older version accept new ones.
fn closed(document: &Value, schema: &Value) -> Value {
    let mut schema = inlined(document, schema);
    let described = schema.get("properties").or(schema.get("allOf")).is_some();
    if described && schema.get("additionalProperties").is_none() {
        schema["unevaluatedProperties"] = json!(false);
    }
    schema
}

/// A schema with its references resolved and the schemas of its fields closed. The parts of `allOf`
/// stay open, since each describes only some of the fields.
fn inlined(document: &Value, schema: &Value) -> Value {
    let mut schema = resolved(document, schema).clone();
    for (keyword, content) in schema.as_object_mut().into_iter().flatten() {
        let close = |inner: &mut Value| *inner = closed(document, inner);
        match (keyword.as_str(), content) {
            ("properties", Value::Object(fields)) => fields.values_mut().for_each(close),
            ("oneOf" | "anyOf", Value::Array(choices)) => choices.iter_mut().for_each(close),
            ("items" | "additionalProperties", inner) if inner.is_object() => close(inner),
            ("allOf", Value::Array(parts)) => {
                for part in parts {
                    *part = inlined(document, part);
                }
            }
            _ => {}
        }
    }
    schema
}

/// An example in XML is a string that is an XML document.
fn misfit_of_xml(example: &Value) -> Option<String> {
    let read = example.as_str().and_then(|text| petstore::xml::read(text).ok());
    read.is_none().then(|| format!("the example is not XML: {example}"))
}

#[test]
fn every_response_with_a_body_documents_it() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        for (status, answer) in operation.described["responses"].as_object().into_iter().flatten() {
            let without = matches!(status.as_str(), "204" | "304");
            if resolved(&document, answer)["content"].is_object() == without {
                problems.push(format!(
                    "{} documents {status} {} a body: correct it in `responses` of its \
                     #[utoipa::path]",
                    operation.place(),
                    if without { "with" } else { "without" }
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_notifier_accepts_the_documented_message_of_the_topic() {
    let document = document();
    let content =
        &document["webhooks"]["notification"]["post"]["requestBody"]["content"]["application/json"];
    let (schema, example) = (&content["schema"], &content["example"]);
    jsonschema::validate(schema, example).unwrap_or_else(|error| panic!("{error}"));
    notifier::Message::read(&example.to_string()).unwrap_or_else(|error| panic!("{error}"));
    for wrong in [
        json!({"to": {"all": true}, "title": "x"}),
        json!({"id": "1", "to": {"all": false}, "title": "x"}),
    ] {
        assert!(
            jsonschema::validate(schema, &wrong).is_err()
                && notifier::Message::read(&wrong.to_string()).is_err(),
            "{wrong}"
        );
    }
}

fn bodies<'a>(document: &'a Value, operation: &'a Operation) -> Bodies<'a> {
    let request = [("request", &operation.described["requestBody"])].into_iter();
    let responses = operation.described["responses"].as_object().into_iter().flatten();
    let all = request.chain(responses.map(|(status, response)| (status.as_str(), response)));
    let all = all.map(|(name, body)| (name, resolved(document, body)));
    let media = all.flat_map(|(name, body)| {
        let media = body["content"].as_object().into_iter().flatten();
        media.map(move |(kind, media)| (format!("{}, {name} as {kind}", operation.place()), media))
    });
    media.collect()
}

fn examples(media: &Value) -> Vec<&Value> {
    let named = media["examples"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .map(|example| &example["value"]);
    media.get("example").into_iter().chain(named).collect()
}
