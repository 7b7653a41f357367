//! `content push`, `content rollback` and `content show`.

use std::{fs, io, path::PathBuf};

use clap::{Args, Subcommand};
use shared::clock::{Clock, SystemClock};

use super::{
    Failure, say,
    target_table::{TargetTable, TargetTableArgs},
};
use crate::content_admin::{ContentAdmin, ContentError, Draft};

#[derive(Debug, Subcommand)]
pub(super) enum ContentCommand {
    /// Publish a content file, after showing what it changes; the version before it is kept
    Push(PushArgs),
    /// Go back to the version before the present one, after showing what that changes
    Rollback(RollbackArgs),
    /// Print the content that is served, as a file to change and push
    Show(TargetTableArgs),
}

#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// The content, in the form of functions/app-info/content.json
    file: PathBuf,
    /// Publish without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetTableArgs,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// Publish without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetTableArgs,
}

pub(super) async fn run(command: ContentCommand) -> Result<(), Failure> {
    let target = match &command {
        ContentCommand::Push(PushArgs { target, .. })
        | ContentCommand::Rollback(RollbackArgs { target, .. })
        | ContentCommand::Show(target) => target,
    };
    let target = target.open().await?;
    let done = at(&target, &command).await;
    target.close().await;
    done
}

async fn at(target: &TargetTable, command: &ContentCommand) -> Result<(), Failure> {
    let admin = ContentAdmin::new(target.store("app-info")?);
    match command {
        ContentCommand::Push(PushArgs { file, yes, .. }) => {
            let shown = file.display();
            let text = fs::read_to_string(file);
            let text = text
                .map_err(|error| Failure::usage(format_args!("{shown} cannot be read: {error}")))?;
            let draft = admin.draft(&text, SystemClock.now()).await.map_err(refused)?;
            if draft.changes.is_empty() {
                say("nothing differs from what is served");
                return Ok(());
            }
            publish(&admin, &draft, *yes).await
        }
        ContentCommand::Rollback(RollbackArgs { yes, .. }) => {
            let draft = admin.draft_of_rollback().await.map_err(refused)?;
            publish(&admin, &draft, *yes).await
        }
        ContentCommand::Show(_) => {
            let content = admin.present().await.map_err(refused)?;
            let content = content.ok_or_else(|| Failure::outcome("the table holds no content"))?;
            say(format_args!("{:#}", content.to_json()));
            Ok(())
        }
    }
}

async fn publish(admin: &ContentAdmin, draft: &Draft, yes: bool) -> Result<(), Failure> {
    draft.changes.iter().for_each(say);
    if !yes && !agreed()? {
        return Err(Failure::outcome("nothing was published"));
    }
    let version = admin.publish(draft).await.map_err(refused)?;
    say(format_args!("version {version} is served, by every function within two minutes"));
    Ok(())
}

/// Asks; whoever cannot answer has not agreed.
pub(super) fn agreed() -> Result<bool, Failure> {
    say("publish this? [y/N]");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(Failure::outcome)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn refused(error: ContentError) -> Failure {
    match error {
        ContentError::Wrong(problems) => {
            problems.iter().for_each(say);
            Failure::usage("the file is not right; nothing was published")
        }
        error => Failure::outcome(error),
    }
}
