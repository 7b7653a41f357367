//! The failures of SNS that tests simulate.

use http::StatusCode;

use super::query::Fault;

/// How SNS refuses a valid call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 403: the caller must not publish.
    AuthorizationError,
    /// 429: too many calls.
    Throttled,
    /// 500: SNS failed; the SDK retries.
    InternalError,
    /// 400: SNS cannot send to the phone number.
    InvalidPhone,
    /// 400: a parameter of the call is wrong, but for the phone number.
    InvalidAttribute,
    /// 400: the platform does not know the token of an endpoint to create.
    UnknownToken,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let (status, code, message) = match refusal {
            Refusal::AuthorizationError => {
                (StatusCode::FORBIDDEN, "AuthorizationError", "Not authorized to publish")
            }
            Refusal::Throttled => (StatusCode::TOO_MANY_REQUESTS, "Throttled", "Rate exceeded"),
            Refusal::InternalError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Internal error")
            }
            Refusal::InvalidPhone => {
                return Self::invalid_parameter(
                    "PhoneNumber Reason: it is not valid to publish to",
                );
            }
            Refusal::InvalidAttribute => {
                return Self::invalid_parameter("Message attributes Reason: unknown number");
            }
            Refusal::UnknownToken => {
                return Self::invalid_parameter("Token Reason: it is not a token of the platform");
            }
        };
        Self { status, code, message: message.to_owned() }
    }
}
