//! What a request's values are judged by, apart from the request itself.

use std::fmt;

use jiff::Timestamp;

use crate::{app::AppState, text_message::AppHash};

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

    /// Whether the operator set this number up for tests. It need not be a valid one.
    pub fn is_test_number(&self, phone: &str) -> bool {
        let codes = self.app.as_ref().and_then(|app| app.settings.codes().ok());
        codes.is_some_and(|codes| codes.test_numbers.iter().any(|test| test.phone == phone))
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
