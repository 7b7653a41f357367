//! What a million requests cost: the read and write units that each operation consumes, times AWS's
//! list prices.
//!
//! Invariant: `costs.json` is measured by tests/contract/costs.rs and never edited by hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// By operation id.
const COUNTED: &str = include_str!("costs.json");

/// What one request consumes: the median of those that the tests make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Calls to DynamoDB.
    pub calls: u32,
    pub read_units: f64,
    pub write_units: f64,
}

/// Prices in US dollars.
#[derive(Debug, Clone, Copy)]
pub struct Prices {
    /// A million requests to an HTTP API.
    pub api: f64,
    /// A million invocations.
    pub invocations: f64,
    /// A GB-second of memory on arm64.
    pub gb_second: f64,
    /// A million on-demand read units.
    pub reads: f64,
    /// A million on-demand write units.
    pub writes: f64,
    /// A GB of logs.
    pub log_gb: f64,
}

/// us-east-1 on 2025-11-01, first tier, without the free tier. Text messages and pushes are not
/// included, since their prices depend on the country and the service.
pub const LIST_PRICES: Prices = Prices {
    api: 1.00,
    invocations: 0.20,
    gb_second: 0.000_013_333_4,
    reads: 0.125,
    writes: 0.625,
    log_gb: 0.50,
};

/// What a request takes besides storage.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Memory of a function in MiB.
    pub memory: u32,
    /// Billed duration in milliseconds.
    pub millis: u32,
    /// Bytes logged, with the API's access log.
    pub log_bytes: u32,
}

/// What a million requests cost in US dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    pub api: f64,
    pub functions: f64,
    pub table: f64,
    pub logs: f64,
}

impl Cost {
    pub fn of(counted: Counted, prices: Prices, workload: Workload) -> Self {
        let gb_seconds = f64::from(workload.memory) / 1024.0 * f64::from(workload.millis) * 1000.0;
        Self {
            api: prices.api,
            functions: prices.invocations + gb_seconds * prices.gb_second,
            table: counted.read_units * prices.reads + counted.write_units * prices.writes,
            logs: f64::from(workload.log_bytes) / 1000.0 * prices.log_gb,
        }
    }

    pub fn total(self) -> f64 {
        self.api + self.functions + self.table + self.logs
    }
}

/// The measured operations, by id.
pub fn counted() -> BTreeMap<String, Counted> {
    serde_json::from_str(COUNTED).expect("costs.json is written by a test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_requests_cost_the_sum_of_their_parts() {
        let counted = Counted { calls: 2, read_units: 2.0, write_units: 5.0 };
        let workload = Workload { memory: 512, millis: 10, log_bytes: 600 };
        let cost = Cost::of(counted, LIST_PRICES, workload);
        assert_eq!(
            format!("{:.3} {:.3} {:.3}", cost.table, cost.functions, cost.logs),
            "3.375 0.267 0.300"
        );
        assert!((cost.total() - 4.942).abs() < 0.001, "{}", cost.total());
    }
}
