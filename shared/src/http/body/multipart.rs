//! `multipart/form-data`: RFC 7578, read as leniently as Django reads it.

use std::convert::Infallible;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{charset::Charset, content_type::ContentType};
use crate::http::error::ApiError;

const TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");

/// A part of a multipart body.
#[derive(Debug)]
pub struct BodyPart {
    /// Its name.
    pub name: String,
    /// The name of its file, if it is one.
    pub file_name: Option<String>,
    /// What it holds.
    pub content: Bytes,
    content_type: ContentType,
    default_charset: Charset,
}

impl BodyPart {
    /// Its content as text, in the character set that the part declares, or else the body.
    pub fn text(&self) -> Result<String, ApiError> {
        let charset = match self.content_type.parameter("charset") {
            None => self.default_charset,
            Some(name) => Charset::named(name)
                .ok_or_else(|| ApiError::unsupported_media_type(self.content_type.as_str()))?,
        };
        let text = charset.decode(&self.content).map(std::borrow::Cow::into_owned);
        text.ok_or_else(|| malformed(format!("a part is not valid {}", charset.name())))
    }
}

/// The parts of a body. The character set of their texts is `declared`, or that of a part
/// `_charset_`, or UTF-8.
pub async fn parts(
    content_type: &ContentType,
    bytes: Bytes,
    declared: Option<Charset>,
) -> Result<Vec<BodyPart>, ApiError> {
    let boundary = content_type.parameter("boundary").filter(|boundary| is_boundary(boundary));
    let boundary = boundary.ok_or_else(|| malformed("the content type has no valid boundary"))?;
    let mut read = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let mut parts = Vec::new();
    while let Some(part) = read.next_field().await.map_err(malformed)? {
        let (name, headers) = (part.name().unwrap_or_default().to_owned(), part.headers().clone());
        let file_name = part.file_name().map(str::to_owned);
        let content = part.bytes().await.map_err(malformed)?;
        parts.push(BodyPart {
            name,
            file_name: file_name.or_else(|| names_file(&headers).then(String::new)),
            content: transferred(content, &headers),
            content_type: ContentType::parse(text(&headers, &header::CONTENT_TYPE)),
            default_charset: declared.unwrap_or(Charset::Utf8),
        });
    }
    if let Some(charset) = charset_of(&parts).filter(|_| declared.is_none()) {
        for part in &mut parts {
            part.default_charset = charset;
        }
    }
    Ok(parts)
}

/// As Django has it: up to 201 printable characters of ASCII, no blank at the end.
fn is_boundary(boundary: &str) -> bool {
    let is_printable = |byte: u8| matches!(byte, b' '..=b'~');
    boundary.len() <= 201 && !boundary.ends_with(' ') && boundary.bytes().all(is_printable)
}

/// The character set that a part `_charset_` names (RFC 7578, section 4.6).
fn charset_of(parts: &[BodyPart]) -> Option<Charset> {
    let part = parts.iter().find(|part| part.name == "_charset_" && part.file_name.is_none())?;
    Charset::named(std::str::from_utf8(&part.content).ok()?)
}

/// Whether a part is a file whose name could not be read.
fn names_file(headers: &HeaderMap) -> bool {
    let disposition = headers.get(header::CONTENT_DISPOSITION).map(HeaderValue::as_bytes);
    let disposition = disposition.unwrap_or_default().to_ascii_lowercase();
    disposition.windows(b"filename".len()).any(|window| window == b"filename")
}

/// The content of a part, from base64 where its headers say so. What is not valid base64 is taken
/// as it is.
fn transferred(content: Bytes, headers: &HeaderMap) -> Bytes {
    if !text(headers, &TRANSFER_ENCODING).trim().eq_ignore_ascii_case("base64") {
        return content;
    }
    let encoded: Vec<u8> =
        content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(encoded).map_or(content, Bytes::from)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn malformed(error: impl std::fmt::Display) -> ApiError {
    ApiError::parse(format!("Multipart form parse error - {error}"))
}
