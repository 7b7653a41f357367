//! The launcher under load: many connections, each of one customer, with mixed traffic.
//!
//! Every connection repeats the same six operations, each beginning with another one. The load
//! generator, a thread for each connection, shares the machine with the launcher.

mod client;
mod customer;
mod launcher;
mod summary;

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, format_err};
use clap::Args;

use self::{
    customer::{Customer, OPERATIONS},
    launcher::Launcher,
    summary::{Sample, Summary},
};
use crate::{run::machine, workspace};

/// So that the preparation succeeds on a busy machine, too.
const LOG_INS_AT_ONCE: usize = 4;

#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The launcher's program [default: target/release/satchel]
    #[arg(long, value_name = "FILE")]
    launcher: Option<PathBuf>,
    /// Connections, each of a customer of its own
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=90))]
    connections: u16,
    /// How long to send requests
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Keep the launcher's data in memory
    #[arg(long)]
    memory: bool,
}

/// Starts a launcher, sends requests for a while, and prints what they took. Fails if one of them
/// did.
pub fn run(args: &LoadArgs) -> Result<()> {
    let release = workspace::target().join("release/satchel");
    let launcher = Launcher::start(args.launcher.as_ref().unwrap_or(&release), args.memory)?;
    let numbers: Vec<u16> = (0..args.connections).collect();
    let mut customers = Vec::new();
    for some in numbers.chunks(LOG_INS_AT_ONCE) {
        let register = |number| Customer::register(&launcher, number);
        customers.extend(in_threads(some.to_vec(), register)?);
    }

    let (began, cpu) = (Instant::now(), launcher.cpu()?);
    let end = began + Duration::from_secs(args.seconds);
    let samples = in_threads(customers, |customer| repeat(customer, end))?.concat();
    let (elapsed, cpu) = (began.elapsed(), launcher.cpu()?.saturating_sub(cpu));

    let summary = Summary { samples, elapsed, cpu };
    let LoadArgs { connections, seconds, memory, .. } = args;
    let storage = if *memory { "memory" } else { "a data folder" };
    let conditions = format!("{connections} connections for {seconds} s; data in {storage}");
    let text = format!("{}; {conditions}.\n\n{summary}\n", machine());
    print!("{text}");
    workspace::write_table("load", &text)?;
    if summary.failures() > 0 {
        bail!("{} requests failed", summary.failures());
    }
    Ok(())
}

/// Runs `work` on each in a thread of its own.
fn in_threads<T: Send, R: Send>(
    of: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = of.into_iter().map(|each| scope.spawn(move || work(each))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<R>>| {
            thread.join().map_err(|_| format_err!("a thread panicked"))?
        };
        threads.into_iter().map(join).collect()
    })
}

fn repeat(mut customer: Customer, end: Instant) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    let first = usize::from(customer.number) % OPERATIONS.len();
    for operation in OPERATIONS.iter().cycle().skip(first) {
        let sent = Instant::now();
        if sent >= end {
            break;
        }
        let succeeded = customer.send(*operation)?;
        samples.push(Sample { operation: *operation, succeeded, took: sent.elapsed() });
    }
    Ok(samples)
}
