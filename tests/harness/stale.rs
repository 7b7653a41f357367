//! Eventually consistent reads that are answered as they were answered before, as a replica that
//! lags behind does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

/// The answers that a replica keeps giving, by the reads; none where it does not lag.
#[derive(Debug, Default)]
pub(crate) struct Replica(Mutex<Option<HashMap<String, Vec<u8>>>>);

impl Replica {
    /// From now on, repeats the first answer of each read, or no more where `lags` is false.
    pub(crate) fn set(&self, lags: bool) {
        *self.answers() = lags.then(HashMap::new);
    }

    /// What it answers, if it lags and was asked before.
    pub(crate) fn answer(&self, operation: &str, body: &Value) -> Option<Vec<u8>> {
        self.answers().as_ref()?.get(&eventual_read(operation, body)?).cloned()
    }

    /// Keeps the first answer of a read that succeeded.
    pub(crate) fn keep(&self, operation: &str, body: &Value, answer: &[u8]) {
        if let Some(answers) = self.answers().as_mut()
            && let Some(read) = eventual_read(operation, body)
        {
            answers.entry(read).or_insert_with(|| answer.to_vec());
        }
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, Option<HashMap<String, Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request, if a replica that lags may answer it.
fn eventual_read(operation: &str, body: &Value) -> Option<String> {
    let is_read = ["GetItem", "Query"].contains(&operation);
    let is_eventual = is_read && body["ConsistentRead"] != true;
    is_eventual.then(|| {
        let mut body = body.clone();
        // The SDK writes the names of an expression in any order.
        body.sort_all_objects();
        body.to_string()
    })
}
