//! `clean-up`: one run of the clean-up function, on the local data folder.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::{Failure, StackArgs, say};
use crate::{log, stack::Stack};

/// Options of `clean-up`.
#[derive(Debug, Args)]
pub(super) struct CleanUpArgs {
    /// Folder of the local data [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Prints what each task did.
pub(super) async fn run(args: CleanUpArgs) -> Result<(), Failure> {
    let (template, root) = StackArgs::template()?;
    let stack_args =
        StackArgs { memory: false, data: args.data, dynamodb_endpoint: None, set: Vec::new() };
    let stack = Stack::start(&template, stack_args.options(&root)).await.map_err(Failure::usage)?;
    log::to_stderr("warn");
    let mut reports = Vec::new();
    for scheduled in stack.scheduled() {
        reports.push(scheduled.run().await);
    }
    stack.stop().await;
    for report in reports {
        let report = report
            .map_err(|error| Failure::outcome(format_args!("the function failed: {error}")))?;
        for (task, counts) in report.as_object().into_iter().flatten() {
            say(line(task, counts));
        }
    }
    Ok(())
}

fn line(task: &str, counts: &Value) -> String {
    let left = if counts["unfinished"] == true { ", more is left" } else { "" };
    format!(
        "{task}: {} done, {} put off, {} failed{left}",
        counts["done"], counts["put_off"], counts["failed"]
    )
}
