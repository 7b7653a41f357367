//! Samples of every version of every record that was ever stored, in tests/records: today's code
//! reads all of them, and writes what the newest shows.
//!
//! Protocol: `tests/records/<kind>.<version>.<form>.json` has items as DynamoDB has them, as many
//! as it takes to show every attribute. A version has another form for each attribute that was
//! added or that is no longer written without raising it. A sample is written once and never
//! changed, since items of its form are stored somewhere. `UPDATE_RECORDS=1` writes those that are
//! missing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use shared::{domain::RecordKind, domains::DOMAINS};
use table::Item;

use crate::{
    repository::{assert_none, root},
    traffic,
};

/// What clean-up and storage add to an item, beside its record.
const OF_THE_ITEM: [&str; 6] = ["pk", "sk", "kind", "due", "due_at", "expires"];

/// A kind, its version, and which form of it.
type Form = (String, u32, u32);

fn folder() -> PathBuf {
    root().join("tests/records")
}

fn kinds() -> impl Iterator<Item = (&'static str, &'static RecordKind)> {
    DOMAINS.iter().flat_map(|domain| domain.records.iter().map(|kind| (domain.name, kind)))
}

fn name_of((kind, version, form): &Form) -> String {
    format!("{kind}.{version}.{form}.json")
}

/// Items that were put by all operations, by kind and version; one for each attribute that no other
/// shows.
async fn written() -> BTreeMap<(String, u32), Vec<Value>> {
    let mut shown: BTreeMap<(String, u32), BTreeSet<String>> = BTreeMap::new();
    let mut items: BTreeMap<(String, u32), Vec<Value>> = BTreeMap::new();
    for item in &traffic::of_all_operations().await.seen.put {
        let Some(kind) = kind_of(item) else { continue };
        let version = item["v"]["N"].as_str().and_then(|v| v.parse().ok()).unwrap_or(1);
        let name = (kind.to_owned(), version);
        let attributes = attributes_of(item);
        let is_first = !items.contains_key(&name);
        let shown = shown.entry(name.clone()).or_default();
        if is_first || !attributes.is_subset(shown) {
            shown.extend(attributes);
            items.entry(name).or_default().push(sorted(item));
        }
    }
    items
}

fn samples() -> BTreeMap<Form, Vec<Value>> {
    let mut samples = BTreeMap::new();
    for entry in fs::read_dir(folder()).into_iter().flatten() {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let parts: Vec<&str> = name.split('.').collect();
        let [kind, version, form, "json"] = parts[..] else { panic!("the name of {name}") };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("the name of {name}"));
        let text = fs::read_to_string(&path).expect("a sample can be read");
        let items = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        samples.insert((kind.to_owned(), number(version), number(form)), items);
    }
    samples
}

/// The newest form of a version.
fn newest<'a>(
    samples: &'a BTreeMap<Form, Vec<Value>>,
    (kind, version): &(String, u32),
) -> Option<(&'a Form, &'a Vec<Value>)> {
    samples.iter().rfind(|((of, at, _), _)| (of, at) == (kind, version))
}

fn all_attributes(items: &[Value]) -> BTreeSet<String> {
    items.iter().flat_map(attributes_of).collect()
}

#[tokio::test]
async fn every_version_of_a_record_that_was_ever_stored_can_be_read() {
    let mut problems = Vec::new();
    for (form, items) in samples() {
        let name = name_of(&form);
        let readers: Vec<_> = kinds().filter(|(_, known)| known.kind == form.0).collect();
        if readers.is_empty() {
            problems.push(format!(
                "tests/records/{name} is of no kind in `records` of a DOMAIN: items of it may be \
                 stored, so its reader must stay"
            ));
        }
        for (domain, reader) in readers {
            let errors = items.iter().filter_map(|item| (reader.read)(from_json(item)).err());
            problems.extend(errors.map(|error| {
                let cause = std::error::Error::source(&error)
                    .map_or_else(|| error.to_string(), ToString::to_string);
                format!(
                    "tests/records/{name} cannot be read any more ({cause}): give the new field \
                     of the record in shared/src/{domain} a #[serde(default)], or raise VERSION \
                     of its `impl Record` and write `upgrade`"
                )
            }));
        }
    }
    assert_none(&problems);
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE_RECORDS is a switch of this test, not a setting of the product"
)]
async fn what_is_written_today_is_what_the_newest_sample_shows() {
    let written = written().await;
    if std::env::var_os("UPDATE_RECORDS").is_some() {
        write_missing(&written);
    }
    let samples = samples();
    let mut problems = Vec::new();
    for (domain, RecordKind { kind, version, .. }) in kinds() {
        let wanted = ((*kind).to_owned(), *version);
        let Some(items) = written.get(&wanted) else {
            problems.push(format!(
                "no operation in tests/contract/traffic.rs writes a record {kind} of version \
                 {version} of shared/src/{domain}: let one do so"
            ));
            continue;
        };
        let now = all_attributes(items);
        let shown = newest(&samples, &wanted).map(|(_, sample)| all_attributes(sample));
        let shown = shown.unwrap_or_default();
        if now != shown || newest(&samples, &wanted).is_none() {
            let new: Vec<_> = now.difference(&shown).collect();
            let gone: Vec<_> = shown.difference(&now).collect();
            problems.push(format!(
                "no sample in tests/records has the attributes of the record {kind} of \
                 shared/src/{domain} as it is written now (new: {new:?}, gone: {gone:?}). If the \
                 functions of the last deploy cannot read it, raise its VERSION. Then run \
                 `UPDATE_RECORDS=1 cargo test --workspace --test contract records` and commit \
                 the new file"
            ));
        }
    }
    let known: BTreeSet<&str> = kinds().map(|(_, known)| known.kind).collect();
    let unknown = written.keys().filter(|(kind, _)| !known.contains(kind.as_str()));
    problems.extend(unknown.map(|(kind, _)| {
        format!("a record {kind} is written, but no DOMAIN lists its kind: add it to `records`")
    }));
    assert_none(&problems);
}

