//! What a check finds.

use std::fmt;

use super::api::CallError;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub subject: String,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be, with what was found.
    Fine(String),
    /// What was found, and what to do.
    ToDo(String),
    /// It could not be checked, and why.
    Unknown(String),
}

impl Finding {
    pub(super) fn fine(subject: impl Into<String>, found: impl Into<String>) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Fine(found.into()) }
    }

    pub(super) fn to_do(subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self { subject: subject.into(), verdict: Verdict::ToDo(what.into()) }
    }

    pub(super) fn unknown(subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Unknown(why.into()) }
    }

    /// A check whose call failed. A call that an emulator does not know is no fault.
    pub(super) fn failed(subject: impl Into<String>, error: &CallError) -> Self {
        if error.is_unknown_call() {
            return Self::unknown(subject, "not supported by this API");
        }
        let hint = if error.code.starts_with("AccessDenied") || error.code == "AuthorizationError" {
            format!(". Allow your AWS user {} and repeat", error.call)
        } else {
            String::new()
        };
        Self::to_do(subject, format!("{error}{hint}"))
    }

    pub fn is_to_do(&self) -> bool {
        matches!(self.verdict, Verdict::ToDo(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text) = match &self.verdict {
            Verdict::Fine(found) => ("ok", found),
            Verdict::ToDo(what) => ("TO DO", what),
            Verdict::Unknown(why) => ("not checked", why),
        };
        write!(f, "{word}: {}: {text}", self.subject)
    }
}
