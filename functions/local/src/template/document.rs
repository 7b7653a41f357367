//! Converts the YAML of a template to CloudFormation's JSON.
//!
//! Invariant: every short form (`!Ref X`) becomes the long form (`{"Ref": "X"}`), so that the rest
//! of the reader handles one form. Every scalar becomes a string, since the values of parameters
//! are strings.

use std::{borrow::Cow, collections::BTreeMap};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

use super::{error::TemplateError, location::Location};

/// Strings by name.
pub(crate) type Texts = BTreeMap<String, String>;

/// Reads a file with one document.
pub(super) fn read(text: &str) -> Result<Value, TemplateError> {
    let root = Location::new("the document");
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

fn plain(node: &Yaml<'_>, location: &Location) -> Result<Value, TemplateError> {
    match node {
        Yaml::Value(Scalar::Null) => Ok(Value::Null),
        Yaml::Value(scalar) => Ok(Value::String(text(scalar).into_owned())),
        Yaml::Sequence(items) => items.iter().map(|item| plain(item, location)).collect(),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let Yaml::Value(key) = key else {
                    return Err(location.must_be("a mapping with plain keys"));
                };
                let key = text(key).into_owned();
                let value = plain(value, &location.child(&key))?;
                object.insert(key, value);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(tag, node) => {
            let name = match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            let argument = plain(node, &location.child(&name))?;
            Ok(Value::Object(Map::from_iter([(name, argument)])))
        }
        Yaml::Alias(_) | Yaml::Representation(..) | Yaml::BadValue => {
            Err(location.must_be("a readable YAML node"))
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
