//! The erasure journal: which customers deleted their accounts, and when, in a table of its own.
//!
//! Invariants: an entry is written in the transaction of its deletion, so the journal knows every
//! deletion that a restore of the other table takes back. No function reads it or removes an entry.
//! An entry has an id and a time, and names nobody once the customer is erased.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Query, Table, Write, item, kinds, records, text};

use crate::{
    account::{
        Account,
        deletion::{CLOSE, closing},
        keys,
    },
    ids::CustomerId,
    store::StoreError,
};

/// An account that its customer deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournaledDeletion {
    /// Whose it was.
    pub customer: CustomerId,
    /// When it was deleted.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

kinds! { JournaledDeletion: "deletion" }

/// Writes a deletion into the journal of this name. Two write units.
pub fn journal_deletion(
    journal: &Arc<str>,
    customer: CustomerId,
    at: Timestamp,
) -> Result<Write, StoreError> {
    let entry = item(keys::journaled_deletion(customer, at), &JournaledDeletion { customer, at })?;
    Ok(Write::put(entry).into_table(journal))
}

/// The entries of the journal of the customers whose ids end in `digit` of
/// [`DELETED_SHARDS`](crate::account::DELETED_SHARDS), oldest first. For the operator, after a
/// restore. One trip and half a read unit for each 4 KB.
pub async fn journaled_deletions(
    journal: &Table,
    digit: char,
) -> Result<Vec<JournaledDeletion>, StoreError> {
    records(journal.all(Query::of(keys::journal_shard(digit))).await?)
}

/// Closes an account again that a restore has opened, whatever its sessions, if its phone is still
/// the one that was read. Two write units for each KB of the account.
pub fn close_restored_account(account: &Account) -> Write {
    closing(Write::update(keys::account(account.customer), CLOSE))
        .when("#status <> :deleted AND #phone = :phone")
        .name("#status", "status")
        .name("#epoch", "epoch")
        .name("#s", "sessions")
        .name("#e", "epochs")
        .name("#phone", "phone")
        .value(":phone", text(account.phone.as_str()))
}
