//! Compares what is stored of a customer with what the export shows, and the export with its
//! schema.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::request_body::resolved;

/// The attributes that every item has for the table: they are not data of the customer.
const OF_THE_TABLE: [&str; 6] = ["pk", "sk", "kind", "expires", "due", "due_at"];

/// Stored names of flags and other short values, and the names under which the export shows them.
const RENAMED: &[(&str, &str)] = &[
    ("available", "available_after"),
    ("balances", "currency"),
    ("category", "type"),
    ("epochs", "epoch"),
    ("gen", "generation"),
    ("in_minute", "generations_in_minute"),
    ("last", "last_device_id"),
    ("n", "count"),
    ("n", "device_count"),
    ("repeats", "generation_repeats"),
    ("tracked", "generation"),
    ("version", "profile_version"),
    ("weeks", "total"),
    ("weeks", "unread"),
    ("weeks", "week"),
];

/// A stored value: its attribute and the ways in which an answer may write it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stored {
    place: String,
    name: String,
    forms: Vec<String>,
}

/// The values that an export shows, each with the name of its field.
#[derive(Debug, Default)]
pub(super) struct Shown(BTreeSet<(String, String)>);

impl Shown {
    pub(super) fn add(&mut self, page: &Value) {
        self.add_named("", page);
    }

    fn add_named(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.add_named(name, value);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.add_named(name, item);
                }
            }
            Value::String(text) => drop(self.0.insert((name.to_owned(), text.clone()))),
            Value::Null => {}
            other => drop(self.0.insert((name.to_owned(), other.to_string()))),
        }
    }

    /// Whether a stored value is shown. Flags and other short values occur everywhere, so they must
    /// have the same name as well.
    pub(super) fn has(&self, stored: &Stored) -> bool {
        let is_short = stored.forms[0].len() <= 5;
        let renamed =
            |shown: &str| shown == stored.name || RENAMED.contains(&(stored.name.as_str(), shown));
        self.0
            .iter()
            .any(|(name, value)| stored.forms.contains(value) && (!is_short || renamed(name)))
    }
}

/// The values of an item, and for each attribute whether the item has a value there.
pub(super) fn values_of(
    item: &HashMap<String, AttributeValue>,
    filled: &mut BTreeMap<String, bool>,
) -> Vec<Stored> {
    let kind = item.get("kind").and_then(|kind| kind.as_s().ok()).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for (name, value) in item.iter().filter(|(name, _)| !OF_THE_TABLE.contains(&name.as_str())) {
        collect(&format!("{kind}.{name}"), name, value, filled, &mut found);
    }
    found
}

fn collect(
    place: &str,
    name: &str,
    value: &AttributeValue,
    filled: &mut BTreeMap<String, bool>,
    found: &mut Vec<Stored>,
) {
    let forms = match value {
        AttributeValue::M(members) => {
            for (key, member) in members {
                // Ids, currencies and numbers are keys of a map, not names of fields.
                if key.starts_with(|first: char| first.is_ascii_lowercase()) && key.len() != 36 {
                    collect(&format!("{place}.{key}"), key, member, filled, found);
                } else {
                    let forms = vec![key.clone()];
                    found.push(Stored { place: place.to_owned(), name: name.to_owned(), forms });
                    collect(&format!("{place}.*"), name, member, filled, found);
                }
            }
            return;
        }
        AttributeValue::L(items) => {
            for item in items {
                collect(place, name, item, filled, found);
            }
            return;
        }
        AttributeValue::S(text) => vec![text.clone()],
        AttributeValue::N(number) => {
            let time = number.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
            iter::once(number.clone()).chain(time.map(|time| format!("{time:.3}"))).collect()
        }
        AttributeValue::B(bytes) => vec![URL_SAFE_NO_PAD.encode(bytes)],
        AttributeValue::Bool(flag) => vec![flag.to_string()],
        AttributeValue::Null(_) => Vec::new(),
        other => panic!("export_coverage.rs cannot read {other:?} at {place}: add it to collect"),
    };
    let has_value = forms.iter().any(|form| !form.is_empty());
    *filled.entry(place.to_owned()).or_default() |= has_value;
    if has_value {
        found.push(Stored { place: place.to_owned(), name: name.to_owned(), forms });
    }
}

/// The fields of a schema that have no value in any of the answers.
pub(super) fn fields_without_value(schema_name: &str, answers: &[Value]) -> Vec<String> {
    let document = local::document::document();
    let schema = &document["components"]["schemas"][schema_name];
    assert!(schema.is_object(), "the document has no schema {schema_name}");
    let mut missing = Vec::new();
    visit(&document, schema, &answers.iter().collect::<Vec<_>>(), schema_name, &mut missing);
    missing
}

fn visit(
    document: &Value,
    schema: &Value,
    values: &[&Value],
    place: &str,
    missing: &mut Vec<String>,
) {
    let schema = resolved(document, schema);
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|word| schema[word].as_array());
    for part in parts.flatten().filter(|part| part["type"] != "null") {
        visit(document, part, values, place, missing);
    }
    let is_value = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    let inner = schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| {
        let values = values.iter().filter_map(|value| value.get(name)).filter(is_value);
        (format!("{place}.{name}"), schema, values.collect::<Vec<_>>())
    });
    let items = schema.get("items").map(|schema| {
        let values = values.iter().filter_map(|value| value.as_array()).flatten();
        (format!("{place}[]"), schema, values.collect())
    });
    for (place, schema, values) in inner.chain(items) {
        if values.is_empty() {
            missing.push(place);
        } else {
            visit(document, schema, &values, &place, missing);
        }
    }
}

#[test]
fn a_flag_is_shown_only_by_its_own_name() {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = HashMap::from([
        ("kind".to_owned(), text("device")),
        ("title".to_owned(), text("Amal's phone")),
        ("active".to_owned(), AttributeValue::Bool(true)),
        ("checked".to_owned(), AttributeValue::Bool(true)),
        ("note".to_owned(), AttributeValue::Null(true)),
    ]);
    let mut shown = Shown::default();
    shown.add(&json!({"active": true, "name": "Amal's phone"}));
    let mut filled = BTreeMap::new();
    let stored = values_of(&item, &mut filled);
    let hidden = stored.iter().filter(|stored| !shown.has(stored));
    assert_eq!(hidden.map(|stored| stored.place.as_str()).collect::<Vec<_>>(), ["device.checked"]);
    assert!(!filled["device.note"] && filled["device.checked"]);
}

#[test]
fn a_field_of_the_schema_that_no_answer_has_is_found() {
    let answers = [json!({"at": "2026-11-22T20:00:00.000Z", "why": ""})];
    let missing = fields_without_value("ExportedStatusChange", &answers);
    assert_eq!(missing, ["ExportedStatusChange.why"]);
}
