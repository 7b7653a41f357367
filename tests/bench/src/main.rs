//! Measures the functions against the bare Lambda runtime and against the floor of each operation.
//!
//! [`binaries`] are built as they are deployed. [`scenario`] runs them in front of the embedded
//! [`engine`] and records one invocation of each operation; [`canned`] answers from that recording
//! while the process is measured under an emulator of the [`runtime_api`].
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a program that measures time and prints tables; a comment stands where a name does \
              not say it all"
)]

mod binaries;
mod canned;
mod certificate;
mod check;
mod cold_start;
mod cpu;
mod django;
mod engine;
mod first_answer;
mod http;
mod instructions;
mod load;
mod order;
mod process;
mod readme;
mod recording;
mod recording_proxy;
mod results;
mod run;
mod runtime_api;
mod scenario;
mod script;
mod statistics;
mod subjects;
mod table;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Measure the functions: start, size, memory, instructions and CPU time
#[derive(Debug, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare instructions and sizes with bounds.toml, cold starts and memory with their bounds
    Check(check::CheckArgs),
    /// Write the tables of the last run into functions/README.md
    Table,
    /// Answer calls of DynamoDB and SNS from a recording (the benchmark starts it)
    #[command(hide = true)]
    Canned(canned::CannedArgs),
    /// Run the Django stack that this one replaces beside it
    Django(django::DjangoArgs),
    /// Send mixed traffic to a launcher over many connections
    Load(load::LoadArgs),
    /// Record which functions of the programs are run, and write shared/link/order.ld
    Order(order::OrderArgs),
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        None => run::run(&cli.run),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Table) => readme::write(),
        Some(Command::Canned(args)) => canned::serve(&args),
        Some(Command::Django(args)) => django::run(&args),
        Some(Command::Load(args)) => load::run(&args),
        Some(Command::Order(args)) => order::write(&args),
    }
}
