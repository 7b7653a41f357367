//! The document as the reference page shows it: with the guides as its introduction, and without
//! what the page would show at every operation, or offer where it does not belong.

use serde_json::{Value, json};

/// Headers that the guides describe once for all operations.
const EVERYWHERE: [&str; 3] = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];
/// The schemes of the sample shop, and the header and value of each.
const OF_THE_SHOP: [(&str, &str, &str); 2] = [
    ("api_key", "api_key", "special-key"),
    ("petstore_auth", "Authorization", "Bearer special-key"),
];

/// The document for the page.
pub(crate) fn of(document: &Value, introduction: String) -> Value {
    let mut document = document.clone();
    document["info"]["description"] = introduction.into();
    remove_headers(&mut document);
    let items = document["paths"].as_object_mut().into_iter().flatten();
    for operation in items.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        complete(operation.1);
    }
    if let Some(schemes) = document["components"]["securitySchemes"].as_object_mut() {
        schemes.retain(|name, _| !is_of_the_shop(name));
    }
    document
}

fn complete(operation: &mut Value) {
    let parameters = operation["parameters"].as_array_mut().map(std::mem::take);
    let mut parameters = parameters.unwrap_or_default();
    // "Test Request" would send an example, or the first value, of what may be left out.
    for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
        let shown = parameter.shift_remove("examples").is_some();
        let schema = parameter.get_mut("schema").and_then(Value::as_object_mut).filter(|_| shown);
        schema.and_then(|schema| schema.shift_remove("enum"));
    }
    // As schemes, those of the shop would be offered at every operation.
    let requirements = operation["security"].as_array().cloned().unwrap_or_default();
    for (_, name, value) in OF_THE_SHOP.iter().filter(|(scheme, ..)| {
        requirements.iter().any(|requirement| requirement.get(scheme).is_some())
    }) {
        let description = format!("Needed where the parameter `PetstoreAuth` is on: `{value}`.");
        parameters.retain(|one| one["name"] != *name);
        parameters.push(json!({
            "name": name, "in": "header", "description": description, "schema": {"type": "string"},
        }));
        operation.as_object_mut().and_then(|members| members.shift_remove("security"));
    }
    operation["parameters"] = parameters.into();
}

fn is_of_the_shop(scheme: &str) -> bool {
    OF_THE_SHOP.iter().any(|(name, ..)| *name == scheme)
}

fn remove_headers(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(remove_headers),
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("headers", Value::Object(headers)) => {
                        headers.retain(|name, _| !EVERYWHERE.contains(&name.as_str()));
                    }
                    ("example" | "examples" | "x-codeSamples", _) => {}
                    (_, member) => remove_headers(member),
                }
            }
        }
        _ => {}
    }
}
