//! The document of the last release, in `released.json`, and the document of today: what apps of
//! that release send is still accepted, and what they read is still there.

mod breaks;
mod schema;

use std::{env, fs};

use serde_json::{Map, Value};

use self::breaks::breaks;
use crate::repository::{assert_none, document, root};

const FILE: &str = "tests/released.json";
/// The members of the document that the comparison needs.
const COMPARED: [&str; 41] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "components",
    "const",
    "content",
    "delete",
    "discriminator",
    "enum",
    "format",
    "get",
    "headers",
    "in",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "name",
    "oneOf",
    "operationId",
    "parameters",
    "patch",
    "paths",
    "pattern",
    "post",
    "properties",
    "put",
    "requestBody",
    "required",
    "responses",
    "schema",
    "schemas",
    "security",
    "type",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "style",
];
/// Members whose own members have any name.
const NAMED: [&str; 7] =
    ["paths", "schemas", "responses", "properties", "content", "headers", "securitySchemes"];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE_RELEASED is a switch of this test, not a setting of the product"
)]
fn nothing_that_apps_of_the_last_release_use_has_changed() {
    let today = reduced(&document());
    let path = root().join(FILE);
    if env::var_os("UPDATE_RELEASED").is_some() {
        fs::write(&path, text(&today)).unwrap_or_else(|error| panic!("{FILE}: {error}"));
    }
    let released = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{FILE}: {error}"));
    let released: Value =
        serde_json::from_str(&released).unwrap_or_else(|error| panic!("{FILE}: {error}"));
    let mut problems = breaks(&released, &today);
    if !problems.is_empty() {
        problems.push(
            "Apps that are installed would break. If that is meant, see \"Release\" in \
             .github/CONTRIBUTING.md"
                .to_owned(),
        );
    }
    assert_none(&problems);
}

/// What the comparison needs of a document.
fn reduced(document: &Value) -> Value {
    match document {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| COMPARED.contains(&name.as_str()));
            kept.map(|(name, member)| {
                let reduced = match member {
                    Value::Object(inner) if NAMED.contains(&name.as_str()) => {
                        let inner = inner.iter();
                        inner.map(|(name, member)| (name.clone(), reduced(member))).collect()
                    }
                    member => reduced(member),
                };
                (name.clone(), reduced)
            })
            .collect::<Map<_, _>>()
            .into()
        }
        Value::Array(items) => items.iter().map(reduced).collect(),
        value => value.clone(),
    }
}

/// A line for each path and each component, so that a release's difference can be read.
fn text(document: &Value) -> String {
    let lines = |value: &Value| {
        let members = value.as_object().into_iter().flatten();
        let lines: Vec<String> = members
            .map(|(name, member)| format!("{}: {member}", Value::from(name.as_str())))
            .collect();
        format!("{{\n{}\n}}", lines.join(",\n"))
    };
    let components = &document["components"];
    format!(
        "{{\"paths\": {},\n\"components\": {{\"responses\": {},\n\"schemas\": {}}}}}\n",
        lines(&document["paths"]),
        lines(&components["responses"]),
        lines(&components["schemas"])
    )
}
