//! What a stack costs: a million requests of each operation, and the month's bill of a number of
//! customers, with the quota that ends first.
//!
//! A bill is made of counted units ([`Units`]), of what template.yaml sets ([`StackFigures`]), of
//! list prices ([`Prices`]) and of traffic that is written down ([`Profile`]).
//!
//! Invariant: `costs.json` and `costs/cases.json` are measured by tests/contract and never edited
//! by hand.

mod bill;
mod cases;
mod limits;
mod month;
mod prices;
mod profile;
mod quotas;
mod report;
mod stack_figures;
mod units;

use serde::{Deserialize, Serialize};

pub use self::{
    bill::{Bill, Line},
    cases::{Case, VARIANTS},
    limits::{Limit, Owner, limits},
    month::Month,
    prices::Prices,
    profile::{Profile, ProfileError},
    quotas::Quotas,
    report::{Forecast, Tables},
    stack_figures::StackFigures,
    units::{Units, UnitsError},
};

/// What one request consumes: the median of those that the tests make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Calls to DynamoDB.
    pub calls: u32,
    pub read_units: f64,
    pub write_units: f64,
}

/// What a request takes besides storage.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Memory of a function in MiB.
    pub memory: u32,
    /// Billed duration in milliseconds.
    pub millis: f64,
    /// Bytes logged, with the API's access log.
    pub log_bytes: f64,
}

/// What a million requests cost in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    pub api: f64,
    pub functions: f64,
    pub table: f64,
    pub logs: f64,
}

impl Cost {
    /// Text messages and pushes are not included.
    pub fn of(counted: Counted, prices: &Prices, workload: Workload) -> Self {
        let gb_seconds = f64::from(workload.memory) / 1024.0 * workload.millis * 1000.0;
        Self {
            api: prices.api,
            functions: prices.invocations + gb_seconds * prices.gb_second_arm64,
            table: counted.read_units * prices.reads + counted.write_units * prices.writes,
            logs: workload.log_bytes / 1000.0 * prices.log_gb,
        }
    }

    pub fn total(self) -> f64 {
        self.api + self.functions + self.table + self.logs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_requests_cost_the_sum_of_their_parts() {
        let counted = Counted { calls: 2, read_units: 2.0, write_units: 5.0 };
        let workload = Workload { memory: 512, millis: 10.0, log_bytes: 600.0 };
        let cost = Cost::of(counted, &Prices::list(), workload);
        assert_eq!(
            format!("{:.3} {:.3} {:.3}", cost.table, cost.functions, cost.logs),
            "3.375 0.267 0.300"
        );
        assert!((cost.total() - 4.942).abs() < 0.001, "{}", cost.total());
    }
}
