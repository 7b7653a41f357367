//! `move-out`: customers for a Django stack, as its `loaddata` reads them.

use std::{io::BufWriter, path::PathBuf};

use clap::Args;
use shared::{
    clock::{Clock, SystemClock},
    hashes::Signer,
};

use super::{
    failure::Failure,
    mapping_file::read_mapping,
    output::print_line,
    progress_bar::ProgressBar,
    target_table::{TargetTable, TargetTableArgs, hash_secret},
};
use crate::{log, move_in::Mapping, move_out::MoveOut, private_file};

#[derive(Debug, Args)]
#[command(mut_arg("table", |table| table.requires("secrets")))]
pub(super) struct MoveOutArgs {
    /// The new file: a JSON array, or JSON lines if its name ends in .jsonl
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// TOML file with the names of models and fields, as for move-in
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The first primary key for rows that the old stack does not have, above every key in the old
    /// database; required where there are such rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    keys_from: Option<u64>,
    #[command(flatten)]
    target: TargetTableArgs,
    /// JSON file with the secret of the deployed stack, required with --table:
    /// {"HashSecret": "…"}
    #[arg(long, value_name = "FILE", requires = "table")]
    secrets: Option<PathBuf>,
}

pub(super) async fn run(args: MoveOutArgs) -> Result<(), Failure> {
    log::to_stderr("warn");
    let mapping = read_mapping(args.mapping.as_deref())?;
    let target = args.target.open().await?;
    let moved = move_out(&args, mapping, &target).await;
    target.close().await;
    moved
}

async fn move_out(
    args: &MoveOutArgs,
    mapping: Mapping,
    target: &TargetTable,
) -> Result<(), Failure> {
    let store = target.store("customer")?;
    let secret = hash_secret(target, args.secrets.as_deref())?;
    let signer = Signer::new(&secret.as_str().into());
    let file = private_file::create(&args.out).map_err(|error| {
        Failure::usage(format_args!("cannot create {}: {error}", args.out.display()))
    })?;
    let is_lines = args.out.extension().is_some_and(|extension| extension == "jsonl");
    let (now, keys_from) = (SystemClock.now(), args.keys_from);
    let work = MoveOut { store, signer, mapping, now, is_lines, keys_from };
    let mut bar = ProgressBar::default();
    let moved =
        work.run(&mut BufWriter::new(file), |done, of| bar.show("customers", done, of)).await;
    bar.end();
    if moved.is_err() {
        let _ = std::fs::remove_file(&args.out);
    }
    print_line(moved.map_err(Failure::outcome)?);
    Ok(())
}
