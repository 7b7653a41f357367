//! The table with the domains' access patterns: each domain adds its own methods to [`Store`], one
//! for each pattern.

pub mod keys;

use aws_sdk_dynamodb::Client;
use table::{Lazy, Table};

pub use table::Error as StoreError;

/// The table and what the domains do with it.
#[derive(Debug, Clone)]
pub struct Store {
    /// The kernel: reads, conditional writes, transactions.
    pub table: Table,
}

impl Store {
    /// The table of this name behind this client.
    pub fn new(client: impl Into<Lazy<Client>>, name: &str) -> Self {
        Self { table: Table::new(client, name) }
    }
}
