//! The request samples of an operation. They run unchanged against the launcher, and a check runs
//! them.
//!
//! No npm library generates them, so that Cargo alone can generate the document, and so that forms,
//! files and lists in queries are sent as this API reads them.

use serde_json::{Value, json};

use super::{call::Call, languages::LANGUAGES};

/// The samples in all languages, for `x-codeSamples`.
pub(super) fn samples(document: &Value, path: &str, method: &str, operation: &Value) -> Value {
    let call = Call::of(document, path, method, operation);
    LANGUAGES
        .iter()
        .map(|(name, write)| json!({"lang": name, "label": name, "source": write(&call)}))
        .collect()
}
