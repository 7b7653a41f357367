//! Limits on codes and on writes.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// Limits on the sending of codes.
#[derive(Debug, Clone)]
pub struct SendLimits {
    /// Least time between two sends to one phone.
    pub resend_after: SignedDuration,
    /// Sends an hour to one phone from one address.
    pub per_phone_and_address_hourly: u32,
    /// Sends an hour to one phone.
    pub per_phone_hourly: u32,
    /// Sends an hour from one address.
    pub per_address_hourly: u32,
    /// Unverified codes a day for one country.
    pub per_country_daily: u32,
    /// Unverified codes a day in total.
    pub total_daily: u32,
}

/// Limits on wrong codes.
#[expect(clippy::struct_field_names, reason = "as those of the limits on sending")]
#[derive(Debug, Clone)]
pub struct TryLimits {
    /// Wrong tries that end a challenge.
    pub per_code: u32,
    /// Wrong tries an hour on one phone from one address.
    pub per_phone_and_address_hourly: u32,
    /// Wrong tries a day on one phone from one address.
    pub per_phone_and_address_daily: u32,
    /// Wrong tries a day on one phone from all addresses.
    pub per_phone_daily: u32,
}

/// Limit on authenticated writes.
#[derive(Debug, Clone)]
pub struct WriteLimits {
    /// Writes a minute per customer; 0 is no limit.
    pub per_minute: u32,
}

impl SendLimits {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            resend_after: variables.seconds("CODE_RESEND_SECONDS")?,
            per_phone_and_address_hourly: variables
                .at_least_one("CODES_PER_PHONE_AND_ADDRESS_HOURLY")?,
            per_phone_hourly: variables.at_least_one("CODES_PER_PHONE_HOURLY")?,
            per_address_hourly: variables.at_least_one("CODES_PER_ADDRESS_HOURLY")?,
            per_country_daily: variables.at_least_one("CODES_PER_COUNTRY_DAILY")?,
            total_daily: variables.at_least_one("CODES_TOTAL_DAILY")?,
        })
    }
}

impl TryLimits {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            per_code: variables.at_least_one("CODE_TRIES")?,
            per_phone_and_address_hourly: variables
                .at_least_one("TRIES_PER_PHONE_AND_ADDRESS_HOURLY")?,
            per_phone_and_address_daily: variables
                .at_least_one("TRIES_PER_PHONE_AND_ADDRESS_DAILY")?,
            per_phone_daily: variables.at_least_one("TRIES_PER_PHONE_DAILY")?,
        })
    }
}

impl WriteLimits {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { per_minute: variables.number("WRITES_PER_MINUTE")? })
    }
}
