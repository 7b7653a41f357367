//! The list of all customers, in shards that nobody writes but in the transaction that makes an
//! account, and how far a message to all has come in it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{DUE, DUE_AT, EXPIRES, Query, due_day, item, number, record, text};

use crate::{
    account::{keys, store::refused_item},
    hashes::ContentHash,
    ids::CustomerId,
    store::{Store, StoreError},
};

/// The partitions of the list, by the last digit of the customers' ids.
pub const CUSTOMER_SHARDS: &str = "0123456789abcdef";

#[derive(Serialize, Deserialize)]
struct CustomerEntry {
    customer: CustomerId,
}

impl Store {
    /// The part of a transaction that puts a new customer on the list.
    pub(crate) fn list_customer(
        &self,
        customer: CustomerId,
    ) -> Result<TransactWriteItem, StoreError> {
        self.put_new(item(keys::customer_entry(customer), "customer", &CustomerEntry { customer })?)
    }

    /// Up to `most` customers whose ids end in `digit` of [`CUSTOMER_SHARDS`], in the order of
    /// their ids from behind `after` on. One trip, half a read unit for each 4 KB, which is about
    /// forty customers.
    pub async fn customers(
        &self,
        digit: char,
        after: Option<CustomerId>,
        most: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let query = Query::of(keys::customers_shard(digit)).after(after.map(keys::customer_entry));
        let stretch = self.table.first(query, most).await?;
        stretch.items.into_iter().map(|item| Ok(record::<CustomerEntry>(item)?.customer)).collect()
    }

    /// Notes that a message to all goes on behind `next` in a shard; false where it went on from
    /// further behind already, so that a page that is delivered again does not begin the rest
    /// again. One trip, one write unit, another for the first.
    pub async fn advance_fan_out(
        &self,
        message: &ContentHash,
        digit: char,
        next: CustomerId,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = crate::inbox::keys::fan_out(message, digit);
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.clone().into_item()))
            .condition_expression("attribute_not_exists(#next) OR #next <= :next")
            .update_expression(
                "SET #next = :next, #expires = :expires, #due = :due, #due_at = :due_at",
            )
            .expression_attribute_names("#next", "next")
            .expression_attribute_names("#expires", EXPIRES)
            .expression_attribute_names("#due", DUE)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":next", text(next))
            .expression_attribute_values(":expires", number(until.as_second()))
            .expression_attribute_values(":due", text(key.expiry_partition()))
            .expression_attribute_values(":due_at", number(due_day(until)))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => refused_item(error).map(|_| false),
        }
    }
}
