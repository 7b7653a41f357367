//! The list of all customers, in shards that only the transaction that makes an account writes.

use serde::{Deserialize, Serialize};
use table::{Query, Write, item, kinds, record};

use crate::{
    account::keys,
    ids::CustomerId,
    store::{Store, StoreError},
};

/// The partitions of the list, by the last digit of the customers' ids.
pub const CUSTOMER_SHARDS: &str = "0123456789abcdef";

#[derive(Serialize, Deserialize)]
pub(crate) struct CustomerEntry {
    customer: CustomerId,
}

/// Puts a new customer on the list. Two write units.
pub(crate) fn list_customer(customer: CustomerId) -> Result<Write, StoreError> {
    let entry = CustomerEntry { customer };
    Ok(Write::new_item(item(keys::customer_entry(customer), &entry)?))
}

kinds! { CustomerEntry: "customer" }

impl Store {
    /// Up to `most` customers whose ids end in `digit` of [`CUSTOMER_SHARDS`], in the order of
    /// their ids, those behind `after`. One trip, half a read unit for each 4 KB, which is about
    /// forty customers.
    pub async fn customers(
        &self,
        digit: char,
        after: Option<CustomerId>,
        most: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let query = Query::of(keys::customers_shard(digit)).after(after.map(keys::customer_entry));
        let page = self.table.first(query, most).await?;
        page.items.into_iter().map(|item| Ok(record::<CustomerEntry>(item)?.customer)).collect()
    }
}
