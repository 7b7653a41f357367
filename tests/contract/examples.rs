//! The examples of the document: there is one of every body, and each is what its schema says, by
//! our reading of schemas, which admits no member that a schema does not know, and by a library's.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use crate::repository::{Operation, assert_none, document, operations, resolved};

/// A documented body: where it is, its media type's part of the document.
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
            for example in examples(media) {
                if place.ends_with("xml") {
                    problems
                        .extend(misfit_of_xml(example).map(|misfit| format!("{place}: {misfit}")));
                    continue;
                }
                let misfit = Schemas(&document).misfit(&media["schema"], example, "the example");
                problems.extend(misfit.map(|misfit| {
                    format!(
                        "{place}: {misfit}; \
                        correct the example or the schema in its #[utoipa::path]"
                    )
                }));
            }
        }
    }
    problems.dedup();
    assert_none(&problems);
}

/// An example in XML is a text, which is a document.
fn misfit_of_xml(example: &Value) -> Option<String> {
    let read = example.as_str().and_then(|text| petstore::xml::read(text).ok());
    read.is_none().then(|| format!("the example is no text of XML: {example}"))
}

#[test]
fn every_example_is_what_its_schema_says_by_a_library() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        for (place, media) in
            bodies(&document, &operation).into_iter().filter(|(place, _)| !place.ends_with("xml"))
        {
            let schema = json!({"allOf": [media["schema"]], "components": document["components"]});
            let validator = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .build(&schema);
            let validator = validator
                .unwrap_or_else(|error| panic!("{place}: its schema cannot be read: {error}"));
            for example in examples(media) {
                problems.extend(
                    validator
                        .iter_errors(example)
                        .map(|error| format!("{place}: {error} at {}", error.instance_path())),
                );
            }
        }
    }
    problems.dedup();
    assert_none(&problems);
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
                    "{} documents {status} {} a body",
                    operation.place(),
                    if without { "with" } else { "without" }
                ));
            }
        }
    }
    assert_none(&problems);
}

/// What the mock checks requests by: `functions/docs/src/mock/checks.rs` knows these words and no
/// others.
const KNOWN: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "properties",
    "required",
    "type",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "title",
    "xml",
    "propertyNames",
    "additionalProperties",
    "contentMediaType",
    "contentEncoding",
];

#[test]
fn request_schemas_use_only_keywords_that_the_mock_checks() {
    let document = document();
    let mut problems = Vec::new();
    for operation in operations(&document) {
        let parameters = operation.described["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| &parameter["schema"]);
        let content = operation.described["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, media)| &media["schema"]);
        for schema in parameters.chain(content) {
            unknown(&document, schema, &mut |word| {
                problems.push(format!(
                    "{}: the mock does not know {word}: teach functions/docs/src/mock/checks.rs",
                    operation.place()
                ));
            });
        }
    }
    assert_none(&problems);
}

fn unknown(document: &Value, schema: &Value, report: &mut impl FnMut(&str)) {
    for (word, content) in resolved(document, schema).as_object().into_iter().flatten() {
        match (word.as_str(), content) {
            ("properties", Value::Object(fields)) => {
                fields.values().for_each(|field| unknown(document, field, report))
            }
            ("items", item) => unknown(document, item, report),
            ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => {
                parts.iter().for_each(|part| unknown(document, part, report))
            }
            (word, _) if !KNOWN.contains(&word) => report(word),
            _ => {}
        }
    }
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

/// The schemas of a document, as far as the code makes them: `$ref`, `type`, `properties`,
/// `required`, `items`, `enum`, `oneOf`, `anyOf`, `allOf`.
struct Schemas<'a>(&'a Value);

impl Schemas<'_> {
    /// The first way in which `value` is not what `schema` says.
    fn misfit(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let target = self.0.pointer(name.trim_start_matches('#'));
            return target.map_or_else(
                || Some(format!("{name} is not in the document")),
                |schema| self.misfit(schema, value, at),
            );
        }
        let list = |name: &str| schema[name].as_array();
        if let Some(parts) = list("allOf") {
            return self.misfit_of_parts(parts, value, at);
        }
        if let Some(choices) = list("oneOf").or(list("anyOf")) {
            let fits = choices.iter().any(|choice| self.misfit(choice, value, at).is_none());
            return (!fits).then(|| format!("{at} is none of the things it may be: {value}"));
        }
        if list("enum").is_some_and(|allowed| !allowed.contains(value)) {
            return Some(format!("{at} is not one of {}: {value}", schema["enum"]));
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|kind| is_of(kind, value)) {
            return Some(format!("{at} is no {}: {value}", types.join(" or ")));
        }
        match value {
            Value::Object(members) => self.misfit_of_object(schema, members, at),
            Value::Array(items) => items
                .iter()
                .find_map(|item| self.misfit(&schema["items"], item, &format!("{at}[]"))),
            _ => None,
        }
    }

    /// Of an object each part describes some members, and each member is described by some part.
    fn misfit_of_parts(&self, parts: &[Value], value: &Value, at: &str) -> Option<String> {
        let Some(members) = value.as_object() else {
            return parts.iter().find_map(|part| self.misfit(part, value, at));
        };
        let described: Vec<Vec<&String>> = parts.iter().map(|part| self.members(part)).collect();
        if let Some(name) =
            members.keys().find(|name| !described.iter().flatten().any(|known| known == name))
        {
            return Some(format!(
                "{at} has the member {name}, which none of the parts of its schema knows"
            ));
        }
        parts.iter().zip(described).find_map(|(part, known)| {
            let own = members
                .iter()
                .filter(|(name, _)| known.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()));
            self.misfit(part, &Value::Object(own.collect()), at)
        })
    }

    fn members<'a>(&'a self, schema: &'a Value) -> Vec<&'a String> {
        let target =
            schema["$ref"].as_str().and_then(|name| self.0.pointer(name.trim_start_matches('#')));
        target.unwrap_or(schema)["properties"].as_object().into_iter().flat_map(Map::keys).collect()
    }

    fn misfit_of_object(
        &self,
        schema: &Value,
        members: &Map<String, Value>,
        at: &str,
    ) -> Option<String> {
        let known = schema["properties"].as_object()?;
        let required =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = required.into_iter().find(|name| !members.contains_key(*name)) {
            return Some(format!("{at} lacks the member {name}"));
        }
        members.iter().find_map(|(name, value)| match known.get(name) {
            Some(schema) => self.misfit(schema, value, &format!("{at}.{name}")),
            None => Some(format!("{at} has the member {name}, which its schema does not know")),
        })
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
