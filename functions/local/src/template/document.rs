//! From YAML to the plain tree that CloudFormation's JSON form has.
//!
//! Invariant: every short form (`!Ref X`) has become its long one (`{"Ref": "X"}`), so the rest of
//! the reader knows one spelling, and every scalar is a text, since a parameter's value is a text
//! whatever it looks like.

use std::{borrow::Cow, fmt};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

use super::TemplateError;

/// The way to a node, for error messages.
#[derive(Debug, Clone)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn new(root: &str) -> Self {
        Self(root.to_owned())
    }

    pub(super) fn under(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    pub(super) fn must_be(&self, expected: &'static str) -> TemplateError {
        TemplateError::Unexpected { place: self.0.clone(), expected }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the one document in `text`.
pub(super) fn read(text: &str) -> Result<Value, TemplateError> {
    let root = Place::new("the document");
    let documents = Yaml::load_from_str(text).map_err(TemplateError::Yaml)?;
    let [document] = documents.as_slice() else {
        return Err(root.must_be("the only one in the file"));
    };
    let tree = plain(document, &root)?;
    match tree["Resources"] {
        Value::Object(_) => Ok(tree),
        _ => Err(root.must_be("a mapping with Resources")),
    }
}

fn plain(node: &Yaml<'_>, place: &Place) -> Result<Value, TemplateError> {
    match node {
        Yaml::Value(Scalar::Null) => Ok(Value::Null),
        Yaml::Value(scalar) => Ok(Value::String(text(scalar).into_owned())),
        Yaml::Sequence(items) => items.iter().map(|item| plain(item, place)).collect(),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let Yaml::Value(key) = key else {
                    return Err(place.must_be("a mapping with plain keys"));
                };
                let key = text(key).into_owned();
                let value = plain(value, &place.under(&key))?;
                object.insert(key, value);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(tag, node) => {
            let name = match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            let argument = plain(node, &place.under(&name))?;
            Ok(Value::Object(Map::from_iter([(name, argument)])))
        }
        Yaml::Alias(_) | Yaml::Representation(..) | Yaml::BadValue => {
            Err(place.must_be("a readable YAML node"))
        }
    }
}

fn text<'a>(scalar: &'a Scalar<'_>) -> Cow<'a, str> {
    match scalar {
        Scalar::Null => Cow::Borrowed(""),
        Scalar::Boolean(truth) => Cow::Owned(truth.to_string()),
        Scalar::Integer(number) => Cow::Owned(number.to_string()),
        Scalar::FloatingPoint(number) => Cow::Owned(number.to_string()),
        Scalar::String(text) => Cow::Borrowed(text),
    }
}
