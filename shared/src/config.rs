//! Everything a function is told from outside, read once at its start.
//!
//! Invariants: this is the only place that reads the environment; each variable is set by
//! `template.yaml` and nothing else is read (a contract test compares the two); a secret shows
//! itself neither in `Debug` nor in an error.

use std::{collections::HashMap, fmt, str::FromStr};

use jiff::{SignedDuration, civil::Date};
use secrecy::SecretString;

/// The settings of one function. Life times and windows are seconds, budgets are counts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the one DynamoDB table.
    pub table: String,
    /// The application's name as it stands in text messages.
    pub app_name: String,
    /// Access and refresh tokens.
    pub tokens: TokenConfig,
    /// Authenticated writes a minute per customer; 0 is no limit.
    pub writes_per_minute: u32,
    /// One-time codes and their limits.
    pub codes: CodeConfig,
    /// Key of all signed cursors.
    pub cursor_secret: SecretString,
    /// Pepper of code, phone and address hashes; only functions that handle phones have it.
    pub hash_secret: Option<SecretString>,
    /// How long a hold of a wallet lasts that nobody settles.
    pub hold_life: SignedDuration,
    /// Public key of the operator, base64url of the 32 raw Ed25519 bytes; none: operator tokens are
    /// refused.
    pub operator_public_key: Option<String>,
    /// Sender shown on text messages where the country allows one.
    pub sms_sender_id: Option<String>,
    /// SNS platform application of the push devices; none: nothing is pushed. Only the notifier has
    /// it.
    pub platform_application: Option<String>,
    /// SNS topic that the notifier is fed by, for what is left of a message to all. Only the
    /// notifier has it.
    pub notifications_topic: Option<String>,
    /// How long a notification stays in an inbox, or up to a week longer.
    pub inbox_life: SignedDuration,
    /// How many customers of a message to all one invocation serves.
    pub fan_out_page: usize,
    /// How long after its end the clean-up deletes what DynamoDB's TTL, which is free, has not
    /// deleted.
    pub expiry_grace: SignedDuration,
    /// How long a push device and a session are kept that nobody uses.
    pub device_life: SignedDuration,
    /// How many entries of all ledgers one run of the clean-up audits.
    pub audit_entries: u64,
    /// Where CloudWatch puts our metrics: the stack's name.
    pub metrics_namespace: String,
    /// The sample shop.
    pub petstore: PetstoreConfig,
    /// Answers made of the document's examples. Only the mock has it.
    pub mock: MockConfig,
    /// From which level on our own code writes log lines.
    pub log_level: String,
    /// Where to find AWS and with which credentials.
    pub aws: AwsConfig,
}

/// How answers are made of the document's examples.
#[derive(Debug, Clone, Default)]
pub struct MockConfig {
    /// The longest that an answer may be asked to wait; zero in a deployed stack.
    pub most_delay: SignedDuration,
}

/// What the JWT part needs to know.
#[derive(Debug, Clone)]
pub struct TokenConfig {
    /// Root of the signing keys; only functions that issue tokens have it.
    pub secret: Option<SecretString>,
    /// Version that signs; this one and the one before it verify.
    pub key_version: u32,
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
    /// Life of an access token.
    pub access_life: SignedDuration,
    /// How long a session may rest between two refreshes.
    pub refresh_idle: SignedDuration,
    /// How long a session lives from its log-in, however often it is refreshed.
    pub refresh_absolute: SignedDuration,
    /// How long a spent refresh token still gives its successor.
    pub refresh_grace: SignedDuration,
    /// New generations a minute per session; 0 is no limit.
    pub refreshes_per_minute: u32,
}

/// One-time codes: life, limits, budgets.
#[derive(Debug, Clone)]
pub struct CodeConfig {
    /// Life of a code.
    pub life: SignedDuration,
    /// Least time between two sends to one phone.
    pub resend_after: SignedDuration,
    /// Wrong tries that end a challenge.
    pub tries: u32,
    /// Sends an hour to one phone from one address.
    pub sends_per_phone_and_address_hourly: u32,
    /// Sends an hour to one phone.
    pub sends_per_phone_hourly: u32,
    /// Sends an hour from one address.
    pub sends_per_address_hourly: u32,
    /// Unverified codes a day for one country.
    pub daily_per_country: u32,
    /// Unverified codes a day in total.
    pub daily_total: u32,
    /// Wrong tries an hour on one phone from one address.
    pub tries_per_phone_and_address_hourly: u32,
    /// Wrong tries a day on one phone from one address.
    pub tries_per_phone_and_address_daily: u32,
    /// Wrong tries a day on one phone from everywhere.
    pub tries_per_phone_daily: u32,
    /// Countries (ISO 3166-1 alpha-2) to which codes may be sent.
    pub countries: Vec<String>,
    /// Phones of app-store reviewers: a fixed code, no message.
    pub test_numbers: Vec<TestNumber>,
}

