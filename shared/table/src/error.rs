//! Failures of storage, classified once. An expected outcome, such as a condition that does not
//! hold, is a value and not an error.

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Storage did not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// Other transactions held the same items until our patience ended.
    Conflict,
    /// The table or the account is over its throughput.
    Throttled(Source),
    /// No answer, or a failure of the service itself.
    Unavailable(Source),
    /// A stored item that is not what we wrote.
    Corrupt(Source),
    /// Anything else: a request that we built wrongly, a missing permission.
    Other(Source),
}

impl Error {
    /// Whether the same request may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Conflict | Self::Throttled(_) | Self::Unavailable(_))
    }

    /// A stored item cannot be read.
    pub fn corrupt(source: impl Into<Source>) -> Self {
        Self::Corrupt(source.into())
    }

    /// A request cannot be built from what we were given.
    pub fn built_wrongly(source: impl Into<Source>) -> Self {
        Self::Other(source.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("storage: too many writers at once"),
            Self::Throttled(source) => write!(f, "storage: throttled: {source}"),
            Self::Unavailable(source) => write!(f, "storage: out of reach: {source}"),
            Self::Corrupt(source) => write!(f, "storage: unreadable record: {source}"),
            Self::Other(source) => write!(f, "storage: refused: {source}"),
        }
    }
}

impl std::error::Error for Error {}

impl<E, R> From<SdkError<E, R>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let lost = matches!(
            error,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
        );
        let code = error.code().unwrap_or_default().to_owned();
        classified(&code, lost, described(error))
    }
}

fn classified(code: &str, lost: bool, source: Source) -> Error {
    match code {
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "RequestLimitExceeded" => Error::Throttled(source),
        "TransactionConflictException" | "TransactionInProgressException" => Error::Conflict,
        "InternalServerError" | "ServiceUnavailable" => Error::Unavailable(source),
        _ if lost => Error::Unavailable(source),
        _ => Error::Other(source),
    }
}

/// The SDK's error with its causes in one line. It names operations and codes, never an item.
fn described<E, R>(error: SdkError<E, R>) -> Source
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), message) => format!("{code}: {}", message.unwrap_or("no message")).into(),
        (None, _) => aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_lost_answers_have_their_classes() {
        let class = |code: &str, lost| classified(code, lost, "source".into()).to_string();
        let all = [
            class("ThrottlingException", false),
            class("TransactionConflictException", false),
            class("InternalServerError", false),
            class("", true),
            class("ValidationException", false),
        ];
        insta::assert_snapshot!(all.join("\n"), @"
        storage: throttled: source
        storage: too many writers at once
        storage: out of reach: source
        storage: out of reach: source
        storage: refused: source
        ");
    }
}
