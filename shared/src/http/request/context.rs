//! What a request's values are judged by, apart from the request itself.

use std::fmt;

use jiff::Timestamp;

use crate::{
    app::AppState,
    phone::{Phone, PhoneError},
    text_message::AppHash,
};

/// The time, the phone numbers that the operator has set up for tests, and the app hashes that the
/// operator admits.
#[derive(Clone)]
pub struct Context {
    /// When the request is read.
    pub now: Timestamp,
    app: Option<AppState>,
}

impl Context {
    /// The context of a request to this function.
    pub fn of(app: &AppState) -> Self {
        Self { now: app.now(), app: Some(app.clone()) }
    }

    /// A context without test numbers.
    pub fn at(now: Timestamp) -> Self {
        Self { now, app: None }
    }

    /// Reads a phone number: in E.164 form or, with `country` (ISO 3166-1 alpha-2), in national
    /// form. A number that the operator set up for tests need not be of a numbering plan.
    pub fn phone(&self, text: &str, country: Option<&str>) -> Result<Phone, PhoneError> {
        let refused = match Phone::parse(text, country) {
            Ok(phone) => return Ok(phone),
            Err(refused) => refused,
        };
        let unassigned = Phone::parse_unassigned(text, country);
        unassigned.ok().filter(|phone| self.is_test_number(phone)).ok_or(refused)
    }

    /// Whether the operator set this number up for tests.
    pub fn is_test_number(&self, phone: &Phone) -> bool {
        let codes = self.app.as_ref().and_then(|app| app.settings.codes().ok());
        codes.is_some_and(|codes| codes.test_number(phone).is_some())
    }

    /// Whether messages may end with this hash.
    pub fn admits_app_hash(&self, hash: &AppHash) -> bool {
        let hashes = self.app.as_ref().and_then(|app| app.settings.app_hashes().ok());
        hashes.is_some_and(|hashes| hashes.admit(hash))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}