/// A phone that logs in with a fixed code until a day, written `+15550100=123456@2026-12-31`.
#[derive(Clone)]
pub struct TestNumber {
    /// The phone in E.164 form.
    pub phone: String,
    /// The code that is always right.
    pub code: SecretString,
    /// The last day (UTC) on which it works.
    pub until: Date,
}

/// The sample shop.
#[derive(Debug, Clone)]
pub struct PetstoreConfig {
    /// Whether it is open; where it is not, there is nothing at its paths.
    pub enabled: bool,
    /// Whether it asks for what the document declares: `api_key` and `petstore_auth`.
    pub authenticates: bool,
    /// How long it keeps what strangers write.
    pub item_life: SignedDuration,
    /// Whether its samples are made what they were once a day.
    pub resets: bool,
}

/// Where AWS is and who we are there.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Another address for DynamoDB than the region's own.
    pub dynamodb_endpoint: Option<String>,
    /// Another address for SNS than the region's own.
    pub sns_endpoint: Option<String>,
    /// Access key id of the function's role.
    pub access_key_id: String,
    /// Secret of the access key.
    pub secret_access_key: SecretString,
    /// Token of a temporary access key.
    pub session_token: Option<SecretString>,
}

/// A variable that is missing or does not read as what it must be. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Config {
    /// Reads the process's environment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads variables already collected, as the launcher and the tests have them from the
    /// template.
    pub fn from_variables(variables: &HashMap<String, String>) -> Result<Self, ConfigError> {
        Self::from_lookup(|name| variables.get(name).cloned())
    }

    /// Reads each variable through `lookup`; an empty value counts as absent.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let vars = Variables(&lookup);
        Ok(Self {
            table: vars.text("TABLE_NAME")?,
            app_name: vars.text("APP_NAME")?,
            tokens: TokenConfig::read(&vars)?,
            writes_per_minute: vars.number("WRITES_PER_MINUTE")?,
            codes: CodeConfig::read(&vars)?,
            cursor_secret: vars.secret("CURSOR_SECRET").ok_or(missing("CURSOR_SECRET"))?,
            hash_secret: vars.secret("HASH_SECRET"),
            hold_life: vars.seconds("HOLD_SECONDS")?,
            operator_public_key: vars.get("OPERATOR_PUBLIC_KEY"),
            sms_sender_id: vars.get("SMS_SENDER_ID"),
            platform_application: vars.get("PLATFORM_APPLICATION_ARN"),
            notifications_topic: vars.get("NOTIFICATIONS_TOPIC_ARN"),
            inbox_life: vars.days("INBOX_DAYS")?,
            fan_out_page: vars.at_least_one("FAN_OUT_PAGE")? as usize,
            expiry_grace: vars.days("EXPIRY_GRACE_DAYS")?,
            device_life: vars.days("DEVICE_DAYS")?,
            audit_entries: vars.number("AUDIT_ENTRIES")?.into(),
            metrics_namespace: vars.text("METRICS_NAMESPACE")?,
            petstore: PetstoreConfig::read(&vars)?,
            mock: MockConfig::read(&vars)?,
            log_level: vars.text("LOG_LEVEL")?,
            aws: AwsConfig::read(&vars)?,
        })
    }
}

impl MockConfig {
    fn read(vars: &Variables<'_>) -> Result<Self, ConfigError> {
        let delay = if vars.get("MOCK_DELAY_SECONDS").is_some() {
            vars.seconds("MOCK_DELAY_SECONDS")?
        } else {
            SignedDuration::ZERO
        };
        Ok(Self { most_delay: delay })
    }
}

impl TokenConfig {
    fn read(vars: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            secret: vars.secret("TOKEN_SECRET"),
            key_version: vars.at_least_one("TOKEN_KEY_VERSION")?,
            issuer: vars.text("TOKEN_ISSUER")?,
            audience: vars.text("TOKEN_AUDIENCE")?,
            access_life: vars.seconds("ACCESS_TOKEN_SECONDS")?,
            refresh_idle: vars.seconds("REFRESH_IDLE_SECONDS")?,
            refresh_absolute: vars.seconds("REFRESH_ABSOLUTE_SECONDS")?,
            refresh_grace: vars.seconds("REFRESH_GRACE_SECONDS")?,
            refreshes_per_minute: vars.number("REFRESHES_PER_MINUTE")?,
        })
    }
}

