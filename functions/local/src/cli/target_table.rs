//! The table that an operator's command works on: the local data, or a deployed table with the
//! operator's own AWS credentials.

use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::Client;
use clap::Args;
use shared::{app::AppState, aws::Clients, store::Store};

use super::{
    failure::{Failure, read_file},
    stack_args::{http_url, open_local_data},
};
use crate::{operator_aws, request_token::without_request_tokens, stack::Stack, template::Texts};

#[derive(Debug, Args)]
pub(super) struct TargetTableArgs {
    /// Folder of the local data; stop the launcher first
    /// [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// Work on this deployed table instead (the stack's output `TableName`)
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Region of the table [default: the region of your AWS profile]
    #[arg(long, requires = "table")]
    region: Option<String>,
    /// Use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "table")]
    dynamodb_endpoint: Option<String>,
}

pub(super) enum TargetTable {
    /// The local data, locked by this process.
    Local(Box<Stack>),
    Deployed(Store),
}

impl TargetTableArgs {
    /// Fails where the launcher is running on the same local data.
    pub(super) async fn open(&self) -> Result<TargetTable, Failure> {
        if let Some(table) = &self.table {
            return Ok(TargetTable::Deployed(Store::new(self.client().await, table)));
        }
        open_local_data(self.data.clone()).await.map(|stack| TargetTable::Local(Box::new(stack)))
    }

    /// The name of the deployed table.
    pub(super) fn name(&self) -> Option<String> {
        self.table.clone()
    }

    /// A client with the operator's own credentials.
    pub(super) async fn client(&self) -> Client {
        operator_aws::dynamodb(self.region.clone(), self.dynamodb_endpoint.clone()).await
    }
}

impl TargetTable {
    /// The store of a group's function.
    pub(super) fn store(&self, group: &str) -> Result<Store, Failure> {
        match self {
            Self::Local(stack) => state(stack, group).map(|state| state.store.clone()),
            Self::Deployed(store) => Ok(store.clone()),
        }
    }

    /// The same for many transactions, each of which may be sent twice.
    pub(super) fn store_of_many(&self, group: &str) -> Result<Store, Failure> {
        let Self::Local(stack) = self else { return self.store(group) };
        let clients = Clients::new(&state(stack, group)?.settings.aws);
        let client = without_request_tokens(&clients.dynamodb);
        Ok(Store::new(client, &stack.deployment.table.name))
    }

    pub(super) async fn close(self) {
        if let Self::Local(stack) = self {
            stack.stop().await;
        }
    }
}

fn state<'a>(stack: &'a Stack, group: &str) -> Result<&'a AppState, Failure> {
    let none = || Failure::outcome(format_args!("there is no function {group}"));
    stack.state(group).ok_or_else(none)
}

/// The value of `HashSecret`: that of the local data, or the one in a JSON file of secrets.
pub(super) fn hash_secret(target: &TargetTable, secrets: Option<&Path>) -> Result<String, Failure> {
    let secrets = match (target, secrets) {
        (TargetTable::Local(stack), _) => stack.secrets.clone(),
        (TargetTable::Deployed(_), Some(path)) => read_secrets(path)?,
        (TargetTable::Deployed(_), None) => Texts::new(),
    };
    let secret = secrets.get("HashSecret").filter(|secret| !secret.is_empty()).cloned();
    secret.ok_or_else(|| Failure::usage("the secret HashSecret is missing"))
}

/// Reads a JSON file with secrets by their logical ids.
pub(super) fn read_secrets(path: &Path) -> Result<Texts, Failure> {
    serde_json::from_str(&read_file(path)?).map_err(|_| {
        Failure::usage(format_args!("{} must be a JSON object of strings", path.display()))
    })
}
