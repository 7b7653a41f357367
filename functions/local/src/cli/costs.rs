//! `costs`: what a million requests of each operation cost, or with `--customers` the bill of a
//! month and the limits that end first.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{
    failure::{Failure, read_file},
    output::print_line,
    stack_args::{assignment, template},
};
use crate::costs::{Cost, Forecast, Prices, Profile, Units, Workload};

/// The default prices are AWS's list prices for us-east-1, in US dollars.
#[derive(Debug, Args)]
pub(super) struct CostsArgs {
    /// Print the bill of a month of a whole stack with so many active customers, and at how many
    /// customers each limit ends
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    customers: Option<u32>,
    /// Replace figures of the traffic profile by those of a TOML file of the same form:
    /// functions/local/src/costs/profile.toml
    #[arg(long, value_name = "FILE", requires = "customers")]
    profile: Option<PathBuf>,
    /// Set a parameter of template.yaml; may be repeated
    #[arg(
        long,
        value_name = "PARAMETER=VALUE",
        value_parser = assignment,
        requires = "customers"
    )]
    set: Vec<(String, String)>,
    /// Replace counted units by those of a JSON file of the form of functions/local/src/costs.json
    #[arg(long, value_name = "FILE")]
    units: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Price of a million requests to the HTTP API
    #[arg(long, value_name = "USD", default_value_t = Prices::list().api)]
    api: f64,
    /// Price of a million invocations
    #[arg(long, value_name = "USD", default_value_t = Prices::list().invocations)]
    invocations: f64,
    /// Price of a GB-second of memory on arm64
    #[arg(long, value_name = "USD", default_value_t = Prices::list().gb_second_arm64)]
    gb_second: f64,
    /// Price of a million read units
    #[arg(long, value_name = "USD", default_value_t = Prices::list().reads)]
    reads: f64,
    /// Price of a million write units
    #[arg(long, value_name = "USD", default_value_t = Prices::list().writes)]
    writes: f64,
    /// Price of a GB of logs
    #[arg(long, value_name = "USD", default_value_t = Prices::list().log_gb)]
    log_gb: f64,
    /// Memory of a function in MiB (the parameter FunctionMemory)
    #[arg(long, default_value_t = 512, conflicts_with = "customers")]
    memory: u32,
    /// Billed duration of a request in milliseconds; the REPORT lines of the functions' logs have
    /// your own figure
    #[arg(long, default_value_t = 10.0, conflicts_with = "customers")]
    millis: f64,
    /// Bytes logged per request, with access log and metrics
    #[arg(long, default_value_t = 700.0, conflicts_with = "customers")]
    log_bytes: f64,
}

pub(super) fn run(args: &CostsArgs) -> Result<(), Failure> {
    let units = match &args.units {
        None => Units::counted(),
        Some(path) => Units::counted()
            .replaced_by(&read_file(path)?)
            .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?,
    };
    match args.customers {
        None if args.json => print_line(args.by_operation(&units)),
        None => args.print_by_operation(&units),
        Some(customers) => {
            let forecast = args.forecast(units)?;
            if args.json {
                print_line(format_args!("{:#}", forecast.json(customers)));
            } else {
                print_line(forecast.text(customers).trim_end());
            }
        }
    }
    Ok(())
}

impl CostsArgs {
    fn forecast(&self, units: Units) -> Result<Forecast, Failure> {
        let profile = match &self.profile {
            None => Profile::usual(),
            Some(path) => Profile::replaced_by(&read_file(path)?)
                .map_err(|error| Failure::usage(format_args!("{}, {error}", path.display())))?,
        };
        let parameters = self.set.iter().cloned().collect();
        let (template, _) = template()?;
        Forecast::new(profile, units, self.prices(), (&template, parameters))
            .map_err(Failure::usage)
    }

    fn print_by_operation(&self, units: &Units) {
        print_line("US dollars per million requests, without text messages and pushes");
        print_line(format_args!(
            "{:<32} {:>5} {:>6} {:>6} {:>9} {:>9}",
            "operation", "calls", "reads", "writes", "table", "total"
        ));
        let prices = self.prices();
        for (operation, counted) in units.operations() {
            let cost = Cost::of(*counted, &prices, self.workload());
            let (table, total) = (cost.table, cost.total());
            print_line(format_args!(
                "{operation:<32} {:>5} {:>6} {:>6} {table:>9.2} {total:>9.2}",
                counted.calls, counted.read_units, counted.write_units
            ));
        }
    }

    fn by_operation(&self, units: &Units) -> Value {
        let prices = self.prices();
        let costs = units.operations().iter().map(|(operation, counted)| {
            let cost = Cost::of(*counted, &prices, self.workload());
            (operation.clone(), json!({"counted": counted, "cost": cost, "total": cost.total()}))
        });
        costs.collect::<serde_json::Map<_, _>>().into()
    }

    fn prices(&self) -> Prices {
        let Self { api, invocations, gb_second, reads, writes, log_gb, .. } = *self;
        let gb_second_arm64 = gb_second;
        Prices { api, invocations, gb_second_arm64, reads, writes, log_gb, ..Prices::list() }
    }

    fn workload(&self) -> Workload {
        let Self { memory, millis, log_bytes, .. } = *self;
        Workload { memory, millis, log_bytes }
    }
}
