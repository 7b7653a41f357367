//! Account deletion: the account is closed at once and listed, and the clean-up erases what is
//! listed.
//!
//! Invariant: an account with the status `deleted` is on the list until nothing of its customer is
//! stored; both are written in one transaction.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Query, Write, boolean, empty_map, item, kinds, number, records, text};

use crate::{
    account::{keys, store::owner_update},
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// The partitions of the list, by the last digit of the customers' ids.
pub const DELETED_SHARDS: &str = "0123456789abcdef";

/// A customer on the list of those to erase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// The customer.
    pub customer: CustomerId,
    /// When the account was deleted.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub since: Timestamp,
    /// Whether there is more to erase than one turn takes.
    #[serde(default)]
    pub is_large: bool,
}

/// What closes an account for good and ends all of its sessions.
pub(crate) const CLOSE: &str =
    "SET #status = :deleted, #epoch = #epoch + :one, #s = :none, #e = :none";

/// The values of [`CLOSE`].
pub(crate) fn closing(write: Write) -> Write {
    write.value(":deleted", text("deleted")).value(":one", number(1)).value(":none", empty_map())
}

/// Closes an account in use for good and ends all of its sessions. Sees the account where refused.
/// Two write units for each KB of the account.
pub fn close_account(customer: CustomerId, session: SessionId, phone: &PhoneHash) -> Write {
    closing(owner_update(customer, session, phone, CLOSE))
}

/// Puts a customer on the list of those to erase. Two write units.
pub fn list_deleted(customer: CustomerId, now: Timestamp) -> Result<Write, StoreError> {
    let deleted = Deleted { customer, since: now, is_large: false };
    Ok(Write::put(item(keys::deleted_customer(customer), &deleted)?))
}

kinds! { Deleted: "leaving" }

impl Store {
    /// Up to `most` of the customers to erase whose ids end in `digit` of [`DELETED_SHARDS`], in
    /// the order of their ids, those behind `after`. One trip, half a read unit for each 4 KB.
    pub async fn deleted_customers(
        &self,
        digit: char,
        after: Option<CustomerId>,
        most: usize,
    ) -> Result<Vec<Deleted>, StoreError> {
        let query = Query::of(keys::deleted_shard(digit)).after(after.map(keys::deleted_customer));
        records(self.table.first(query, most).await?.items)
    }

    /// Notes on the list that a customer is not erased in one turn, unless another run has erased
    /// the customer. One trip, one write unit.
    pub async fn mark_large(&self, customer: CustomerId) -> Result<(), StoreError> {
        let mark = Write::update(keys::deleted_customer(customer), "SET is_large = :true")
            .when("attribute_exists(pk)")
            .value(":true", boolean(true));
        // Refused where the customer is erased.
        let _ = self.table.write(mark).await?;
        Ok(())
    }
}
