//! Life time of holds, and the pace of the audit.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// For the function that changes balances.
#[derive(Debug, Clone)]
pub struct HoldSettings {
    /// How long a hold lasts that nobody settles.
    pub life: SignedDuration,
}

/// For the clean-up.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// How many ledger entries one run audits beside the wallets that have moved.
    pub entries: u64,
    /// How long after its first movement since the last audit a wallet is audited.
    pub after: SignedDuration,
}

impl HoldSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { life: variables.seconds("HOLD_SECONDS")? })
    }
}

impl AuditSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            entries: variables.number("AUDIT_ENTRIES")?.into(),
            after: variables.seconds("AUDIT_AFTER_SECONDS")?,
        })
    }
}
