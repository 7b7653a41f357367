//! `move-in`: customers of a Django stack, from what its `dumpdata` wrote.

use std::path::PathBuf;

use clap::Args;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use shared::clock::{Clock, SystemClock};

use super::{
    failure::Failure,
    mapping_file::read_mapping,
    output::print_line,
    progress_bar::ProgressBar,
    stack_args::template,
    target_table::{TargetTable, TargetTableArgs, hash_secret},
};
use crate::{
    log,
    move_in::{Destination, MoveIn, Progress, suggestion::Models},
    table,
    template::{Overrides, StandIns},
};

/// How long devices of the old stack stay active without a log-in, if nothing else is said.
const SESSIONS: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Customers that are written at once. The embedded engine takes one call at a time.
const AT_ONCE: (usize, usize) = (8, 64);

#[derive(Debug, Args)]
#[command(mut_arg("table", |table| table.requires_all(["secrets", "countries"])))]
pub(super) struct MoveInArgs {
    /// All files of one dump, as `manage.py dumpdata` writes them: JSON or JSON lines
    #[arg(value_name = "DUMP", required = true)]
    dumps: Vec<PathBuf>,
    /// TOML file with the names of models and fields that are not the stock ones
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Print a mapping for the dump, and do nothing else
    #[arg(long, conflicts_with_all = ["mapping", "dry_run", "table", "data"])]
    suggest_mapping: bool,
    /// Write nothing; the report is that of a real run
    #[arg(long)]
    dry_run: bool,
    /// File for the rows that are not taken, a line of JSON each. It has no personal data but
    /// primary keys
    #[arg(long, value_name = "FILE", default_value = "move-in-report.jsonl")]
    report: PathBuf,
    /// The most customers to write a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// When the dump was made [default: when the newest of its files was written]
    #[arg(long, value_name = "TIME")]
    as_of: Option<Timestamp>,
    /// The day until which devices get pushes before their apps have logged in or refreshed here
    /// [default: 90 days after the dump]
    #[arg(long, value_name = "DAY")]
    devices_until: Option<Date>,
    /// Folder with room for the dump once more; nothing is left in it
    /// [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    #[command(flatten)]
    target: TargetTableArgs,
    /// JSON file with the secret of the deployed stack, required with --table:
    /// {"HashSecret": "…"}
    #[arg(long, value_name = "FILE", requires = "table")]
    secrets: Option<PathBuf>,
    /// The deployed parameters `CodeCountries` and `CodeTopicCountries`, required with --table:
    /// customers of other countries cannot log in
    #[arg(long, value_name = "CODES", value_delimiter = ',', requires = "table")]
    countries: Vec<String>,
}

/// Fails if a row was refused.
pub(super) async fn run(args: MoveInArgs) -> Result<(), Failure> {
    log::to_stderr("warn");
    if args.suggest_mapping {
        let models = Models::read(&args.dumps).map_err(Failure::usage)?;
        print_line(models.suggestion().trim_end());
        return Ok(());
    }
    let work = args.work()?;
    let target = args.target.open().await?;
    let moved = move_in(&args, &work, &target).await;
    target.close().await;
    moved
}

async fn move_in(args: &MoveInArgs, work: &MoveIn, target: &TargetTable) -> Result<(), Failure> {
    let destination = args.destination(target).await?;
    let mut bar = ProgressBar::default();
    let moved = work.run(destination, |progress| match progress {
        Progress::Reading { done, of } => bar.show("reading", done, of),
        Progress::Moving { done, of } => bar.show("customers", done, of),
    });
    let moved = moved.await;
    bar.end();
    let report = moved.map_err(Failure::outcome)?;
    print_line(&report);
    if args.dry_run {
        print_line("nothing was written");
    }
    match report.refused {
        0 => Ok(()),
        count => Err(Failure::outcome(format_args!(
            "{count} rows were refused: see {}",
            args.report.display()
        ))),
    }
}

impl MoveInArgs {
    fn work(&self) -> Result<MoveIn, Failure> {
        let mapping = read_mapping(self.mapping.as_deref())?;
        let now = SystemClock.now();
        let as_of = self.as_of.map_or_else(|| newest(&self.dumps), Ok)?.min(now);
        let as_of = Timestamp::from_millisecond(as_of.as_millisecond()).unwrap_or(now);
        let until = self.devices_until.map(|day| {
            day.to_zoned(TimeZone::UTC).map(|start| start.timestamp()).map_err(Failure::usage)
        });
        let sessions_end =
            until.unwrap_or_else(|| as_of.checked_add(SESSIONS).map_err(Failure::usage))?;
        if sessions_end <= as_of {
            return Err(Failure::usage("--devices-until is before the dump"));
        }
        let is_deployed = !self.countries.is_empty();
        Ok(MoveIn {
            dumps: self.dumps.clone(),
            mapping,
            as_of,
            sessions_end,
            scratch: self.scratch.clone().unwrap_or_else(std::env::temp_dir),
            report: Some(self.report.clone()),
            rate: self.rate,
            at_once: if is_deployed { AT_ONCE.1 } else { AT_ONCE.0 },
            is_rehearsal: self.dry_run,
        })
    }

    /// Checks everything that has to be ready, before anything is written.
    async fn destination(&self, target: &TargetTable) -> Result<Destination, Failure> {
        let hash_secret = hash_secret(target, self.secrets.as_deref())?;
        let countries = match target {
            TargetTable::Local(stack) => {
                let none = || Failure::outcome("there is no function auth");
                let settings = &stack.state("auth").ok_or_else(none)?.settings;
                settings.countries().map_err(Failure::outcome)?.countries.len()
            }
            TargetTable::Deployed(_) => {
                self.check_table().await?;
                self.countries.iter().filter(|code| !code.is_empty()).count()
            }
        };
        if countries == 0 {
            return Err(Failure::usage(
                "CodeCountries is empty: no customer could log in. Set it and deploy first",
            ));
        }
        Ok(Destination { store: target.store_of_many("customer")?, hash_secret })
    }

    /// Fails where there is no such table, or one with other keys than the template's.
    async fn check_table(&self) -> Result<(), Failure> {
        let (template, _) = template()?;
        let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
        let stand_ins = StandIns { table_name: self.target.name(), secrets };
        let deployment = template.resolve(&Overrides::new(), &stand_ins).map_err(Failure::usage)?;
        let name = &deployment.table.name;
        let client = self.target.client().await;
        let found = table::describe(&client, name).await.map_err(Failure::outcome)?;
        let Some(found) = found else {
            return Err(Failure::usage(format_args!("there is no table {name}")));
        };
        match table::key_differences(&found, &deployment.table).first() {
            None => Ok(()),
            Some(difference) => {
                Err(Failure::usage(format_args!("the table {name} is not ready: {difference}")))
            }
        }
    }
}

/// When the newest of some files was written.
fn newest(paths: &[PathBuf]) -> Result<Timestamp, Failure> {
    let mut newest = Timestamp::MIN;
    for path in paths {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::usage(format_args!("cannot read {}: {error}", path.display()))
        };
        let file = path.metadata().map_err(|error| failed(&error))?;
        let written = file.modified().map_err(|error| failed(&error))?;
        newest = newest.max(written.try_into().map_err(|error: jiff::Error| failed(&error))?);
    }
    Ok(newest)
}
