//! The fields of a recorded request, taken one by one.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use lambda_runtime::Error;
use serde_json::{Map, Value};

pub type Item = HashMap<String, AttributeValue>;

/// What was not taken yet.
pub struct Fields(Map<String, Value>);

impl Fields {
    pub fn of(value: Value) -> Result<Self, Error> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err("not an object".into()),
        }
    }

    /// Part of a transaction: its kind and its fields.
    pub fn of_part(value: Value) -> Result<(String, Self), Error> {
        let part = Self::of(value)?.0.into_iter().next().ok_or("an empty part")?;
        Ok((part.0, Self::of(part.1)?))
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        Some(self.0.remove(name)?.as_str()?.to_owned())
    }

    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        self.0.remove(name)?.as_bool()
    }

    pub fn number(&mut self, name: &str) -> Option<i32> {
        i32::try_from(self.0.remove(name)?.as_i64()?).ok()
    }

    pub fn list(&mut self, name: &str) -> Vec<Value> {
        match self.0.remove(name) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        }
    }

    pub fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.0.remove(name) {
            Some(Value::Object(object)) => object,
            _ => Map::new(),
        }
    }

    pub fn names(&mut self, name: &str) -> Option<HashMap<String, String>> {
        serde_json::from_value(self.0.remove(name)?).ok()
    }

    pub fn item(&mut self, name: &str) -> Result<Option<Item>, Error> {
        self.0.remove(name).map(item).transpose()
    }

    /// Fails if a field is left.
    pub fn end(self) -> Result<(), Error> {
        match self.0.keys().next() {
            Some(left) => Err(format!("the field {left} is not known").into()),
            None => Ok(()),
        }
    }
}

pub fn item(value: Value) -> Result<Item, Error> {
    let attributes = Fields::of(value)?.0.into_iter();
    attributes.map(|(name, value)| Ok((name, attribute(value)?))).collect()
}

fn attribute(value: Value) -> Result<AttributeValue, Error> {
    let (kind, value) = Fields::of(value)?.0.into_iter().next().ok_or("an empty attribute")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
    Ok(match (kind.as_str(), value) {
        ("S", value) => AttributeValue::S(text(&value)),
        ("N", value) => AttributeValue::N(text(&value)),
        ("BOOL", value) => AttributeValue::Bool(value == Value::Bool(true)),
        ("NULL", _) => AttributeValue::Null(true),
        ("SS", value) => AttributeValue::Ss(texts(&value)),
        ("NS", value) => AttributeValue::Ns(texts(&value)),
        ("B", value) => AttributeValue::B(Blob::new(decode(&text(&value))?)),
        ("M", value) => AttributeValue::M(item(value)?),
        ("L", Value::Array(list)) => {
            AttributeValue::L(list.into_iter().map(attribute).collect::<Result<_, _>>()?)
        }
        (kind, _) => return Err(format!("no attribute of type {kind}").into()),
    })
}

fn decode(base64: &str) -> Result<Vec<u8>, Error> {
    aws_smithy_types::base64::decode(base64).map_err(|_| "not base64".into())
}
