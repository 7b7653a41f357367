//! `content` and `areas`: publishing a file, restoring what was published before, and printing what
//! is published.

use std::{fmt, path::PathBuf};

use clap::{Args, Subcommand};
use shared::clock::{Clock, SystemClock};

use super::{
    failure::{Failure, read_file},
    output::{confirmed, print_line},
    target_table::{TargetTable, TargetTableArgs},
};
use crate::{
    areas_admin::AreasAdmin,
    content_admin::ContentAdmin,
    publication::{Publication, PublishError},
};

#[derive(Debug, Subcommand)]
pub(super) enum PublishCommand {
    /// Show what a file would change, ask, and publish it; the previous version is kept
    Push(PushArgs),
    /// Show what restoring the previous version would change, ask, and restore it
    Rollback(RollbackArgs),
    /// Print what is published now, as a file that can be edited and pushed
    Show(TargetTableArgs),
}

#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// The file to publish, in the form that `show` prints
    file: PathBuf,
    /// Publish without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetTableArgs,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// Restore without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetTableArgs,
}

pub(super) async fn content(command: PublishCommand) -> Result<(), Failure> {
    run(&command, |target| Ok(ContentAdmin::new(target.store("app-info")?))).await
}

pub(super) async fn areas(command: PublishCommand) -> Result<(), Failure> {
    run(&command, |target| Ok(AreasAdmin::new(target.store("location")?))).await
}

async fn run<P: Publication>(
    command: &PublishCommand,
    admin: impl FnOnce(&TargetTable) -> Result<P, Failure>,
) -> Result<(), Failure> {
    let target = match command {
        PublishCommand::Push(PushArgs { target, .. })
        | PublishCommand::Rollback(RollbackArgs { target, .. })
        | PublishCommand::Show(target) => target,
    };
    let target = target.open().await?;
    let result = match admin(&target) {
        Ok(admin) => execute(&admin, command).await,
        Err(failure) => Err(failure),
    };
    target.close().await;
    result
}

async fn execute<P: Publication>(admin: &P, command: &PublishCommand) -> Result<(), Failure> {
    match command {
        PublishCommand::Push(PushArgs { file, yes, .. }) => {
            let text = read_file(file)?;
            let draft = admin.draft(&text, SystemClock.now()).await.map_err(failure)?;
            confirm_and_publish(admin, &draft, *yes).await
        }
        PublishCommand::Rollback(RollbackArgs { yes, .. }) => {
            let draft = admin.draft_of_rollback().await.map_err(failure)?;
            confirm_and_publish(admin, &draft, *yes).await
        }
        PublishCommand::Show(_) => {
            print_line(admin.published_file().await.map_err(failure)?);
            Ok(())
        }
    }
}

async fn confirm_and_publish<P: Publication>(
    admin: &P,
    draft: &P::Draft,
    yes: bool,
) -> Result<(), Failure> {
    let changes = P::changes(draft);
    if changes.is_empty() {
        print_line("nothing changes");
        return Ok(());
    }
    changes.iter().for_each(print_line);
    if !yes && !confirmed("publish this?")? {
        return Err(Failure::outcome("nothing was published"));
    }
    admin.publish(draft).await.map_err(failure)?;
    print_line(format_args!(
        "published {}; every function serves it within two minutes",
        P::summary(draft)
    ));
    Ok(())
}

fn failure<P: fmt::Display>(error: PublishError<P>) -> Failure {
    match error {
        PublishError::Invalid(problems) => {
            problems.iter().for_each(print_line);
            Failure::usage("the file is invalid; nothing was published")
        }
        error => Failure::outcome(error),
    }
}
