//! Items as DynamoDB has them, and the values of their attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The attributes of one item by name.
pub type Item = HashMap<String, AttributeValue>;

/// The value of an attribute.
pub type Value = AttributeValue;

/// The value of a number.
pub fn number(value: impl ToString) -> Value {
    Value::N(value.to_string())
}

/// The value of a text.
pub fn text(value: impl ToString) -> Value {
    Value::S(value.to_string())
}

/// The value of a boolean.
pub fn boolean(value: bool) -> Value {
    Value::Bool(value)
}

/// The value of a map without entries.
pub fn empty_map() -> Value {
    Value::M(HashMap::new())
}

/// The number in an attribute of an item, if it is a whole one.
pub fn number_in(item: &Item, attribute: &str) -> Option<i64> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// The text in an attribute of an item.
pub(crate) fn text_in<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}
