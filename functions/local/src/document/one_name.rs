//! One name for one type: what is written out in place although a component says the same becomes a
//! reference to it, so that generators make one type of it.

use serde_json::{Map, Value, json};

/// Replaces each schema that a component says in the same words.
pub(super) fn refer_to_components(document: &mut Value) {
    let components = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    for (_, schema) in super::json::members(document.pointer_mut("/components/schemas")) {
        // A component itself stays.
        if let Value::Object(members) = schema {
            members.values_mut().for_each(|member| replace(member, &components));
        }
    }
    replace(&mut document["paths"], &components);
}

fn replace(part: &mut Value, components: &Map<String, Value>) {
    let same = |schema: &Value| {
        let is_object = schema["type"] == "object" && schema.get("properties").is_some();
        is_object.then(|| components.iter().find(|(_, component)| *component == schema)).flatten()
    };
    if let Some((name, _)) = same(part) {
        *part = json!({"$ref": format!("#/components/schemas/{name}")});
        return;
    }
    match part {
        Value::Object(members) => {
            let inner = members.iter_mut().filter(|(name, _)| !name.starts_with("example"));
            inner.for_each(|(_, member)| replace(member, components));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, components)),
        _ => {}
    }
}
