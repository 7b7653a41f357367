//! `clean-up`: runs the clean-up function once on the local data.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::{failure::Failure, output::print_line, stack_args::open_local_data};
use crate::log;

#[derive(Debug, Args)]
pub(super) struct CleanUpArgs {
    /// Folder of the local data; stop the launcher first
    /// [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Prints the result of each task.
pub(super) async fn run(args: CleanUpArgs) -> Result<(), Failure> {
    let stack = open_local_data(args.data).await?;
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
            print_line(describe(task, counts));
        }
    }
    Ok(())
}

fn describe(task: &str, counts: &Value) -> String {
    let rest = if counts["unfinished"] == true { "; more remains" } else { "" };
    format!(
        "{task}: {} done, {} postponed, {} failed{rest}",
        counts["done"], counts["put_off"], counts["failed"]
    )
}
