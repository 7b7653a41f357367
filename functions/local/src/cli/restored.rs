//! `restored`: what a table needs that was restored to an earlier moment.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use shared::{
    clock::{Clock, SystemClock},
    store::Store,
};
use table::Table;

use super::{failure::Failure, output::print_line, stack_args::http_url};
use crate::{operator_aws, restored_table};

#[derive(Debug, Subcommand)]
pub(super) enum RestoredCommand {
    /// Delete the accounts again that were deleted after the restored moment, as the erasure
    /// journal has them; the clean-up then erases them. May be repeated
    DeleteAgain(DeleteAgainArgs),
}

#[derive(Debug, Args)]
pub(super) struct DeleteAgainArgs {
    /// Name of the restored table
    #[arg(long, value_name = "NAME")]
    table: String,
    /// Name of the erasure journal (the stack's output `ErasureJournalName`)
    #[arg(long, value_name = "NAME")]
    journal: String,
    /// Only deletions since this time, such as 2026-11-27T08:00:00Z [default: all]
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Region of the tables [default: the region of your AWS profile]
    #[arg(long)]
    region: Option<String>,
    /// Use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
}

pub(super) async fn run(command: RestoredCommand) -> Result<(), Failure> {
    let RestoredCommand::DeleteAgain(args) = command;
    let client = operator_aws::dynamodb(args.region, args.dynamodb_endpoint).await;
    let store = Store::new(client.clone(), &args.table);
    let journal = Table::new(client, &args.journal);
    let done = restored_table::delete_again(&store, &journal, args.since, SystemClock.now()).await;
    print_line(done.map_err(Failure::outcome)?);
    Ok(())
}
