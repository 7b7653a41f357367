//! Records to items and back: key, type tag and expiry are added here, and nowhere else.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    clean_up::due,
    store::{
        Item, StoreError,
        keys::{EXPIRES, Key},
        number,
    },
};

/// The attribute that tells what kind of record an item is.
const KIND: &str = "kind";

/// The item of a record under its key.
pub(crate) fn item(
    key: Key,
    kind: &'static str,
    record: &impl Serialize,
) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(record).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    item.extend(key.into_item());
    item.insert(KIND.to_owned(), AttributeValue::S(kind.to_owned()));
    Ok(item)
}

/// The same, to be deleted by DynamoDB some time after `expires`, which is free, and by the
/// clean-up where DynamoDB has not; its place on the index is one write unit.
pub(crate) fn expiring_item(
    key: Key,
    kind: &'static str,
    record: &impl Serialize,
    expires: Timestamp,
) -> Result<Item, StoreError> {
    let place = key.due_for_expiry();
    let mut item = item(key, kind, record)?;
    item.insert(EXPIRES.to_owned(), number(expires.as_second()));
    item.extend(due(place, expires));
    Ok(item)
}

/// The record of an item.
pub(crate) fn record<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

/// A record as an attribute's value.
pub(crate) fn attribute(record: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(record).map_err(|error| StoreError::Corrupt(Box::new(error)))
}
