//! What a request's values are judged by, apart from the request itself.

use jiff::Timestamp;

use crate::app::AppState;

/// The time, and the phone numbers that the operator has set up for tests.
#[derive(Debug, Clone)]
pub struct Context {
    /// When the request is read.
    pub now: Timestamp,
    test_numbers: Vec<String>,
}

impl Context {
    /// The context of a request to this function.
    pub fn of(app: &AppState) -> Self {
        // Only functions that handle codes know these phones.
        let codes = app.settings.codes().into_iter().flat_map(|codes| &codes.test_numbers);
        Self { now: app.now(), test_numbers: codes.map(|test| test.phone.clone()).collect() }
    }

    /// A context without test numbers.
    pub fn at(now: Timestamp) -> Self {
        Self { now, test_numbers: Vec::new() }
    }

    /// Whether the operator set this number up for tests. It need not be a valid one.
    pub fn is_test_number(&self, phone: &str) -> bool {
        self.test_numbers.iter().any(|test| test == phone)
    }
}
