//! What a million requests cost: the units of storage that each operation was counted to take,
//! times AWS's list prices.
//!
//! Invariant: `costs.json` is counted and never written by hand (tests/contract/costs.rs does it);
//! a price stands here once, with its day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The counted operations, by id.
const COUNTED: &str = include_str!("costs.json");

/// One operation in the middle one of the courses that the tests take: as many were dearer as were
/// cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Calls of storage.
    pub calls: u32,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

/// List prices, US dollars.
#[derive(Debug, Clone, Copy)]
pub struct Prices {
    /// A million requests at an HTTP API.
    pub api: f64,
    /// A million invocations of functions.
    pub invocations: f64,
    /// A GB of memory for a second, arm64.
    pub gb_second: f64,
    /// A million read units, on demand.
    pub reads: f64,
    /// A million write units, on demand.
    pub writes: f64,
    /// A GB of log lines.
    pub log_gb: f64,
}

/// us-east-1, on 2025-11-01, first tier, without the free one. Text messages and pushes are priced
/// by country and service.
pub const LISTED: Prices = Prices {
    api: 1.00,
    invocations: 0.20,
    gb_second: 0.000_013_333_4,
    reads: 0.125,
    writes: 0.625,
    log_gb: 0.50,
};

/// What is known of a stack beside its operations.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Memory of a function, MiB.
    pub memory: u32,
    /// What Lambda bills for a request, milliseconds.
    pub millis: u32,
    /// Bytes of log lines a request, those of the API's access log among them.
    pub log_bytes: u32,
}

/// What a million requests cost, US dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// The HTTP API.
    pub api: f64,
    /// The functions.
    pub functions: f64,
    /// The table.
    pub table: f64,
    /// The logs.
    pub logs: f64,
}

impl Cost {
    /// Of a million requests of an operation.
    pub fn of(counted: Counted, prices: Prices, usage: Usage) -> Self {
        let gb_seconds = f64::from(usage.memory) / 1024.0 * f64::from(usage.millis) * 1000.0;
        Self {
            api: prices.api,
            functions: prices.invocations + gb_seconds * prices.gb_second,
            table: counted.read_units * prices.reads + counted.write_units * prices.writes,
            logs: f64::from(usage.log_bytes) / 1000.0 * prices.log_gb,
        }
    }

    /// All of it.
    pub fn sum(self) -> f64 {
        self.api + self.functions + self.table + self.logs
    }
}

/// The operations that were counted.
pub fn counted() -> BTreeMap<String, Counted> {
    serde_json::from_str(COUNTED).expect("costs.json is what the test wrote")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_requests_cost_what_their_parts_do() {
        let counted = Counted { calls: 2, read_units: 2.0, write_units: 5.0 };
        let usage = Usage { memory: 512, millis: 10, log_bytes: 600 };
        let cost = Cost::of(counted, LISTED, usage);
        assert_eq!(
            format!("{:.3} {:.3} {:.3}", cost.table, cost.functions, cost.logs),
            "3.375 0.267 0.300"
        );
        assert!((cost.sum() - 4.942).abs() < 0.001, "{}", cost.sum());
    }
}
