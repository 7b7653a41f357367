//! Access to one DynamoDB table, for domains that bring their own keys and records.
//!
//! Invariants: this crate knows no domain and no HTTP. Each kind of SDK request is built in one
//! place. A condition that does not hold is a value ([`Written`], [`Committed`]); an item held by
//! another transaction is waited for, then reported as [`Error::Conflict`], and never taken for a
//! condition that does not hold.

mod error;
mod expiry_index;
mod item;
mod key;
mod lazy;
mod once;
mod query;
pub mod random;
mod ranked;
pub mod retry;
mod transaction;
pub mod usage;
mod value;
mod write;

pub use error::Error;
pub use expiry_index::{DuePage, DuePosition, IndexList, SET_DUE, SET_EXPIRY, due_day};
pub use item::{
    KIND, Record, VERSION, attribute, expiring_item, item, listed_item, record, records, sort_in,
    version_of,
};
pub use key::{DUE, DUE_AT, DUE_INDEX, EXPIRES, Key, PARTITION, SHARDS, SORT};
pub use lazy::Lazy;
pub use once::SET_MARK;
pub use query::{Query, QueryPage};
pub use ranked::RankRange;
pub use transaction::{Committed, Part, Refusals, Transaction, Verdict};
pub use value::{Item, Value, boolean, empty_map, number, number_in, text};
pub use write::{Image, Returned, Write, Written};

use std::{fmt, sync::Arc};

use aws_sdk_dynamodb::Client;
use serde::de::DeserializeOwned;

use random::{Random, SystemRandom};

/// A table and the client to reach it. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    client: Lazy<Client>,
    name: Arc<str>,
    random: Arc<dyn Random>,
}

impl Table {
    /// The table of this name. The client may be created later, on first use.
    pub fn new(client: impl Into<Lazy<Client>>, name: &str) -> Self {
        Self { client: client.into(), name: name.into(), random: Arc::new(SystemRandom) }
    }

    /// Draws the waits between tries from `random`.
    pub fn with_random(self, random: Arc<dyn Random>) -> Self {
        Self { random, ..self }
    }

    /// Reads one record. One trip; half a read unit per 4 KB, one where `consistent`.
    pub async fn get<T: Record + DeserializeOwned>(
        &self,
        key: Key,
        consistent: bool,
    ) -> Result<Option<T>, Error> {
        self.get_item(key, consistent).await?.map(record).transpose()
    }

    /// Reads one item. One trip; half a read unit per 4 KB, one where `consistent`.
    pub async fn get_item(&self, key: Key, consistent: bool) -> Result<Option<Item>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.name)
            .set_key(Some(key.into_item()))
            .consistent_read(consistent)
            .send();
        // The future of a call is large, and requests make many side by side.
        Ok(Box::pin(answer).await?.item)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &self.name).finish_non_exhaustive()
    }
}
