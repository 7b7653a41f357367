//! Answers that are the same for everybody who asks alike: they may be kept by clients and caches,
//! and are not sent again to who has them.

use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::http::{error::ApiError, etag::ETag};

/// Bytes of a body's hash in its tag.
const HASH: usize = 16;

/// How an answer may be kept.
#[derive(Debug, Clone, Copy)]
pub struct Public<'a> {
    /// `Cache-Control`.
    pub cache_control: &'static str,
    /// The language it is in, by its tag: `Content-Language`.
    pub language: &'a str,
    /// The request's headers that it depends on: `Vary`, to which `Accept` is added for every
    /// answer.
    pub vary: &'static str,
}

impl Public<'_> {
    /// `body` as JSON, or 304 where the request's `If-None-Match` names it. The tag is the hash of
    /// the body, with the language.
    pub fn answer(&self, request: &HeaderMap, body: &impl Serialize) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(body).map_err(ApiError::internal)?;
        let tag = self.tag_of(&body);
        let mut response = if tag.is_known_to(request) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
                .into_response()
        };
        let headers = response.headers_mut();
        headers.extend(tag.header().map(|tag| (header::ETAG, tag)));
        headers.extend(
            HeaderValue::from_str(self.language)
                .ok()
                .map(|language| (header::CONTENT_LANGUAGE, language)),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        headers.insert(header::VARY, HeaderValue::from_static(self.vary));
        Ok(response)
    }

    fn tag_of(&self, body: &[u8]) -> ETag {
        let hash = digest(&SHA256, body);
        ETag::new(format_args!(
            "{}-{}",
            URL_SAFE_NO_PAD.encode(&hash.as_ref()[..HASH]),
            self.language
        ))
    }
}
