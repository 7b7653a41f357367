//! `ApiResponse`: what the shop says where it shows nothing, every error among it.

use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::{
    error_responses,
    http::{error::ApiError, failure::Failure, negotiate::Accept},
};
use utoipa::ToSchema;

use crate::answer::Form;

/// The code by which [`say`] knows that something is not in the shop.
const ABSENT: &str = "absent";

/// What was done, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(xml(name = "ApiResponse"))]
pub struct ApiResponse {
    /// The status, or 1 where something is not in the shop.
    #[schema(required = false)]
    pub code: i32,
    /// `error` with code 1, else `unknown`.
    #[serde(rename = "type")]
    #[schema(required = false)]
    pub kind: String,
    /// In words.
    #[schema(required = false)]
    pub message: String,
}

impl Form {
    /// Something was done.
    pub(crate) fn done(self, message: impl Into<String>) -> Result<Response, ApiError> {
        self.answer("ApiResponse", &ApiResponse::done(message))
    }
}

impl ApiResponse {
    /// Something was done.
    pub(crate) fn done(message: impl Into<String>) -> Self {
        Self { code: 200, kind: "unknown".to_owned(), message: message.into() }
    }

    /// What is said of an error.
    pub(crate) fn of(failure: &Failure<'_>) -> Self {
        let message = failure.detail.to_owned();
        if failure.code == ABSENT {
            return Self { code: 1, kind: "error".to_owned(), message };
        }
        Self { code: failure.status.as_u16().into(), kind: "unknown".to_owned(), message }
    }
}

/// Writes an error's body in the form that the client wants.
pub(crate) fn say(failure: &Failure<'_>, accept: &Accept) -> (&'static str, Vec<u8>) {
    let form = Form::wanted(accept);
    (form.content_type(), form.write("ApiResponse", &ApiResponse::of(failure)).unwrap_or_default())
}

/// 404: no such pet, order or user.
pub(crate) fn absent(what: &'static str) -> ApiError {
    ApiError::of_group(StatusCode::NOT_FOUND, ABSENT, what)
}

/// 400: what was sent is not what it must be.
pub(crate) fn bad_input() -> ApiError {
    bad("bad input")
}

/// 405: nothing was sent.
pub(crate) fn no_data() -> ApiError {
    ApiError::of_group(StatusCode::METHOD_NOT_ALLOWED, "no_data", "no data")
}

/// 400 in other words.
pub(crate) fn bad(message: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::of_group(StatusCode::BAD_REQUEST, "invalid", message)
}

/// 400: the path holds no id.
pub(crate) fn not_an_id() -> ApiError {
    bad("bad input: the id is no int64")
}

error_responses! {
    /// Invalid ID supplied
    pub(crate) InvalidId: not_an_id();
}
