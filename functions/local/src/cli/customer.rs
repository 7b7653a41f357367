//! `customer disable` and `customer enable`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use shared::{
    account::StatusChange,
    clock::{Clock, SystemClock},
};

use super::{
    failure::Failure,
    output::print_line,
    target_table::{TargetTable, TargetTableArgs, read_secrets},
};
use crate::{
    customer_admin::{CustomerAdmin, CustomerAdminError},
    log,
    template::Texts,
};

#[derive(Debug, Subcommand)]
pub(super) enum CustomerCommand {
    /// Disable an account; all its sessions end
    Disable(CustomerArgs),
    /// Enable an account again; its customer must log in
    Enable(CustomerArgs),
}

#[derive(Debug, Args)]
#[command(mut_arg("table", |table| table.requires("secrets")))]
pub(super) struct CustomerArgs {
    /// The account's phone in E.164 form, such as +14155550123, or its customer id
    #[arg(value_name = "PHONE_OR_ID")]
    phone: String,
    /// The reason, kept in the audit log and on the account
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    #[command(flatten)]
    target: TargetTableArgs,
    /// JSON file with the secrets of the deployed stack, required with --table:
    /// {"HashSecret": "…", "CursorSecret": "…"}
    #[arg(long, value_name = "FILE", requires = "table")]
    secrets: Option<PathBuf>,
}

pub(super) async fn run(command: CustomerCommand) -> Result<(), Failure> {
    let (args, disabled) = match command {
        CustomerCommand::Disable(args) => (args, true),
        CustomerCommand::Enable(args) => (args, false),
    };
    log::to_stderr("info");
    let secrets = args.secrets.as_deref().map(read_secrets).transpose()?;
    let target = args.target.open().await?;
    let changed = set_disabled(&target, secrets, &args, disabled).await;
    target.close().await;
    let status = if disabled { "disabled" } else { "enabled" };
    print_line(if changed? {
        format!("the account is {status}")
    } else {
        format!("the account was {status} already")
    });
    Ok(())
}

async fn set_disabled(
    target: &TargetTable,
    deployed_secrets: Option<Texts>,
    args: &CustomerArgs,
    disabled: bool,
) -> Result<bool, Failure> {
    let secrets = match target {
        TargetTable::Local(stack) => stack.secrets.clone(),
        TargetTable::Deployed(_) => deployed_secrets.unwrap_or_default(),
    };
    let admin = CustomerAdmin::new(target.store("customer")?, &secrets).map_err(Failure::usage)?;
    let change = StatusChange { at: SystemClock.now(), why: args.why.clone() };
    admin.set_disabled(&args.phone, disabled, change).await.map_err(|error| match error {
        CustomerAdminError::InvalidPhone | CustomerAdminError::MissingSecret(_) => {
            Failure::usage(error)
        }
        CustomerAdminError::NoAccount | CustomerAdminError::Store(_) => Failure::outcome(error),
    })
}

/// Every request reads the account, so the reason on it stays short.
fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("a reason has 1 to 200 characters")
    }
}
