//! `audit`: compares every wallet's balance with its ledger.

use clap::Args;
use shared::{
    store::Store,
    wallet::{AuditPlace, Audited, LedgerBreak},
};

use super::{failure::Failure, output::print_line, target_table::TargetTableArgs};
use crate::log;

/// How many entries one call of the store reads.
const BATCH: u64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    target: TargetTableArgs,
}

/// Fails if a ledger contradicts its balance.
pub(super) async fn run(args: AuditArgs) -> Result<(), Failure> {
    log::to_stderr("warn");
    let target = args.target.open().await?;
    let audited = match target.store("wallet") {
        Ok(store) => audit(&store).await,
        Err(failure) => Err(failure),
    };
    target.close().await;
    let Audited { wallets, entries, breaks, .. } = audited?;
    for found in &breaks {
        print_line(describe(found));
    }
    print_line(format_args!("{wallets} wallets, {entries} entries, {} mismatches", breaks.len()));
    if breaks.is_empty() {
        Ok(())
    } else {
        Err(Failure::outcome("at least one ledger contradicts its balance"))
    }
}

async fn audit(store: &Store) -> Result<Audited, Failure> {
    let mut total = Audited::default();
    let mut position = Some(AuditPlace::default());
    while let Some(from) = position {
        let (audited, next) = store.audit_from(from, BATCH).await.map_err(Failure::outcome)?;
        total.wallets += audited.wallets;
        total.entries += audited.entries;
        total.breaks.extend(audited.breaks);
        position = next;
    }
    Ok(total)
}

fn describe(found: &LedgerBreak) -> String {
    let owner = found
        .customer
        .map_or_else(|| "a deleted customer".to_owned(), |customer| customer.to_string());
    let position = found
        .entry
        .clone()
        .or(found.currency.map(|currency| currency.to_string()))
        .unwrap_or_default();
    format!("MISMATCH: ledger {} of {owner}, {position}: {}", found.ledger, found.what.name())
}
