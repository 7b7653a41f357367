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
    /// Sends a day to one phone, asked for by strangers.
    pub per_phone_daily: u32,
    /// Sends an hour asked for by one known device.
    pub per_device_hourly: u32,
    /// Sends an hour to one phone, asked for from one of its known networks.
    pub per_network_hourly: u32,
    /// Unverified codes a day from one address.
    pub per_address_unverified_daily: u32,
    /// Codes a day for one country in all lanes.
    pub per_country_daily_all: u32,
    /// Sends an hour from one address.
    pub per_address_hourly: u32,
    /// Unverified codes a day for one country.
    pub per_country_daily: u32,
    /// Unverified codes a day in total.
    pub total_daily: u32,
}

/// Limits on wrong codes.
#[derive(Debug, Clone)]
pub struct TryLimits {
    /// Wrong tries that end a challenge.
    pub per_code: u32,
    /// Wrong tries an hour on one phone from one address.
    pub per_phone_and_address_hourly: u32,
    /// Wrong tries a day on one phone from one address.
    pub per_phone_and_address_daily: u32,
    /// Wrong tries an hour by one known device.
    pub per_device_hourly: u32,
    /// Wrong tries a day on one phone from one of its known networks.
    pub per_network_daily: u32,
    /// Tries an hour from one address at codes that do not exist.
    pub unknown_per_address_hourly: u32,
    /// Wrong tries a day on one phone from all addresses.
    pub per_phone_daily: u32,
}

/// What tells owners from strangers, and what all lanes share.
#[derive(Debug, Clone)]
pub struct LaneSettings {
    /// How long a refresh token and a network are known.
    pub known_for: SignedDuration,
    /// Text messages a day to one phone, in all lanes and notices included.
    pub texts_per_phone_daily: u32,
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
            per_phone_daily: variables.at_least_one("CODES_PER_PHONE_DAILY")?,
            per_device_hourly: variables.at_least_one("CODES_PER_DEVICE_HOURLY")?,
            per_network_hourly: variables.at_least_one("CODES_PER_NETWORK_HOURLY")?,
            per_address_unverified_daily: variables
                .at_least_one("CODES_PER_ADDRESS_UNVERIFIED_DAILY")?,
            per_country_daily_all: variables.at_least_one("CODES_PER_COUNTRY_DAILY_ALL")?,
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
            per_device_hourly: variables.at_least_one("TRIES_PER_DEVICE_HOURLY")?,
            per_network_daily: variables.at_least_one("TRIES_PER_NETWORK_DAILY")?,
            unknown_per_address_hourly: variables
                .at_least_one("UNKNOWN_CHALLENGES_PER_ADDRESS_HOURLY")?,
            per_phone_daily: variables.at_least_one("TRIES_PER_PHONE_DAILY")?,
        })
    }
}

impl LaneSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            known_for: variables.seconds("KNOWN_FOR_SECONDS")?,
            texts_per_phone_daily: variables.at_least_one("TEXTS_PER_PHONE_DAILY")?,
        })
    }
}

impl WriteLimits {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { per_minute: variables.number("WRITES_PER_MINUTE")? })
    }
}
