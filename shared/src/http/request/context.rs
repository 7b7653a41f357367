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
        let test_numbers = app.config.codes.test_numbers.iter().map(|test| test.phone.clone());
        Self { now: app.now(), test_numbers: test_numbers.collect() }
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
