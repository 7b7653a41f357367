//! The document in OpenAPI 3.0.3, for generators that do not read 3.1. It has the same operations
//! and types: only what 3.0 writes otherwise is changed, and what it cannot say is left out.

use serde_json::{Map, Value, json};

/// Members that hold data, or what only the pages read.
const DATA: [&str; 3] = ["example", "examples", "x-codeSamples"];
/// Members of a schema that 3.0 does not have.
const UNKNOWN: [&str; 4] = ["propertyNames", "contentMediaType", "contentEncoding", "$schema"];

/// The 3.1 document in 3.0.3.
pub(crate) fn in_3_0(document: &Value) -> Value {
    let mut document = document.clone();
    remove(&mut document, &["webhooks"]);
    document["openapi"] = "3.0.3".into();
    remove(&mut document["info"], &["summary"]);
    remove(&mut document["info"]["license"], &["identifier"]);
    let schemas = document["components"]["schemas"].clone();
    convert(&mut document, &schemas);
    document
}

/// Converts all schemas below a part.
fn convert(part: &mut Value, schemas: &Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(|item| convert(item, schemas)),
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("schema", schema) => convert_schema(schema, schemas),
                    ("schemas", Value::Object(all)) => {
                        all.values_mut().for_each(|schema| convert_schema(schema, schemas));
                    }
                    (name, member) if !DATA.contains(&name) => convert(member, schemas),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn convert_schema(schema: &mut Value, schemas: &Value) {
    // The members beside a reference are ignored in 3.0.
    if let Some(reference) = schema.get("$ref").cloned() {
        *schema = json!({"$ref": reference});
        return;
    }
    merge_union(schema, schemas);
    remove(schema, &UNKNOWN);
    let Value::Object(members) = schema else { return };
    nullable(members);
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if let Some(value) = members.get(exclusive).filter(|value| value.is_number()).cloned() {
            members.insert(limit.to_owned(), value);
            members.insert(exclusive.to_owned(), true.into());
        }
    }
    if let Some(value) = members.remove("const") {
        members.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(examples)) = members.remove("examples") {
        members.extend(examples.into_iter().next().map(|first| ("example".to_owned(), first)));
    }
    for (name, member) in members {
        match (name.as_str(), member) {
            ("properties", Value::Object(properties)) => {
                properties.values_mut().for_each(|property| convert_schema(property, schemas));
            }
            ("items" | "additionalProperties" | "not", inner) => convert_schema(inner, schemas),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                for part in parts {
                    convert_schema(part, schemas);
                }
            }
            _ => {}
        }
    }
}

/// A union that a member tells apart becomes one object with the members of all its types, of which
/// only those are required that all require.
fn merge_union(schema: &mut Value, schemas: &Value) {
    if schema.get("discriminator").is_none() {
        return;
    }
    let choices = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let (mut properties, mut required, mut kinds) = (Map::new(), None::<Vec<Value>>, Vec::new());
    for choice in &choices {
        let name = choice["$ref"].as_str().and_then(|place| place.rsplit('/').next());
        let one = &schemas[name.expect("a choice of a union is a reference")];
        properties.extend(one["properties"].as_object().cloned().unwrap_or_default());
        kinds.extend(one["properties"]["type"]["enum"].as_array().cloned().unwrap_or_default());
        let needed = one["required"].as_array().cloned().unwrap_or_default();
        required = Some(match required {
            None => needed,
            Some(all) => all.into_iter().filter(|name| needed.contains(name)).collect(),
        });
    }
    properties.insert("type".to_owned(), json!({"type": "string", "enum": kinds}));
    let description = schema["description"].clone();
    *schema = json!({
        "type": "object", "description": description, "required": required,
        "properties": properties,
    });
}

/// `[string, null]` is a string with `nullable`.
fn nullable(schema: &mut Map<String, Value>) {
    let Some(Value::Array(kinds)) = schema.get("type") else { return };
    let others: Vec<&Value> = kinds.iter().filter(|kind| *kind != "null").collect();
    let [kind] = others.as_slice() else {
        panic!("openapi.json: a schema with the types {kinds:?}, of which 3.0 admits one")
    };
    let (kind, is_nullable) = ((*kind).clone(), kinds.len() > 1);
    schema.insert("type".to_owned(), kind);
    if is_nullable {
        schema.insert("nullable".to_owned(), true.into());
    }
}

fn remove(object: &mut Value, names: &[&str]) {
    for name in names {
        object.as_object_mut().and_then(|members| members.shift_remove(*name));
    }
}
