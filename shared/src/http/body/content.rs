//! The body of a request that has one, and its content type.

use std::fmt::Display;

use axum::extract::Request;
use bytes::Bytes;
use http::header;
use serde_json::Value;

use super::{
    charset::Charset,
    content_type::ContentType,
    form, json,
    multipart::{self, BodyPart},
};
use crate::http::error::ApiError;

/// A body that is not empty. An empty body is none, whatever its content type.
#[derive(Debug)]
pub struct Content {
    content_type: ContentType,
    bytes: Bytes,
}

impl Content {
    /// The body of a request, of at most `most` bytes, if there is one.
    pub async fn of(request: Request, most: usize) -> Result<Option<Self>, ApiError> {
        let header = request.headers().get(header::CONTENT_TYPE);
        let header = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let bytes = axum::body::to_bytes(request.into_body(), most).await;
        let bytes = bytes.map_err(|_| ApiError::request_too_large(most))?;
        let content_type = ContentType::parse(&header.unwrap_or_default());
        Ok((!bytes.is_empty()).then_some(Self { content_type, bytes }))
    }

    /// Its media type, in lower case and without parameters.
    pub fn media_type(&self) -> &str {
        self.content_type.media_type()
    }

    /// 415: nothing here reads this content type.
    pub fn unsupported(&self) -> ApiError {
        ApiError::unsupported_media_type(self.content_type.as_str())
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The character set of its text, as a byte order mark or else the content type says. 415 if
    /// the content type names one that is not read here.
    pub fn charset(&self) -> Result<Option<Charset>, ApiError> {
        let declared = self.declared()?;
        Ok(Charset::of_mark(&self.bytes).or(declared))
    }

    /// What it says in JSON.
    pub(crate) fn json(&self) -> Result<Value, ApiError> {
        let malformed =
            |error: &dyn Display| ApiError::parse(format!("JSON parse error - {error}"));
        let charset = self.charset()?.unwrap_or_else(|| Charset::of_ascii_start(&self.bytes));
        let text = charset.decode(&self.bytes).ok_or_else(|| malformed(&invalid(charset)))?;
        json::parse_with_surrogates(&text).map_err(|error| malformed(&error))
    }

    /// Its pairs as a form.
    pub(crate) fn form(&self) -> Result<Vec<(String, String)>, ApiError> {
        let charset = self.charset()?.unwrap_or(Charset::Utf8);
        form::pairs(&self.bytes, charset)
            .ok_or_else(|| ApiError::parse(format!("Form parse error - {}", invalid(charset))))
    }

    /// Its parts as multipart form data.
    pub async fn parts(self) -> Result<Vec<BodyPart>, ApiError> {
        let declared = self.declared()?;
        multipart::parts(&self.content_type, self.bytes, declared).await
    }

    fn declared(&self) -> Result<Option<Charset>, ApiError> {
        let name = self.content_type.parameter("charset");
        name.map(|name| Charset::named(name).ok_or_else(|| self.unsupported())).transpose()
    }
}

fn invalid(charset: Charset) -> String {
    format!("the body is not valid {}", charset.name())
}
