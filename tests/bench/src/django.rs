//! The Django stack that this one replaces, beside ours: the same requests in turns.
//!
//! Django serves them in process, without an HTTP server, on SQLite. Our functions run under an
//! emulator of the Runtime API, with the embedded engine in another process; their CPU time does
//! not include its. So Django's figures include its database, and ours the client of one.

mod ours;
mod project;
mod report;

use anyhow::Result;
use clap::Args;

use self::{
    ours::Ours,
    project::Project,
    report::{Comparison, table},
};
use crate::{binaries, engine::Engine, run, workspace};

/// Requests before the first round.
const WARM_UP: u32 = 100;

#[derive(Debug, Args)]
pub struct DjangoArgs {
    /// Build only what is not in target/lambda yet
    #[arg(long)]
    built: bool,
    /// Rounds of each operation
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Requests of each operation in a round
    #[arg(long, default_value_t = 200)]
    requests: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// Each request uses the token of the answer before.
    Refresh,
    /// Five devices of a customer.
    Devices,
}

/// What some requests took, in microseconds each.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Times {
    /// Of the process, user and system.
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

pub fn run(args: &DjangoArgs) -> Result<()> {
    let folder = workspace::results().join("django");
    let binaries = binaries::build_functions(&["auth", "customer", "fcm"], args.built)?;
    let engine = Engine::start(&binaries::launcher(args.built)?, &folder)?;
    let mut ours = Ours::start(&engine, &binaries)?;
    let mut django = Project::start(&folder)?;
    let mut comparisons = [Operation::Refresh, Operation::Devices].map(Comparison::of);
    for comparison in &comparisons {
        django.measure(comparison.operation, WARM_UP)?;
        ours.measure(comparison.operation, WARM_UP)?;
    }
    for _ in 0..args.rounds {
        for comparison in &mut comparisons {
            comparison.django.push(django.measure(comparison.operation, args.requests)?);
            comparison.ours.push(ours.measure(comparison.operation, args.requests)?);
        }
    }
    let DjangoArgs { rounds, requests, .. } = args;
    let conditions = format!("{}; {rounds} rounds of {requests} requests", run::machine());
    let text = format!("{conditions}, in turns.\n\n{}", table(&comparisons));
    print!("{text}");
    workspace::write_table("django", &text)
}
