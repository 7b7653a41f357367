//! The list prices of AWS, from `prices.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// US dollars. The file says for what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The day of the price list.
    pub as_of: String,
    pub api: f64,
    pub api_above_300_million: f64,
    pub invocations: f64,
    pub gb_second_arm64: f64,
    pub gb_second_x86_64: f64,
    pub reads: f64,
    pub writes: f64,
    pub storage_gb: f64,
    pub recovery_gb: f64,
    pub sns_requests: f64,
    pub pushes: f64,
    pub sqs_requests: f64,
    pub log_gb: f64,
    pub log_kept_gb: f64,
    pub metric: f64,
    pub alarm_metric: f64,
    pub dashboard: f64,
    pub secret: f64,
    pub key: f64,
    pub key_requests: f64,
    pub transfer_gb: f64,
    /// By country.
    pub text_messages: BTreeMap<String, f64>,
}

impl Prices {
    /// The committed list.
    pub fn list() -> Self {
        toml::from_str(include_str!("prices.toml")).expect("a unit test reads prices.toml")
    }

    /// What a month of requests to the API costs.
    pub(super) fn of_api_requests(&self, requests: f64) -> f64 {
        const FIRST: f64 = 300.0;
        let millions = requests / 1e6;
        millions.min(FIRST) * self.api + (millions - FIRST).max(0.0) * self.api_above_300_million
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_above_three_hundred_million_are_cheaper() {
        let prices = Prices::list();
        let dollars = |requests| format!("{:.2}", prices.of_api_requests(requests));
        assert_eq!(dollars(2_500_000.0), "2.50");
        assert_eq!(dollars(300e6), "300.00");
        assert_eq!(dollars(1_300e6), "1200.00");
    }
}
