//! The table with the domains' access patterns: each domain adds its own to [`Store`], one method
//! for one pattern.

pub mod keys;
pub(crate) mod transaction;

use aws_sdk_dynamodb::Client;
use table::{Lazy, Table};

pub use table::Error as StoreError;
pub use transaction::Verdict;

/// The table, through the AWS SDK.
#[derive(Debug, Clone)]
pub struct Store {
    /// The kernel: reads, conditional writes, transactions.
    pub table: Table,
    pub(crate) client: Lazy<Client>,
    pub(crate) name: String,
}

impl Store {
    /// The table of this name behind this client.
    pub fn new(client: impl Into<Lazy<Client>>, name: String) -> Self {
        let client = client.into();
        Self { table: Table::new(client.clone(), &name), client, name }
    }
}
