//! Schemas without their references and parts.

use serde_json::{Map, Value, json};

use crate::repository::resolved;

/// A schema without reference, and with the members of the parts of its `allOf`, or of the types of
/// a union that a member tells apart.
pub(super) fn merged(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let mut whole = schema.clone();
    if schema.get("discriminator").is_some() {
        whole = union_of(items(&schema["oneOf"]).iter().map(|one| resolved(document, one)));
    }
    for part in items(&schema["allOf"]) {
        for (name, member) in members(&merged(document, part)) {
            match (whole.get_mut(name), member) {
                (Some(Value::Object(own)), Value::Object(other)) => own.extend(other.clone()),
                (Some(Value::Array(own)), Value::Array(other)) => own.extend(other.clone()),
                (Some(_), _) => {}
                (None, member) => whole[name.as_str()] = member.clone(),
            }
        }
    }
    whole
}

/// One object with the members of all, which requires what all require.
fn union_of<'a>(types: impl Iterator<Item = &'a Value>) -> Value {
    let mut whole = json!({"type": "object", "properties": {}});
    let mut required: Option<Vec<Value>> = None;
    for one in types {
        for (name, member) in members(&one["properties"]) {
            let known = &mut whole["properties"][name.as_str()];
            let values = items(&member["enum"]).into_iter().cloned();
            let values: Vec<Value> =
                items(&known["enum"]).into_iter().cloned().chain(values).collect();
            *known = member.clone();
            if !values.is_empty() {
                known["enum"] = values.into();
            }
        }
        let needed: Vec<Value> = items(&one["required"]).into_iter().cloned().collect();
        required = Some(match required {
            None => needed,
            Some(all) => all.into_iter().filter(|name| needed.contains(name)).collect(),
        });
    }
    whole["required"] = required.unwrap_or_default().into();
    whole
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

pub(super) fn items(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}
