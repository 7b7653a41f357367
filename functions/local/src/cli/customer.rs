//! `customer disable` and `customer enable`: on the local data folder, or on a deployed table with
//! the operator's own credentials.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use shared::{
    account::StatusChange,
    clock::{Clock, SystemClock},
};

use super::{
    Failure, say,
    target_table::{TargetTable, TargetTableArgs},
};
use crate::{
    log,
    operator_admin::{DeskError, OperatorAdmin},
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
#[command(mut_arg("table", |table| table.requires("secrets")))]
pub(super) struct CustomerArgs {
    /// The account's phone in E.164 form, such as +14155550123
    phone: String,
    /// Why, for the audit log and the account
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    #[command(flatten)]
    target: TargetTableArgs,
    /// JSON file with the deployed secrets: {"HashSecret": "…", "CursorSecret": "…"}
    #[arg(long, value_name = "FILE", requires = "table")]
    secrets: Option<PathBuf>,
}

/// Sets the status, and says whether anything changed.
pub(super) async fn run(command: CustomerCommand) -> Result<(), Failure> {
    let (args, disabled) = match command {
        CustomerCommand::Disable(args) => (args, true),
        CustomerCommand::Enable(args) => (args, false),
    };
    log::to_stderr("info");
    let given = args.secrets.as_ref().map(read_secrets).transpose()?;
    let target = args.target.open().await?;
    let changed = set(&target, given, &args, disabled).await;
    target.close().await;
    let changed = changed?;
    let status = if disabled { "closed" } else { "open" };
    say(format_args!("the account is {status}{}", if changed { "" } else { ", as it was before" }));
    Ok(())
}

async fn set(
    target: &TargetTable,
    given: Option<Texts>,
    args: &CustomerArgs,
    disabled: bool,
) -> Result<bool, Failure> {
    let secrets = match target {
        TargetTable::Local(stack) => stack.secrets.clone(),
        TargetTable::Deployed(_) => given.unwrap_or_default(),
    };
    let admin = OperatorAdmin::new(target.store("customer")?, &secrets).map_err(Failure::usage)?;
    let change = StatusChange { at: SystemClock.now(), why: args.why.clone() };
    admin.set_disabled(&args.phone, disabled, change).await.map_err(|error| match error {
        DeskError::Phone | DeskError::Secret(_) => Failure::usage(error),
        DeskError::Nobody | DeskError::Store(_) => Failure::outcome(error),
    })
}

fn read_secrets(path: &PathBuf) -> Result<Texts, Failure> {
    let shown = path.display();
    let text = fs::read(path)
        .map_err(|error| Failure::usage(format_args!("{shown} cannot be read: {error}")))?;
    serde_json::from_slice(&text)
        .map_err(|_| Failure::usage(format_args!("{shown} is no JSON object of texts")))
}

/// It stands at the account, which every request reads.
fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("a reason has 1 to 200 characters")
    }
}
