//! Where an operator's command works: on the data of the local launcher, or on a deployed table
//! with the operator's own credentials.

use std::path::PathBuf;

use clap::Args;
use shared::store::Store;

use super::{Failure, StackArgs, http_url};
use crate::{doctor::operator_client, stack::Stack};

/// Which table.
#[derive(Debug, Args)]
pub(super) struct TargetTableArgs {
    /// Folder of the local data [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// A deployed table instead, as the stack's output `TableName` gives it
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The table's region, where your AWS profile names none or another
    #[arg(long, requires = "table")]
    region: Option<String>,
    /// A DynamoDB API outside AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "table")]
    dynamodb_endpoint: Option<String>,
}

/// An opened table.
pub(super) enum TargetTable {
    /// The local data, which this process now has to itself.
    Local(Box<Stack>),
    /// A deployed table.
    Deployed(Store),
}

impl TargetTableArgs {
    /// Opens it; the launcher must not be running on the same local data.
    pub(super) async fn open(&self) -> Result<TargetTable, Failure> {
        if let Some(table) = &self.table {
            let client = operator_client(self.region.clone(), self.dynamodb_endpoint.clone()).await;
            return Ok(TargetTable::Deployed(Store::new(client, table)));
        }
        let (template, root) = StackArgs::template()?;
        let stack = StackArgs {
            memory: false,
            data: self.data.clone(),
            dynamodb_endpoint: None,
            set: Vec::new(),
        };
        let stack = Stack::start(&template, stack.options(&root)).await.map_err(Failure::usage)?;
        Ok(TargetTable::Local(Box::new(stack)))
    }
}

impl TargetTable {
    /// Its table, by the functions of a group.
    pub(super) fn store(&self, group: &str) -> Result<Store, Failure> {
        match self {
            Self::Local(stack) => stack
                .state(group)
                .map(|state| state.store.clone())
                .ok_or_else(|| Failure::outcome(format_args!("there is no function {group}"))),
            Self::Deployed(store) => Ok(store.clone()),
        }
    }

    /// Closes it; what was written is kept.
    pub(super) async fn close(self) {
        if let Self::Local(stack) = self {
            stack.stop().await;
        }
    }
}