fn write_missing(written: &BTreeMap<(String, u32), Vec<Value>>) {
    fs::create_dir_all(folder()).expect("the folder can be made");
    let samples = samples();
    for (wanted, items) in written {
        let last = newest(&samples, wanted);
        if last.is_some_and(|(_, sample)| all_attributes(sample) == all_attributes(items)) {
            continue;
        }
        let form = last.map_or(1, |((_, _, form), _)| form + 1);
        let name = name_of(&(wanted.0.clone(), wanted.1, form));
        let text = serde_json::to_string_pretty(items).expect("items are JSON");
        fs::write(folder().join(name), text + "\n").expect("a sample can be written");
    }
}

/// The kind of an item; of one that only expressions write, by its keys.
fn kind_of(item: &Value) -> Option<&str> {
    let key = |name: &str| item[name]["S"].as_str().unwrap_or_default();
    let by_keys = match (key("pk").split('#').next(), key("sk")) {
        (Some("ADDR"), "BOOK") => Some("address_book"),
        (Some("DEV"), "COUNT") => Some("device_count"),
        (Some("INBOX"), sort) if sort.starts_with("RANGE#") => Some("push_range"),
        (Some("PET"), _) if key("pk") == "PET#INVENTORY" => Some("pet_count"),
        _ => None,
    };
    item["kind"]["S"].as_str().or(by_keys)
}

/// The attributes of a record, and those one level deeper. Ids, currencies and dates that are keys
/// of a map count as one.
fn attributes_of(item: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, value) in item.as_object().into_iter().flatten() {
        if OF_THE_ITEM.contains(&name.as_str()) || value.get("NULL").is_some() {
            continue;
        }
        let kind = value.as_object().and_then(|value| value.keys().next()).cloned();
        found.insert(format!("{name}: {}", kind.unwrap_or_default()));
        for inner in value["M"].as_object().into_iter().flatten() {
            let is_name = inner.0.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            found.insert(format!("{name}.{}", if is_name { inner.0 } else { "*" }));
            if !is_name {
                let members = inner.1["M"].as_object().into_iter().flatten();
                found.extend(members.map(|(member, _)| format!("{name}.*.{member}")));
            }
        }
    }
    found
}

fn sorted(item: &Value) -> Value {
    match item {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members = members.into_iter().map(|(name, value)| (name.clone(), sorted(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// An item as DynamoDB's API has it.
pub fn item_as_json(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), value_as_json(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn value_as_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Bool(truth) => json!({"BOOL": truth}),
        AttributeValue::Null(_) => json!({"NULL": true}),
        AttributeValue::M(members) => json!({"M": item_as_json(members)}),
        AttributeValue::B(bytes) => json!({"B": STANDARD.encode(bytes)}),
        AttributeValue::L(values) => {
            json!({"L": values.iter().map(value_as_json).collect::<Vec<_>>()})
        }
        other => panic!("a value of another type: add {other:?} here"),
    }
}

fn from_json(item: &Value) -> Item {
    let members = item.as_object().expect("an item is an object");
    members.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(value: &Value) -> AttributeValue {
    let (kind, content) = value.as_object().and_then(|value| value.iter().next()).expect("a value");
    let text = || content.as_str().expect("a text").to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(content == &json!(true)),
        "NULL" => AttributeValue::Null(true),
        "M" => AttributeValue::M(from_json(content)),
        "B" => AttributeValue::B(STANDARD.decode(text()).expect("base64").into()),
        "L" => {
            AttributeValue::L(content.as_array().expect("a list").iter().map(attribute).collect())
        }
        other => panic!("a value of the type {other}: add it here"),
    }
}
