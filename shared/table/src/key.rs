//! Primary keys, and the names of the attributes that keys and indexes are made of. Each domain makes
//! its keys in its `keys.rs`, from typed ids, hashes and numbers.

use crate::{Item, Value};

/// The attribute that holds the partition key.
pub const PARTITION: &str = "pk";
/// The attribute that holds the sort key.
pub const SORT: &str = "sk";
/// The attribute from which DynamoDB's TTL reads when to delete, in seconds since 1970.
pub const EXPIRES: &str = "expires";

/// The name of the index of what is due.
pub const DUE_INDEX: &str = "due";
/// The attribute that puts an item on a list: the list's partition.
pub const DUE: &str = "due";
/// The attribute that orders a list: a full UTC day in seconds since 1970.
pub const DUE_AT: &str = "due_at";

/// The names of the sixteen shards of a list.
pub const SHARDS: &str = "0123456789abcdef";

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    partition: String,
    sort: String,
}

impl Key {
    /// A key of these two values. The partition key begins with its domain's prefix and a `#`,
    /// such as `OTP#`, since permissions are granted by prefix.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// The partition key.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The sort key.
    pub fn sort(&self) -> &str {
        &self.sort
    }

    /// The key of an item.
    pub fn of_item(item: &Item) -> Option<Self> {
        let part = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self { partition: part(PARTITION)?, sort: part(SORT)? })
    }

    /// The key attributes.
    pub fn into_item(self) -> Item {
        Item::from([
            (PARTITION.to_owned(), Value::S(self.partition)),
            (SORT.to_owned(), Value::S(self.sort)),
        ])
    }
}
