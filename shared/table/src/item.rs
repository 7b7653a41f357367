//! Records to items and back. Key, kind and expiry attributes are added here and nowhere else.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    EXPIRES, Error, IndexList, Item, Key, SORT, Value, due_day, expiry_index::due, number, text,
};

/// The attribute that tells what kind of record an item is.
const KIND: &str = "kind";

/// The item of a record under its key.
pub fn item(key: Key, kind: &'static str, record: &impl Serialize) -> Result<Item, Error> {
    let item = serde_dynamo::to_item(record).map_err(Error::corrupt)?;
    Ok(keyed(item, key, kind))
}

/// The same, to be deleted some time after `expires`: by DynamoDB, which is free, or by the
/// clean-up, which finds it on the expiry list of the key's domain. The index entry costs one
/// write unit.
pub fn expiring_item(
    key: Key,
    kind: &'static str,
    record: &impl Serialize,
    expires: Timestamp,
) -> Result<Item, Error> {
    let partition = key.expiry_partition();
    let mut item = item(key, kind, record)?;
    item.insert(EXPIRES.to_owned(), number(expires.as_second()));
    item.extend(due(partition, due_day(expires)));
    Ok(item)
}

/// The item of a record that also stands on `list`, by the day of `since`. The index entry costs
/// one write unit.
pub fn listed_item(
    key: Key,
    kind: &'static str,
    record: &impl Serialize,
    list: IndexList,
    since: Timestamp,
) -> Result<Item, Error> {
    let partition = list.partition_of(&key);
    let mut item = item(key, kind, record)?;
    item.extend(due(partition, due_day(since)));
    Ok(item)
}

fn keyed(mut item: Item, key: Key, kind: &'static str) -> Item {
    item.extend(key.into_item());
    item.insert(KIND.to_owned(), text(kind));
    item
}

/// The record of an item.
pub fn record<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::from_item(item).map_err(Error::corrupt)
}

/// The records of items, in their order.
pub fn records<T: DeserializeOwned>(items: Vec<Item>) -> Result<Vec<T>, Error> {
    items.into_iter().map(record).collect()
}

/// A record as the value of an attribute.
pub fn attribute(record: &impl Serialize) -> Result<Value, Error> {
    serde_dynamo::to_attribute_value(record).map_err(Error::corrupt)
}

/// The sort key of an item; empty where it has none.
pub fn sort_in(item: &Item) -> &str {
    item.get(SORT).and_then(|sort| sort.as_s().ok()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::number_in;

    #[test]
    fn an_item_has_key_kind_and_expiry_beside_its_record() {
        let key = Key::new("OTP#7", "CHALLENGE");
        let expires = "2026-11-22T20:52:24Z".parse().unwrap();
        let item = expiring_item(key.clone(), "challenge", &BTreeMap::from([("n", 3)]), expires);
        let item = item.unwrap();
        assert_eq!(Key::of_item(&item), Some(key));
        assert_eq!((number_in(&item, "n"), number_in(&item, "kind")), (Some(3), None));
        let mut shown: Vec<String> =
            item.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        shown.sort();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        due: S("OTP#DUE#4")
        due_at: N("1795392000")
        expires: N("1795380744")
        kind: S("challenge")
        n: N("3")
        pk: S("OTP#7")
        sk: S("CHALLENGE")
        "#);
    }
}
