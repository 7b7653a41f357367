//! The quotas of AWS, from `quotas.toml`.

use serde::Deserialize;

/// The file says of what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// The day on which the quotas were looked up.
    pub as_of: String,
    pub api_requests: f64,
    pub instances: f64,
    pub invocations_per_instance: f64,
    pub table_reads: f64,
    pub table_writes: f64,
    pub start_reads: f64,
    pub start_writes: f64,
    pub partition_reads: f64,
    pub partition_writes: f64,
    pub publishes: f64,
    pub text_messages: f64,
    pub text_message_spend: f64,
}

impl Quotas {
    /// The committed list.
    pub fn defaults() -> Self {
        toml::from_str(include_str!("quotas.toml")).expect("a unit test reads quotas.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_quotas_are_read() {
        assert!(Quotas::defaults().instances > 0.0);
    }
}
