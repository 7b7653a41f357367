//! Records to items and back. Key, kind, version and expiry attributes are added here and nowhere
//! else.
//!
//! Invariant: every record has a version. An item without the attribute has version 1. A reader
//! upgrades older ones, version by version, and reads of a newer one what it knows, so that a
//! deploy can be rolled back.

use jiff::Timestamp;
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::MapDeserializer},
};

use crate::{
    EXPIRES, Error, IndexList, Item, Key, SORT, Value, due_day, expiry_index::due, number,
    number_in, text,
};

/// The attribute that tells what kind of record an item is.
pub const KIND: &str = "kind";
/// The attribute with the version of a record, from 2 on.
pub const VERSION: &str = "v";

/// What is stored of one kind.
pub trait Record {
    /// The kind, as it stands in the item.
    const KIND: &'static str;
    /// The version that is written. It rises with each change of the attributes, so that
    /// tests/records keeps a sample of every form that was ever stored.
    const VERSION: u32 = 1;

    /// Makes an item of version `from` one of the next version. There is nothing to do where a new
    /// attribute has a default.
    ///
    /// An update changes single attributes and not the version. So this must keep what is there
    /// already, and a kind that updates change must not get new names for old attributes.
    #[must_use]
    fn upgrade(item: Item, from: u32) -> Item {
        let _ = from;
        item
    }
}

/// Gives records of version 1 their kinds. A record with other versions says so in an `impl` of its
/// own.
#[macro_export]
macro_rules! kinds {
    ($($record:ty: $kind:literal),+ $(,)?) => {
        $(impl $crate::Record for $record {
            const KIND: &'static str = $kind;
        })+
    };
}

/// The item of a record under its key.
pub fn item<R: Record + Serialize>(key: Key, record: &R) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(Error::corrupt)?;
    item.extend(key.into_item());
    item.insert(KIND.to_owned(), text(R::KIND));
    if R::VERSION > 1 {
        item.insert(VERSION.to_owned(), number(R::VERSION));
    }
    Ok(item)
}

/// The same, to be deleted by DynamoDB's TTL some time after `expires`.
pub fn expiring_item<R: Record + Serialize>(
    key: Key,
    record: &R,
    expires: Timestamp,
) -> Result<Item, Error> {
    let mut item = item(key, record)?;
    item.insert(EXPIRES.to_owned(), number(expires.as_second()));
    Ok(item)
}

/// The item of a record that also stands on `list`, by the day of `since`. The index entry costs
/// one write unit.
pub fn listed_item<R: Record + Serialize>(
    key: Key,
    record: &R,
    list: IndexList,
    since: Timestamp,
) -> Result<Item, Error> {
    let partition = list.partition_of(&key);
    let mut item = item(key, record)?;
    item.extend(due(partition, due_day(since)));
    Ok(item)
}

/// The record of an item.
pub fn record<R: Record + DeserializeOwned>(item: Item) -> Result<R, Error> {
    // Most kinds have one version: these do not even look.
    let item = match R::VERSION {
        1 => item,
        newest => (version_of(&item)..newest).fold(item, R::upgrade),
    };
    // `serde_dynamo::from_item` would make a map of its own first: 4 % of a list of devices.
    let attributes = item.into_iter().map(|(name, value)| (name, Attribute(value)));
    R::deserialize(MapDeserializer::new(attributes)).map_err(Error::corrupt)
}

/// A value as serde reads it.
struct Attribute(Value);

impl IntoDeserializer<'_, serde_dynamo::Error> for Attribute {
    type Deserializer = serde_dynamo::Deserializer;

    fn into_deserializer(self) -> Self::Deserializer {
        serde_dynamo::Deserializer::from_attribute_value(self.0.into())
    }
}

/// The records of items, in their order.
pub fn records<R: Record + DeserializeOwned>(items: Vec<Item>) -> Result<Vec<R>, Error> {
    items.into_iter().map(record).collect()
}

/// The version of the record in an item.
pub fn version_of(item: &Item) -> u32 {
    number_in(item, VERSION).and_then(|version| version.try_into().ok()).unwrap_or(1)
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
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize)]
    struct Code {
        n: u32,
    }

    impl Record for Code {
        const KIND: &'static str = "challenge";
    }

    /// What `Code` became: `n` has another name by version 2, and a unit by version 3.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Count {
        count: u32,
        unit: String,
    }

    impl Record for Count {
        const KIND: &'static str = "challenge";
        const VERSION: u32 = 3;

        fn upgrade(mut item: Item, from: u32) -> Item {
            let renamed = item.remove("n").filter(|_| from == 1);
            item.extend(renamed.map(|n| ("count".to_owned(), n)));
            if from == 2 {
                item.insert("unit".to_owned(), text("one"));
            }
            item
        }
    }

    fn key() -> Key {
        Key::new("OTP#7", "CHALLENGE")
    }

    #[test]
    fn an_item_has_key_kind_and_expiry_beside_its_record() {
        let expires = "2026-11-22T20:52:24Z".parse().unwrap();
        let item = expiring_item(key(), &Code { n: 3 }, expires).unwrap();
        assert_eq!(Key::of_item(&item), Some(key()));
        assert_eq!((number_in(&item, "n"), number_in(&item, "kind")), (Some(3), None));
        let mut shown: Vec<String> =
            item.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        shown.sort();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        expires: N("1795380744")
        kind: S("challenge")
        n: N("3")
        pk: S("OTP#7")
        sk: S("CHALLENGE")
        "#);
    }

    #[test]
    fn an_older_record_is_upgraded_version_by_version() {
        let first = item(key(), &Code { n: 3 }).unwrap();
        assert_eq!(version_of(&first), 1);
        let count = Count { count: 3, unit: "one".to_owned() };
        assert_eq!(record::<Count>(first).unwrap(), count);
        let second = Item::from([(VERSION.to_owned(), number(2)), ("count".to_owned(), number(5))]);
        assert_eq!(record::<Count>(second).unwrap().count, 5);
        let third = item(key(), &Count { count: 7, unit: "dozen".to_owned() }).unwrap();
        assert_eq!(version_of(&third), 3);
        assert_eq!(record::<Count>(third).unwrap().unit, "dozen");
    }

    #[test]
    fn of_a_newer_record_is_read_what_is_known() {
        let newer = Item::from([
            (VERSION.to_owned(), number(4)),
            ("count".to_owned(), number(5)),
            ("unit".to_owned(), text("one")),
            ("colour".to_owned(), text("red")),
        ]);
        assert_eq!(record::<Count>(newer).unwrap().count, 5);
    }
}
