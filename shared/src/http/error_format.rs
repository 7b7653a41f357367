//! How a group says its errors where it does not use the envelope.
//!
//! Protocol: whoever refuses a request makes an [`ApiError`](super::error::ApiError), which writes
//! the envelope and attaches what it says; the outermost layer of a group with a format of its own
//! replaces the body. So one function writes every refusal of any layer, the 404 of an unknown path
//! and the 500 of a panic among them. An answer that the group wrote itself
//! stays as it is.

use axum::response::Response;
use http::{HeaderValue, header};

use crate::http::{error::Written, failure::Failure, negotiate::Accept};

/// Writes the body of an error: its content type and its bytes.
pub type ErrorFormat = fn(&Failure<'_>, &Accept) -> (&'static str, Vec<u8>);

/// How the document tells of a group with a format of its own. Nothing of it is in a Lambda.
#[cfg_attr(not(feature = "document"), expect(dead_code, reason = "read for the document alone"))]
#[derive(Debug, Clone, Copy)]
pub struct DocumentedFormat {
    /// The name of the schema of an error's body, and that body.
    pub(crate) error: fn(&Failure<'_>) -> (&'static str, serde_json::Value),
    /// Completes an operation that produces these media types.
    pub(crate) operation: fn(&mut utoipa::openapi::path::Operation, &[&str]),
    /// Adds what the operations refer to.
    pub(crate) components: fn(&mut utoipa::openapi::Components),
}

impl DocumentedFormat {
    /// Told by these three.
    pub const fn new(
        error: fn(&Failure<'_>) -> (&'static str, serde_json::Value),
        operation: fn(&mut utoipa::openapi::path::Operation, &[&str]),
        components: fn(&mut utoipa::openapi::Components),
    ) -> Self {
        Self { error, operation, components }
    }
}

/// Puts what `error_format` says in the place of the envelope.
pub(crate) fn write(error_format: ErrorFormat, response: &mut Response, accept: &Accept) {
    let Some(failure) = response.extensions().get::<Written>() else { return };
    let (content_type, body) = error_format(&failure.said(), accept);
    *response.body_mut() = axum::body::Body::from(body);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
}

/// The same where no outer layer may write the error again, in a form of its own.
#[cfg(feature = "mock")]
pub(crate) fn write_for_good(error_format: ErrorFormat, response: &mut Response, accept: &Accept) {
    write(error_format, response, accept);
    response.extensions_mut().remove::<Written>();
}
