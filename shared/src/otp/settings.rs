//! One-time codes: how long they live, where they are sent, and the phones that need none.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, civil::Date};
use secrecy::SecretString;

use crate::{
    config::{ConfigError, Variables},
    phone::Phone,
    text_message::AppHash,
};

/// For functions that send or compare codes.
#[derive(Debug, Clone)]
pub struct CodeSettings {
    /// Life time of a code.
    pub life: SignedDuration,
    /// Phones of app-store reviewers, which get a fixed code and no message.
    pub test_numbers: Vec<TestNumber>,
}

/// The countries to which codes are sent, as text messages or by the team's own sender.
#[derive(Debug, Clone)]
pub struct CountrySettings {
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Vec<String>,
}

/// The Android apps whose hash a message may carry.
#[derive(Debug, Clone)]
pub struct AppHashSettings {
    /// No hash: all apps.
    hashes: Vec<AppHash>,
}

/// A phone that logs in with a fixed code until a day, written `+15550100=123456@2026-12-31`. It
/// need not be of a numbering plan: nobody can have one that is not.
#[derive(Clone)]
pub struct TestNumber {
    /// Compared as a number, however it was written.
    pub phone: Phone,
    /// The code that is always right.
    pub code: SecretString,
    /// The last day (UTC) on which it works.
    pub until: Date,
}

impl CodeSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let test_numbers = variables.list("TEST_NUMBERS");
        Ok(Self {
            life: variables.seconds("CODE_SECONDS")?,
            test_numbers: test_numbers
                .iter()
                .map(|entry| entry.parse())
                .collect::<Result<_, _>>()?,
        })
    }

    /// The test number that this phone is, whether or not its day is over.
    pub fn test_number(&self, phone: &Phone) -> Option<&TestNumber> {
        self.test_numbers.iter().find(|test| test.phone == *phone)
    }
}

impl CountrySettings {
    #[expect(clippy::unnecessary_wraps, reason = "every section is read by the same call")]
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let mut countries = variables.list("CODE_COUNTRIES");
        countries.extend(variables.list("CODE_TOPIC_COUNTRIES"));
        Ok(Self { countries })
    }

    /// Whether codes are sent to the country of this ISO 3166-1 alpha-2 code.
    pub fn contains(&self, country: &str) -> bool {
        self.countries.iter().any(|code| code == country)
    }
}

impl AppHashSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let wrong = ConfigError {
            variable: "APP_HASHES",
            problem: "is not a list of app hashes, eleven characters of base64 each",
        };
        let hashes = variables.list("APP_HASHES");
        let hashes = hashes.iter().map(|hash| hash.parse().map_err(|_| wrong.clone()));
        Ok(Self { hashes: hashes.collect::<Result<_, _>>()? })
    }

    /// Whether a message may carry this hash.
    pub fn admit(&self, hash: &AppHash) -> bool {
        self.hashes.is_empty() || self.hashes.contains(hash)
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
        let phone = Phone::parse_unassigned(phone, None).map_err(|_| wrong.clone())?;
        if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong);
        }
        let until = until.parse().map_err(|_| wrong)?;
        Ok(Self { phone, code: code.into(), until })
    }
}

impl fmt::Debug for TestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestNumber").field("until", &self.until).finish_non_exhaustive()
    }
}
