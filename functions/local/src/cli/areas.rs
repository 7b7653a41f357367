//! `areas push`, `areas rollback` and `areas show`.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use location::area_file;
use shared::clock::{Clock, SystemClock};

use super::{
    Failure,
    content::agreed,
    say,
    target_table::{TargetTable, TargetTableArgs},
};
use crate::areas_admin::{AreasAdmin, AreasDraft, AreasError};

#[derive(Debug, Subcommand)]
pub(super) enum AreasCommand {
    /// Publish service areas, after showing what that changes; the release before is kept
    Push(PushArgs),
    /// Go back to the release before the present one, after showing what that changes
    Rollback(RollbackArgs),
    /// Print the service areas that hold, as a file to change and push
    Show(TargetTableArgs),
}

#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// A FeatureCollection of GeoJSON: polygons with an id, and the properties name and served
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

pub(super) async fn run(command: AreasCommand) -> Result<(), Failure> {
    let target = match &command {
        AreasCommand::Push(PushArgs { target, .. })
        | AreasCommand::Rollback(RollbackArgs { target, .. })
        | AreasCommand::Show(target) => target,
    };
    let target = target.open().await?;
    let done = at(&target, &command).await;
    target.close().await;
    done
}

async fn at(target: &TargetTable, command: &AreasCommand) -> Result<(), Failure> {
    let admin = AreasAdmin::new(target.store("location")?);
    match command {
        AreasCommand::Push(PushArgs { file, yes, .. }) => {
            let shown = file.display();
            let text = fs::read_to_string(file);
            let text = text
                .map_err(|error| Failure::usage(format_args!("{shown} cannot be read: {error}")))?;
            let draft = admin.draft(&text).await.map_err(refused)?;
            publish(&admin, &draft, *yes).await
        }
        AreasCommand::Rollback(RollbackArgs { yes, .. }) => {
            let draft = admin.draft_of_rollback().await.map_err(refused)?;
            publish(&admin, &draft, *yes).await
        }
        AreasCommand::Show(_) => {
            say(format_args!("{:#}", area_file::file(&admin.present().await.map_err(refused)?)));
            Ok(())
        }
    }
}

async fn publish(admin: &AreasAdmin, draft: &AreasDraft, yes: bool) -> Result<(), Failure> {
    if draft.changes.is_empty() {
        say("nothing differs from what holds");
        return Ok(());
    }
    draft.changes.iter().for_each(say);
    if !yes && !agreed()? {
        return Err(Failure::outcome("nothing was published"));
    }
    admin.publish(draft, SystemClock.now()).await.map_err(refused)?;
    say(format_args!(
        "{} service areas hold, in every process within two minutes",
        draft.areas.len()
    ));
    Ok(())
}

fn refused(error: AreasError) -> Failure {
    match error {
        AreasError::Wrong(problems) => {
            problems.iter().for_each(say);
            Failure::usage("the file is not right; nothing was published")
        }
        error => Failure::outcome(error),
    }
}
