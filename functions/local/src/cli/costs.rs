//! `costs`: what a million requests of each operation cost.

use clap::Args;

use super::output::print_line;
use crate::costs::{Cost, LIST_PRICES, Prices, Workload, counted};

/// The default prices are AWS's list prices for us-east-1 on 2025-11-01, in US dollars.
#[derive(Debug, Args)]
pub(super) struct CostsArgs {
    /// Price of a million requests to the HTTP API
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.api)]
    api: f64,
    /// Price of a million invocations
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.invocations)]
    invocations: f64,
    /// Price of a GB-second of memory
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.gb_second)]
    gb_second: f64,
    /// Price of a million read units
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.reads)]
    reads: f64,
    /// Price of a million write units
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.writes)]
    writes: f64,
    /// Price of a GB of logs
    #[arg(long, value_name = "USD", default_value_t = LIST_PRICES.log_gb)]
    log_gb: f64,
    /// Memory of a function in MiB (the parameter FunctionMemory)
    #[arg(long, default_value_t = 512)]
    memory: u32,
    /// Billed duration of a request in milliseconds; the REPORT lines of the functions' logs have
    /// your own figure
    #[arg(long, default_value_t = 10)]
    millis: u32,
    /// Bytes logged per request, with access log and metrics
    #[arg(long, default_value_t = 700)]
    log_bytes: u32,
}

pub(super) fn run(args: &CostsArgs) {
    let (prices, workload) = (args.prices(), args.workload());
    print_line("US dollars per million requests, without text messages and pushes");
    print_line(format_args!(
        "{:<32} {:>5} {:>6} {:>6} {:>9} {:>9}",
        "operation", "calls", "reads", "writes", "table", "total"
    ));
    for (operation, counted) in counted() {
        let cost = Cost::of(counted, prices, workload);
        let (table, total) = (cost.table, cost.total());
        print_line(format_args!(
            "{operation:<32} {:>5} {:>6} {:>6} {table:>9.2} {total:>9.2}",
            counted.calls, counted.read_units, counted.write_units
        ));
    }
}

impl CostsArgs {
    fn prices(&self) -> Prices {
        let Self { api, invocations, gb_second, reads, writes, log_gb, .. } = *self;
        Prices { api, invocations, gb_second, reads, writes, log_gb }
    }

    fn workload(&self) -> Workload {
        let Self { memory, millis, log_bytes, .. } = *self;
        Workload { memory, millis, log_bytes }
    }
}
