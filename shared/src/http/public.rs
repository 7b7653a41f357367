//! Answers that are the same for everybody who asks alike: they may be kept by clients and caches,
//! and are not sent again to who has them.

use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
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

/// A body as it is sent, with its tag.
#[derive(Debug, Clone)]
pub struct Rendered {
    json: Bytes,
    tag: ETag,
}

impl Rendered {
    /// `body` as JSON. The tag is its hash, with the language.
    pub fn new(language: &str, body: &impl Serialize) -> Result<Self, ApiError> {
        let json = serde_json::to_vec(body).map_err(ApiError::internal)?;
        let hash = digest(&SHA256, &json);
        let hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..HASH]);
        Ok(Self { json: json.into(), tag: ETag::new(format_args!("{hash}-{language}")) })
    }
}

impl Public<'_> {
    /// `body` as JSON, or 304 where the request's `If-None-Match` names it.
    pub fn answer(&self, request: &HeaderMap, body: &impl Serialize) -> Result<Response, ApiError> {
        Ok(self.answer_rendered(request, Rendered::new(self.language, body)?))
    }

    /// The same with a body that may be sent again.
    pub fn answer_rendered(&self, request: &HeaderMap, body: Rendered) -> Response {
        let Rendered { json, tag } = body;
        let mut response = if tag.is_known_to(request) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json)
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
        response
    }
}
