//! The settings of one function: what every function needs, and the sections that it asks for.
//!
//! Each domain declares a section beside its code. A group names the sections that it needs (see
//! [`Routes::needs`](crate::http::routes::Routes::needs) and
//! [`Consumer`](crate::runtime::Consumer)). A function does not start where a variable of its
//! sections is missing or malformed, and it never looks at any other variable.

mod edge;
mod expiry;
mod log;
mod mock;

use std::{collections::HashMap, fmt};

pub use self::{edge::EdgeSettings, expiry::ExpirySettings, log::LogSettings, mock::MockSettings};
use crate::{
    account::{ErasureSettings, JournalSettings, RefreshSettings, SessionSettings},
    area::RegionSettings,
    auth::settings::{IssuerSettings, OperatorSettings, TokenSettings},
    aws::{AwsSettings, CodeTopicSettings, SmsSettings},
    config::{self, ConfigError, Variables},
    content::ContentSettings,
    device::{DeviceSettings, PushSettings},
    hashes::{HashSettings, SignerSettings},
    inbox::{InboxSettings, TopicSettings},
    legacy::LegacySettings,
    limits::{LaneSettings, SendLimits, TryLimits, WriteLimits},
    otp::{AppHashSettings, CodeSettings, CountrySettings},
    petstore::{SampleSettings, ShopSettings},
    wallet::{AuditSettings, HoldSettings},
};

/// A group of variables that a function reads as a whole or not at all.
#[derive(Clone, Copy)]
pub struct Section {
    name: &'static str,
    read: fn(&mut Settings, &Variables<'_>) -> Result<(), ConfigError>,
}

/// Code asks for a section that its function does not declare. A programming error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDeclared(&'static str);

macro_rules! sections {
    ($($constant:ident $name:ident: $settings:ty,)+) => {
        /// The settings of one function.
        #[derive(Debug, Clone)]
        pub struct Settings {
            /// Name of the DynamoDB table.
            pub table: String,
            /// CloudWatch namespace of the metrics: the stack's name.
            pub metrics_namespace: String,
            /// Least level of the lines that our own code logs.
            pub log_level: String,
            /// Region, addresses and credentials of AWS.
            pub aws: AwsSettings,
            $($name: Option<$settings>,)+
        }

        impl Section {
            $(#[doc = concat!("What [`Settings::", stringify!($name), "`] gives.")]
            pub const $constant: Self = Self {
                name: stringify!($name),
                read: |settings, variables| {
                    settings.$name = Some(<$settings>::read(variables)?);
                    Ok(())
                },
            };)+
        }

        impl Settings {
            fn without_sections(variables: &Variables<'_>) -> Result<Self, ConfigError> {
                Ok(Self {
                    table: variables.text("TABLE_NAME")?,
                    metrics_namespace: variables.text("METRICS_NAMESPACE")?,
                    log_level: variables.text("LOG_LEVEL")?,
                    aws: AwsSettings::read(variables)?,
                    $($name: None,)+
                })
            }

            $(#[doc = concat!("The section [`Section::", stringify!($constant), "`].")]
            pub fn $name(&self) -> Result<&$settings, NotDeclared> {
                self.$name.as_ref().ok_or(NotDeclared(stringify!($name)))
            })+
        }
    };
}

sections! {
    APP_HASHES app_hashes: AppHashSettings,
    AUDIT audit: AuditSettings,
    CODES codes: CodeSettings,
    CODE_TOPIC code_topic: CodeTopicSettings,
    CONTENT content: ContentSettings,
    COUNTRIES countries: CountrySettings,
    DEVICES devices: DeviceSettings,
    EDGE edge: EdgeSettings,
    ERASURES erasures: ErasureSettings,
    EXPIRY expiry: ExpirySettings,
    HASHES hashes: HashSettings,
    HOLDS holds: HoldSettings,
    INBOX inbox: InboxSettings,
    ISSUER issuer: IssuerSettings,
    JOURNAL journal: JournalSettings,
    LANES lanes: LaneSettings,
    LEGACY legacy: LegacySettings,
    LOG log: LogSettings,
    MOCK mock: MockSettings,
    OPERATOR operator: OperatorSettings,
    PUSH push: PushSettings,
    REFRESHES refreshes: RefreshSettings,
    REGIONS regions: RegionSettings,
    SAMPLES samples: SampleSettings,
    SENDS sends: SendLimits,
    SESSIONS sessions: SessionSettings,
    SHOP shop: ShopSettings,
    SIGNER signer: SignerSettings,
    SMS sms: SmsSettings,
    TOKENS tokens: TokenSettings,
    TOPIC topic: TopicSettings,
    TRIES tries: TryLimits,
    WRITES writes: WriteLimits,
}

impl Settings {
    /// Reads the environment of this process.
    pub fn from_env(needs: &[Section]) -> Result<Self, ConfigError> {
        Self::from_lookup(config::environment, needs)
    }

    /// Reads variables that the launcher and the tests have from the template.
    pub fn from_variables(
        variables: &HashMap<String, String>,
        needs: &[Section],
    ) -> Result<Self, ConfigError> {
        Self::from_lookup(config::lookup_in(variables), needs)
    }

    /// Reads what every function needs, then each section of `needs`.
    pub fn from_lookup(
        lookup: impl Fn(&str) -> Option<String>,
        needs: &[Section],
    ) -> Result<Self, ConfigError> {
        let variables = Variables::new(&lookup);
        let mut settings = Self::without_sections(&variables)?;
        for section in needs {
            (section.read)(&mut settings, &variables)?;
        }
        Ok(settings)
    }
}

impl NotDeclared {
    pub(crate) fn of(section: &'static str) -> Self {
        Self(section)
    }
}

impl PartialEq for Section {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for NotDeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this function does not declare that it needs the settings `{}`", self.0)
    }
}

impl std::error::Error for NotDeclared {}
