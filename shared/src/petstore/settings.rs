//! The sample shop: whether it is open, and what it keeps.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// For the shop itself.
#[derive(Debug, Clone)]
pub struct ShopSettings {
    /// Without it there is nothing at the shop's paths.
    pub enabled: bool,
    /// Whether `api_key` and `petstore_auth` are checked, as the document declares.
    pub authenticates: bool,
    /// Life time of what strangers write.
    pub item_life: SignedDuration,
}

/// For the clean-up.
#[derive(Debug, Clone)]
pub struct SampleSettings {
    /// Whether the samples are restored once a day.
    pub are_restored: bool,
}

impl ShopSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            enabled: variables.boolean("ENABLE_PETSTORE")?,
            authenticates: variables.boolean("PETSTORE_AUTH")?,
            item_life: variables.days("PETSTORE_ITEM_DAYS")?,
        })
    }
}

impl SampleSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let is_open = variables.boolean("ENABLE_PETSTORE")?;
        Ok(Self { are_restored: variables.boolean("PETSTORE_RESET")? && is_open })
    }
}
