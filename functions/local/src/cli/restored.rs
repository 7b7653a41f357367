//! `restored`: what a table needs that was restored to an earlier moment.

use std::fmt;

use aws_sdk_dynamodb::Client;
use clap::{Args, Subcommand};
use shared::{
    clock::{Clock, SystemClock},
    store::{Store, StoreError},
};
use table::Table;

use super::{failure::Failure, output::print_line, stack_args::http_url};
use crate::{
    operator_aws,
    restored_table::{self, Failed},
};

#[derive(Debug, Subcommand)]
pub(super) enum RestoredCommand {
    /// Delete the accounts again that were deleted after the restored moment, as the erasure
    /// journal has them; the clean-up then erases them. May be repeated
    DeleteAgain {
        /// Name of the erasure journal (the stack's output `ErasureJournalName`)
        #[arg(long, value_name = "NAME")]
        journal: String,
        #[command(flatten)]
        restored: RestoredArgs,
    },
    /// Disable the accounts that are disabled in the old table. May be repeated
    DisableAgain {
        /// Name of the table that was restored
        #[arg(long, value_name = "NAME")]
        old_table: String,
        #[command(flatten)]
        restored: RestoredArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct RestoredArgs {
    /// Name of the new table, the result of the restore
    #[arg(long, value_name = "NAME")]
    table: String,
    /// Region of the tables [default: the region of your AWS profile]
    #[arg(long)]
    region: Option<String>,
    /// Use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
}

pub(super) async fn run(command: RestoredCommand) -> Result<(), Failure> {
    let now = SystemClock.now();
    match command {
        RestoredCommand::DeleteAgain { journal, restored } => {
            let (store, client) = restored.open().await;
            let journal = Table::new(client, &journal);
            report(restored_table::delete_again(&store, &journal, now).await)
        }
        RestoredCommand::DisableAgain { old_table, restored } => {
            let (store, client) = restored.open().await;
            let old = Store::new(client, &old_table);
            report(restored_table::disable_again(&store, &old, now).await)
        }
    }
}

impl RestoredArgs {
    async fn open(self) -> (Store, Client) {
        let client = operator_aws::dynamodb(self.region, self.dynamodb_endpoint).await;
        (Store::new(client.clone(), &self.table), client)
    }
}

/// Prints what was done and each customer of whom it failed.
fn report<D: fmt::Display>(done: Result<(D, Vec<Failed>), StoreError>) -> Result<(), Failure> {
    let (done, failed) = done.map_err(Failure::outcome)?;
    for one in &failed {
        print_line(one);
    }
    print_line(done);
    match failed.len() {
        0 => Ok(()),
        count => Err(Failure::outcome(format_args!("failed for {count} accounts"))),
    }
}
