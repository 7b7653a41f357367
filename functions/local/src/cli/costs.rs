//! `costs`: what a million requests of each operation cost.

use clap::Args;

use super::say;
use crate::costs::{Cost, LISTED, Prices, Usage, counted};

/// Options of `costs`. The prices are AWS's of us-east-1 on 2025-11-01, US dollars, unless given.
#[derive(Debug, Args)]
pub(super) struct CostsArgs {
    /// A million requests at the HTTP API
    #[arg(long, value_name = "USD", default_value_t = LISTED.api)]
    api: f64,
    /// A million invocations of functions
    #[arg(long, value_name = "USD", default_value_t = LISTED.invocations)]
    invocations: f64,
    /// A GB of memory for a second
    #[arg(long, value_name = "USD", default_value_t = LISTED.gb_second)]
    gb_second: f64,
    /// A million read units
    #[arg(long, value_name = "USD", default_value_t = LISTED.reads)]
    reads: f64,
    /// A million write units
    #[arg(long, value_name = "USD", default_value_t = LISTED.writes)]
    writes: f64,
    /// A GB of log lines
    #[arg(long, value_name = "USD", default_value_t = LISTED.log_gb)]
    log_gb: f64,
    /// Memory of a function, MiB: the parameter FunctionMemory
    #[arg(long, default_value_t = 512)]
    memory: u32,
    /// What Lambda bills for a request, milliseconds: your own figure is in the REPORT lines of the
    /// functions' logs
    #[arg(long, default_value_t = 10)]
    millis: u32,
    /// Bytes of log lines a request, access log and metrics included
    #[arg(long, default_value_t = 700)]
    log_bytes: u32,
}

/// Prints the table.
pub(super) fn run(args: &CostsArgs) {
    let CostsArgs { api, invocations, gb_second, reads, writes, log_gb, memory, millis, log_bytes } =
        *args;
    let prices = Prices { api, invocations, gb_second, reads, writes, log_gb };
    let usage = Usage { memory, millis, log_bytes };
    say("US dollars for a million requests, text messages and pushes apart");
    say(format_args!(
        "{:<32} {:>5} {:>6} {:>6} {:>9} {:>9}",
        "operation", "calls", "reads", "writes", "table", "all"
    ));
    for (operation, counted) in counted() {
        let cost = Cost::of(counted, prices, usage);
        let (table, sum) = (cost.table, cost.sum());
        say(format_args!(
            "{operation:<32} {:>5} {:>6} {:>6} {table:>9.2} {sum:>9.2}",
            counted.calls, counted.read_units, counted.write_units
        ));
    }
}
