//! The failures of storage, classified once. What an operation expects (a condition that does not
//! hold) is a value, not one of these.

use std::{error::Error, fmt};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

type Source = Box<dyn Error + Send + Sync>;

/// Storage did not do what was asked.
#[derive(Debug)]
pub enum StoreError {
    /// Others kept writing the same items until our patience ended.
    Conflict,
    /// The table or the account is over its throughput.
    Throttled(Source),
    /// No answer, or an answer of the service's own failure.
    Unavailable(Source),
    /// An item that is not what we wrote.
    Corrupt(Source),
    /// Anything else: a request that we built wrongly, a missing right.
    Other(Source),
}

impl StoreError {
    /// Whether the same request may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Conflict | Self::Throttled(_) | Self::Unavailable(_))
    }

    pub(crate) fn built_wrongly(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Other(Box::new(error))
    }
}

impl fmt::Display for StoreError {
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

impl Error for StoreError {}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let code = error.code().unwrap_or_default();
        match (&error, code) {
            (
                _,
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded",
            ) => Self::Throttled(described(error)),
            (_, "TransactionConflictException" | "TransactionInProgressException") => {
                Self::Conflict
            }
            (_, "InternalServerError" | "ServiceUnavailable")
            | (
                SdkError::TimeoutError(_)
                | SdkError::DispatchFailure(_)
                | SdkError::ResponseError(_),
                _,
            ) => Self::Unavailable(described(error)),
            _ => Self::Other(described(error)),
        }
    }
}

/// The SDK's error with its causes in one line. It names operations and codes, never an item.
fn described<E, R>(error: SdkError<E, R>) -> Source
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), message) => format!("{code}: {}", message.unwrap_or("no message")).into(),
        (None, _) => aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string().into(),
    }
}
