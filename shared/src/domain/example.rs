//! One example of each key, made by the same functions as the keys of stored items. A test prints
//! them all, so that a changed key shows.

use std::str::FromStr;

use jiff::Timestamp;
use table::Key;

use crate::hashes::{AddressHash, ContentHash, NetworkHash, PhoneHash};

/// An example of a key.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What is stored under keys of this form.
    pub what: &'static str,
    /// Makes the key.
    pub key: fn(&Values) -> Key,
}

/// The values that examples are made of.
#[derive(Debug)]
pub struct Values {
    /// The current time.
    pub now: Timestamp,
    /// A phone.
    pub phone: PhoneHash,
    /// A client's address.
    pub address: AddressHash,
    /// A client's network.
    pub network: NetworkHash,
    /// A long text.
    pub text: ContentHash,
    /// The id of anything.
    pub id: String,
}

impl Example {
    /// An example of the key of `what`.
    pub const fn new(what: &'static str, key: fn(&Values) -> Key) -> Self {
        Self { what, key }
    }
}

impl Values {
    /// The id, as the id of what the key names.
    pub fn id<T: FromStr>(&self) -> T {
        parsed(&self.id)
    }
}

/// A text, as what a key names by it.
pub fn parsed<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} cannot be a part of this key"))
}
