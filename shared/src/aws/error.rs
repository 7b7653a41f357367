//! What SNS answers to a message that it does not accept.

use std::fmt;

use aws_sdk_sns::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// SNS did not accept a message. Holds the service's code, never a phone, a token or a text.
#[derive(Debug)]
pub struct NotAccepted(pub(crate) String);

impl fmt::Display for NotAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SNS did not accept the message: {}", self.0)
    }
}

impl std::error::Error for NotAccepted {}

impl<E, R> From<SdkError<E, R>> for NotAccepted
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self(match error.code() {
            Some(code) => code.to_owned(),
            None => DisplayErrorContext(error).to_string(),
        })
    }
}
