//! Push devices: where pushes are sent through, and when a device counts as gone.

use jiff::SignedDuration;

use crate::config::{ConfigError, Variables};

/// For the clean-up.
#[derive(Debug, Clone)]
pub struct DeviceSettings {
    /// How long an unused push device, and an ended session, is kept.
    pub life: SignedDuration,
}

/// For the function that pushes.
#[derive(Debug, Clone)]
pub struct PushSettings {
    /// ARN of the SNS platform application; without it nothing is pushed.
    pub application: Option<String>,
}

impl DeviceSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { life: variables.days("DEVICE_DAYS")? })
    }
}

impl PushSettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { application: variables.optional("PLATFORM_APPLICATION_ARN") })
    }
}