impl CodeConfig {
    fn read(vars: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            life: vars.seconds("CODE_SECONDS")?,
            resend_after: vars.seconds("CODE_RESEND_SECONDS")?,
            tries: vars.at_least_one("CODE_TRIES")?,
            sends_per_phone_and_address_hourly: vars
                .at_least_one("CODES_PER_PHONE_AND_ADDRESS_HOURLY")?,
            sends_per_phone_hourly: vars.at_least_one("CODES_PER_PHONE_HOURLY")?,
            sends_per_address_hourly: vars.at_least_one("CODES_PER_ADDRESS_HOURLY")?,
            daily_per_country: vars.at_least_one("CODES_PER_COUNTRY_DAILY")?,
            daily_total: vars.at_least_one("CODES_TOTAL_DAILY")?,
            tries_per_phone_and_address_hourly: vars
                .at_least_one("TRIES_PER_PHONE_AND_ADDRESS_HOURLY")?,
            tries_per_phone_and_address_daily: vars
                .at_least_one("TRIES_PER_PHONE_AND_ADDRESS_DAILY")?,
            tries_per_phone_daily: vars.at_least_one("TRIES_PER_PHONE_DAILY")?,
            countries: vars.list("CODE_COUNTRIES"),
            test_numbers: vars
                .list("TEST_NUMBERS")
                .iter()
                .map(|entry| entry.parse())
                .collect::<Result<_, _>>()?,
        })
    }
}

impl PetstoreConfig {
    fn read(vars: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            enabled: vars.truth("ENABLE_PETSTORE")?,
            authenticates: vars.truth("PETSTORE_AUTH")?,
            item_life: vars.days("PETSTORE_ITEM_DAYS")?,
            resets: vars.truth("PETSTORE_RESET")?,
        })
    }
}

impl AwsConfig {
    fn read(vars: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            region: vars.text("AWS_REGION")?,
            dynamodb_endpoint: vars.get("AWS_ENDPOINT_URL_DYNAMODB"),
            sns_endpoint: vars.get("AWS_ENDPOINT_URL_SNS"),
            access_key_id: vars.text("AWS_ACCESS_KEY_ID")?,
            secret_access_key: vars
                .secret("AWS_SECRET_ACCESS_KEY")
                .ok_or(missing("AWS_SECRET_ACCESS_KEY"))?,
            session_token: vars.secret("AWS_SESSION_TOKEN"),
        })
    }
}

impl FromStr for TestNumber {
    type Err = ConfigError;

    fn from_str(entry: &str) -> Result<Self, ConfigError> {
        let wrong = ConfigError {
            variable: "TEST_NUMBERS",
            problem: "is not a list of PHONE=CODE@YYYY-MM-DD",
        };
        let (phone, rest) = entry.split_once('=').ok_or(wrong.clone())?;
        let (code, until) = rest.split_once('@').ok_or(wrong.clone())?;
        let well_formed = phone.starts_with('+')
            && code.len() == 6
            && code.bytes().all(|digit| digit.is_ascii_digit());
        if !well_formed {
            return Err(wrong);
        }
        let until = until.parse().map_err(|_| wrong)?;
        Ok(Self { phone: phone.to_owned(), code: code.into(), until })
    }
}

impl fmt::Debug for TestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestNumber").field("until", &self.until).finish_non_exhaustive()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the variable {} {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}

struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn get(&self, name: &'static str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &'static str) -> Result<String, ConfigError> {
        self.get(name).ok_or(missing(name))
    }

    fn secret(&self, name: &'static str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    fn list(&self, name: &'static str) -> Vec<String> {
        let value = self.get(name).unwrap_or_default();
        value
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn number(&self, name: &'static str) -> Result<u32, ConfigError> {
        self.text(name)?
            .parse()
            .map_err(|_| ConfigError { variable: name, problem: "is not a whole number" })
    }

    fn at_least_one(&self, name: &'static str) -> Result<u32, ConfigError> {
        match self.number(name)? {
            0 => Err(ConfigError { variable: name, problem: "is not at least 1" }),
            number => Ok(number),
        }
    }

    fn truth(&self, name: &'static str) -> Result<bool, ConfigError> {
        self.text(name)?
            .parse()
            .map_err(|_| ConfigError { variable: name, problem: "is neither true nor false" })
    }

    fn days(&self, name: &'static str) -> Result<SignedDuration, ConfigError> {
        Ok(SignedDuration::from_hours(24 * i64::from(self.at_least_one(name)?)))
    }

    fn seconds(&self, name: &'static str) -> Result<SignedDuration, ConfigError> {
        Ok(SignedDuration::from_secs(self.number(name)?.into()))
    }
}

fn missing(variable: &'static str) -> ConfigError {
    ConfigError { variable, problem: "is not set" }
}
