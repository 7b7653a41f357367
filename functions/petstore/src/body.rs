//! Bodies in JSON or XML, by their content type, read as what they must hold.

use axum::{
    extract::{FromRequest, Request},
    response::Response,
};
use serde_json::Value;
use shared::{
    app::AppState,
    http::{
        body::{MOST_BYTES, content, media_type},
        checked::{self, Checked},
        error::ApiError,
    },
    petstore::{Order, Pet, User},
};

use crate::{
    api_response::{bad, bad_input, no_data},
    read, xml,
};

/// A body that was read.
pub(crate) struct Sent<T>(pub(crate) T);

/// What a body can hold.
pub(crate) trait Sendable: Sized {
    /// Reads what JSON would be of the body.
    fn read(value: &Value) -> Result<Self, ApiError>;

    /// The answer to an empty body.
    fn missing() -> ApiError {
        bad("No data")
    }
}

impl Sendable for Pet {
    fn read(value: &Value) -> Result<Self, ApiError> {
        read::pet(value)
    }

    fn missing() -> ApiError {
        no_data()
    }
}

impl Sendable for Order {
    fn read(value: &Value) -> Result<Self, ApiError> {
        read::order(value)
    }
}

impl Sendable for User {
    fn read(value: &Value) -> Result<Self, ApiError> {
        read::user(value)
    }
}

impl Sendable for Vec<User> {
    fn read(value: &Value) -> Result<Self, ApiError> {
        read::users(value)
    }
}

impl<T: Sendable> FromRequest<AppState> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        T::read(&value(request).await?.ok_or_else(T::missing)?).map(Self)
    }
}

impl<T: Sendable> Checked for Sent<T> {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_reading::<Self>(request, app).await
    }
}

/// What JSON would be of a body; none where it is empty.
async fn value(request: Request) -> Result<Option<Value>, ApiError> {
    let (content_type, bytes) = content(request, MOST_BYTES).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let value = match media_type(&content_type).as_str() {
        "application/json" => serde_json::from_slice(&bytes).ok(),
        "application/xml" | "text/xml" => {
            std::str::from_utf8(&bytes).ok().and_then(|text| xml::read(text).ok())
        }
        _ => return Err(ApiError::unsupported_media_type(&content_type)),
    };
    value.map(Some).ok_or_else(bad_input)
}
