//! Bodies in JSON or XML, by their content type.

use axum::extract::{FromRequest, Request};
use serde_json::Value;
use shared::{
    app::AppState,
    http::{
        body::{MOST_BYTES, content, media_type},
        error::ApiError,
    },
};

use crate::{api_response::bad_input, xml};

/// A body, as what JSON would be of it; none where it is empty.
pub(crate) struct Sent(pub(crate) Option<Value>);

impl FromRequest<AppState> for Sent {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        let (content_type, bytes) = content(request, MOST_BYTES).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        let value = match media_type(&content_type).as_str() {
            "application/json" => serde_json::from_slice(&bytes).ok(),
            "application/xml" | "text/xml" => {
                std::str::from_utf8(&bytes).ok().and_then(|text| xml::read(text).ok())
            }
            _ => return Err(ApiError::unsupported_media_type(&content_type)),
        };
        value.map(|value| Self(Some(value))).ok_or_else(bad_input)
    }
}
