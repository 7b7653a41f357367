//! `customer disable` and `customer enable`: on the local data folder, or on a deployed table with the operator's own credentials.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use shared::{
    clock::{Clock, SystemClock},
    model::account::StatusChange,
    store::Store,
};

use super::{Failure, StackArgs, http_url, say};
use crate::{
    doctor::operator_client,
    log,
    operator_desk::{DeskError, OperatorDesk},
    stack::Stack,
    template::Texts,
};

#[derive(Debug, Subcommand)]
pub(super) enum CustomerCommand {
    /// Close an account; all its sessions end
    Disable(CustomerArgs),
    /// Open an account again; its customer logs in anew
    Enable(CustomerArgs),
}

#[derive(Debug, Args)]
pub(super) struct CustomerArgs {
    /// The account's phone in E.164 form, such as +14155550123
    phone: String,
    /// Why, for the audit log and the account
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    /// Folder of the local data [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// A deployed table instead, as the stack's output `TableName` gives it
    #[arg(long, value_name = "NAME", requires = "secrets")]
    table: Option<String>,
    /// JSON file with the deployed secrets: {"HashSecret": "…", "CursorSecret": "…"}
    #[arg(long, value_name = "FILE", requires = "table")]
    secrets: Option<PathBuf>,
    /// The table's region, where your AWS profile names none or another
    #[arg(long, requires = "table")]
    region: Option<String>,
    /// A DynamoDB API outside AWS
    #[arg(long, value_name = "URL", value_parser = http_url, requires = "table")]
    dynamodb_endpoint: Option<String>,
}

/// Sets the status, and says whether anything changed.
pub(super) async fn run(command: CustomerCommand) -> Result<(), Failure> {
    let (args, disabled) = match command {
        CustomerCommand::Disable(args) => (args, true),
        CustomerCommand::Enable(args) => (args, false),
    };
    log::to_stderr("info");
    let changed = match (&args.table, &args.secrets) {
        (Some(table), Some(secrets)) => {
            let secrets = read_secrets(secrets)?;
            let client = operator_client(args.region.clone(), args.dynamodb_endpoint.clone()).await;
            set(Store::new(client, table.clone()), &secrets, &args, disabled).await?
        }
        _ => locally(&args, disabled).await?,
    };
    let status = if disabled { "closed" } else { "open" };
    say(format_args!("the account is {status}{}", if changed { "" } else { ", as it was before" }));
    Ok(())
}

async fn locally(args: &CustomerArgs, disabled: bool) -> Result<bool, Failure> {
    let (template, root) = StackArgs::template()?;
    let stack_args = StackArgs { memory: false, data: args.data.clone(), dynamodb_endpoint: None, set: Vec::new() };
    let stack = Stack::start(&template, stack_args.options(&root)).await.map_err(Failure::usage)?;
    let done = match stack.state("customer") {
        Some(state) => set(state.store.clone(), &stack.secrets, args, disabled).await,
        None => Err(Failure::outcome("there is no function customer")),
    };
    stack.stop().await;
    done
}

async fn set(store: Store, secrets: &Texts, args: &CustomerArgs, disabled: bool) -> Result<bool, Failure> {
    let desk = OperatorDesk::new(store, secrets).map_err(Failure::usage)?;
    let change = StatusChange { at: SystemClock.now(), why: args.why.clone() };
    desk.set_disabled(&args.phone, disabled, change).await.map_err(|error| match error {
        DeskError::Phone | DeskError::Secret(_) => Failure::usage(error),
        DeskError::Nobody | DeskError::Store(_) => Failure::outcome(error),
    })
}

fn read_secrets(path: &PathBuf) -> Result<Texts, Failure> {
    let shown = path.display();
    let text = fs::read(path).map_err(|error| Failure::usage(format_args!("{shown} cannot be read: {error}")))?;
    serde_json::from_slice(&text).map_err(|_| Failure::usage(format_args!("{shown} is no JSON object of texts")))
}

/// It stands at the account, which every request reads.
fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) { Ok(text.to_owned()) } else { Err("a reason has 1 to 200 characters") }
}
