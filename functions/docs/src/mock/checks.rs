//! What is wrong with a value by its schema, in the codes and words in which the API says it.
//!
//! It knows the words of JSON Schema that the document's requests use, and no others; a contract
//! test lists them. With a library that knows all of them the function's start was above its bound:
//! a larger program, and more of it to relocate.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use shared::http::error::ErrorItem;

use super::document::Document;

const WHOLE: &str = "non_field_errors";

/// A parameter that must be there.
pub(super) fn missing(name: &str) -> ErrorItem {
    item("required", "This field is required.", name)
}

/// All that is wrong with `value`, whose own name is `name`; a body has none, so its fields have
/// theirs alone.
pub(super) fn misfits(
    document: &Document,
    schema: &Value,
    value: &Value,
    name: &str,
) -> Vec<ErrorItem> {
    let mut checks = Checks { document, errors: Vec::new() };
    checks.check(schema, value, name);
    checks.errors
}

struct Checks<'a> {
    document: &'a Document,
    errors: Vec<ErrorItem>,
}

impl Checks<'_> {
    fn report(&mut self, code: &'static str, detail: impl Into<Cow<'static, str>>, at: &str) {
        self.errors.push(item(code, detail, if at.is_empty() { WHOLE } else { at }));
    }

    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let schema = self.document.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at);
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return self.check_choices(choices, value, at);
        }
        if !is_of_its_type(schema, value) {
            let (code, detail) = if value.is_null() {
                ("null", "This field may not be null.")
            } else {
                ("invalid", not_a(schema))
            };
            return self.report(code, detail, at);
        }
        let is_allowed = |allowed: &Vec<Value>| allowed.contains(value);
        if !schema["enum"].as_array().is_none_or(is_allowed)
            || schema.get("const").is_some_and(|only| only != value)
        {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return self.report(
                "invalid_choice",
                format!("\"{shown}\" is not a valid choice."),
                at,
            );
        }
        match value {
            Value::String(text) => self.check_text(schema, text, at),
            Value::Number(number) => {
                self.check_number(schema, number.as_f64().unwrap_or_default(), at)
            }
            Value::Array(items) => self.check_items(schema, items, at),
            Value::Object(members) => {
                for name in
                    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
                {
                    if !members.contains_key(name) {
                        self.errors.push(missing(&within(at, name)));
                    }
                }
                for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                    if let Some(value) = members.get(name) {
                        self.check(field, value, &within(at, name));
                    }
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Of something or null the something is meant; of several things any.
    fn check_choices(&mut self, choices: &[Value], value: &Value, at: &str) {
        let (nulls, meant): (Vec<&Value>, Vec<&Value>) =
            choices.iter().partition(|choice| choice["type"] == "null");
        if value.is_null() && !nulls.is_empty() {
            return;
        }
        if let [only] = meant.as_slice() {
            return self.check(only, value, at);
        }
        if meant.iter().all(|choice| !misfits(self.document, choice, value, at).is_empty()) {
            self.report("invalid", "Enter a valid value.", at);
        }
    }

    fn check_text(&mut self, schema: &Value, text: &str, at: &str) {
        let length = text.chars().count() as u64;
        match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
            (Some(least), _) if length < least && text.is_empty() => {
                self.report("blank", "This field may not be blank.", at)
            }
            (Some(least), _) if length < least => {
                self.report(
                    "min_length",
                    format!("Ensure this field has at least {least} characters."),
                    at,
                );
            }
            (_, Some(most)) if length > most => {
                self.report(
                    "max_length",
                    format!("Ensure this field has no more than {most} characters."),
                    at,
                );
            }
            _ if !is_of_format(schema["format"].as_str().unwrap_or_default(), text) => {
                self.report("invalid", "Enter a valid value.", at);
            }
            _ => {}
        }
    }

    fn check_number(&mut self, schema: &Value, number: f64, at: &str) {
        let bound = |name: &str| schema[name].as_f64().map(|bound| (bound, schema[name].clone()));
        if let Some((_, least)) = bound("minimum").filter(|(least, _)| number < *least) {
            self.report(
                "min_value",
                format!("Ensure this value is greater than or equal to {least}."),
                at,
            );
        }
        if let Some((_, most)) = bound("maximum").filter(|(most, _)| number > *most) {
            self.report(
                "max_value",
                format!("Ensure this value is less than or equal to {most}."),
                at,
            );
        }
    }

    fn check_items(&mut self, schema: &Value, items: &[Value], at: &str) {
        let count = items.len() as u64;
        if schema["minItems"].as_u64().is_some_and(|least| count < least) {
            return self.report("empty", "This list may not be empty.", at);
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| count > *most) {
            return self.report(
                "max_length",
                format!("Ensure this field has no more than {most} elements."),
                at,
            );
        }
        for (place, item) in items.iter().enumerate() {
            self.check(&schema["items"], item, &within(at, &place.to_string()));
        }
    }
}

/// Whether a value has one of the types that its schema names, if it names any.
fn is_of_its_type(schema: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    match &schema["type"] {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn is_of_format(format: &str, text: &str) -> bool {
    match format {
        "date" => text.parse::<Date>().is_ok() && text.len() == 10,
        "date-time" => text.parse::<Timestamp>().is_ok(),
        "email" => text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        }),
        "uri" => text
            .split_once("://")
            .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty()),
        "uuid" => {
            let digits = |(place, byte): (usize, u8)| {
                matches!(place, 8 | 13 | 18 | 23) == (byte == b'-')
                    && (byte == b'-' || byte.is_ascii_hexdigit())
            };
            text.len() == 36 && text.bytes().enumerate().all(digits)
        }
        _ => true,
    }
}

fn not_a(schema: &Value) -> &'static str {
    let first =
        schema["type"].as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null"));
    match first.unwrap_or(&schema["type"]).as_str().unwrap_or_default() {
        "integer" => "A valid integer is required.",
        "number" => "A valid number is required.",
        "boolean" => "Must be a valid boolean.",
        "array" => "Expected a list of items.",
        "object" => "Invalid data. Expected a dictionary.",
        _ => "Not a valid string.",
    }
}

/// `location.lat`
fn within(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn item(code: &'static str, detail: impl Into<Cow<'static, str>>, at: &str) -> ErrorItem {
    ErrorItem { code, detail: detail.into(), attr: Some(at.to_owned()) }
}
