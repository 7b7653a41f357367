//! The one table. `Store` methods name access patterns; keys come from [`keys`], records go through
//! `item`, failures through `error`.
//!
//! Invariants: nothing here reads and then writes without a condition on what was read; a record
//! past its end counts as absent even while DynamoDB still holds it; liveness is read with strong
//! consistency.

mod account;
mod addresses;
mod app_info;
mod areas;
mod challenge;
mod clean_up;
mod content;
mod customer;
pub mod customer_data;
mod customers;
mod devices;
mod error;
mod idempotency;
mod inbox;
mod item;
pub mod keys;
mod leaving;
mod limits;
mod log_out;
mod petstore;
mod phone_change;
mod query;
mod signing_key;
mod status;
mod transaction;
mod wallet;
mod wallet_audit;
mod wallet_data;
mod wallet_holds;

pub use account::{LogInDevice, NewLogIn, Rotation, SessionAdded, Successor};
pub use addresses::{Added, DefaultPlace, NewAddress, Removed};
pub use app_info::KnownGates;
pub use areas::{AreaRelease, PresentAreas};
pub use challenge::Reserved;
pub use clean_up::{DuePage, DuePlace};
pub use content::{AppInfo, ContentVersion};
pub use customers::CUSTOMER_SHARDS;
pub use devices::{Claimed, DeviceClaim, Replaced};
pub use error::StoreError;
pub use idempotency::Once;
pub use inbox::{Arrival, Arrived, ItemChange, MOST_CHANGES};
pub use leaving::{Departure, LEAVING_SHARDS, Left};
pub use limits::{BudgetKind, Counted, TriesOn};
pub use log_out::{Ending, LogOut, LoggedOut};
pub use petstore::PetChange;
pub use phone_change::{PhoneChange, PhoneChanged};
pub use signing_key::PublishedKey;
pub use status::StatusSet;
pub use transaction::Verdict;
pub use wallet::{DueHold, Listed, Posted, Reversal};
pub use wallet_audit::{AuditPlace, Audited, LedgerBreak};
pub use wallet_holds::ExpiredHolds;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::de::DeserializeOwned;

use crate::{aws::Lazy, store::keys::Key};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table, through the AWS SDK.
#[derive(Debug, Clone)]
pub struct Store {
    client: Lazy<Client>,
    table: String,
}

impl Store {
    /// The table of this name behind this client.
    pub fn new(client: impl Into<Lazy<Client>>, table: String) -> Self {
        Self { client: client.into(), table }
    }

    /// Reads one record: half a read unit for each 4 KB, a whole one where `consistent`.
    async fn get<T: DeserializeOwned>(
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

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}
