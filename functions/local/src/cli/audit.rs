//! `audit`: every wallet's balance against its ledger, all at once, on the local data folder or on
//! a deployed table.

use std::path::PathBuf;

use clap::Args;
use shared::{
    store::Store,
    wallet::{AuditPlace, Audited, LedgerBreak},
};

use super::{Failure, StackArgs, http_url, say};
use crate::{doctor::operator_client, log, stack::Stack};

/// How many entries are read between two looks at the place.
const STRETCH: u64 = 10_000;

/// Options of `audit`.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
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

/// Fails where a ledger does not bear out its balance.
pub(super) async fn run(args: AuditArgs) -> Result<(), Failure> {
    log::to_stderr("warn");
    let audited = match args.table {
        Some(table) => {
            let client = operator_client(args.region, args.dynamodb_endpoint).await;
            audit(&Store::new(client, &table)).await?
        }
        None => locally(args.data).await?,
    };
    for found in &audited.breaks {
        say(line(found));
    }
    say(format_args!(
        "{} wallets, {} entries, {} breaks",
        audited.wallets,
        audited.entries,
        audited.breaks.len()
    ));
    if audited.breaks.is_empty() {
        Ok(())
    } else {
        Err(Failure::outcome("a ledger does not bear out its balance"))
    }
}

async fn locally(data: Option<PathBuf>) -> Result<Audited, Failure> {
    let (template, root) = StackArgs::template()?;
    let stack_args = StackArgs { memory: false, data, dynamodb_endpoint: None, set: Vec::new() };
    let stack = Stack::start(&template, stack_args.options(&root)).await.map_err(Failure::usage)?;
    let audited = match stack.state("wallet") {
        Some(state) => audit(&state.store).await,
        None => Err(Failure::outcome("there is no function wallet")),
    };
    stack.stop().await;
    audited
}

async fn audit(store: &Store) -> Result<Audited, Failure> {
    let mut all = Audited::default();
    let mut place = Some(AuditPlace::default());
    while let Some(from) = place {
        let (audited, next) = store.audit_from(from, STRETCH).await.map_err(Failure::outcome)?;
        all.wallets += audited.wallets;
        all.entries += audited.entries;
        all.breaks.extend(audited.breaks);
        place = next;
    }
    Ok(all)
}

fn line(found: &LedgerBreak) -> String {
    let whose = found
        .customer
        .map_or_else(|| "nobody any more".to_owned(), |customer| customer.to_string());
    let at = found
        .entry
        .clone()
        .or(found.currency.map(|currency| currency.to_string()))
        .unwrap_or_default();
    format!("BROKEN: ledger {} of {whose}, {at}: {}", found.ledger, found.what.name())
}
