//! The one table. `Store` methods name access patterns; keys come from [`keys`], records go through
//! `item`, failures through `error`.
//!
//! Invariants: nothing here reads and then writes without a condition on what was read; a record
//! past its end counts as absent even while DynamoDB still holds it; liveness is read with strong
//! consistency.

pub(crate) mod error;
pub(crate) mod item;
pub mod keys;
pub(crate) mod query;
pub(crate) mod transaction;

pub use error::StoreError;
pub use transaction::Verdict;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::de::DeserializeOwned;

use crate::{aws::Lazy, store::keys::Key};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table, through the AWS SDK.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) client: Lazy<Client>,
    pub(crate) table: String,
}

impl Store {
    /// The table of this name behind this client.
    pub fn new(client: impl Into<Lazy<Client>>, table: String) -> Self {
        Self { client: client.into(), table }
    }

    /// Reads one record: half a read unit for each 4 KB, a whole one where `consistent`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        key: Key,
        consistent: bool,
    ) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .consistent_read(consistent)
            .send()
            .await?;
        answer.item.map(item::record).transpose()
    }
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}
