//! Bodies in three encodings, one extractor: JSON, form, multipart. And queries, read by the same
//! rules.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::Response,
};
use bytes::Bytes;
use futures_util::stream;
use http::{header, request::Parts};
use serde_json::Value;

use crate::{
    app::AppState,
    http::{
        checked::{self, Checked},
        error::{ApiError, ErrorItem},
        request::{Context, Fields, FromFields, not_an_object, rules::SURROGATE_MARK},
    },
};

/// The most bytes a body may have where an operation does not say otherwise.
pub const MOST_BYTES: usize = 64 * 1024;

/// The body of a request, read by its fields.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// The query of a request, read by its fields.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromFields> FromRequest<AppState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        read(fields(request, app).await?).map(Self)
    }
}

/// The content type of a request and the bytes of its body, of which there may be `most`.
pub async fn content(request: Request, most: usize) -> Result<(String, Bytes), ApiError> {
    let content_type = content_type(&request);
    let bytes = axum::body::to_bytes(request.into_body(), most).await;
    Ok((content_type, bytes.map_err(|_| ApiError::request_too_large(most))?))
}

/// The fields of a body in any of the three encodings, none of them read yet.
pub async fn fields(request: Request, app: &AppState) -> Result<Fields, ApiError> {
    let context = Context::of(app);
    let (content_type, bytes) = content(request, MOST_BYTES).await?;
    Ok(match media_type(&content_type).as_str() {
        "" if bytes.is_empty() => Fields::from_form(Vec::new(), context),
        "application/json" => json_fields(&bytes, context)?,
        "application/x-www-form-urlencoded" => Fields::from_form(pairs(&bytes)?, context),
        "multipart/form-data" => {
            Fields::from_form(multipart_pairs(&content_type, bytes).await?, context)
        }
        _ => return Err(ApiError::unsupported_media_type(&content_type)),
    })
}

impl<T: FromFields> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        read(Fields::from_form(pairs(query.as_bytes())?, Context::of(app))).map(Self)
    }
}

impl<T: FromFields> Checked for Body<T> {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_reading::<Self>(request, app).await
    }
}

impl<T: FromFields> Checked for Query<T> {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_head::<Self>(request, app).await
    }
}

fn read<T: FromFields>(fields: Fields) -> Result<T, ApiError> {
    fields.read().map_err(ApiError::fields)
}

fn content_type(request: &Request) -> String {
    let header = request.headers().get(header::CONTENT_TYPE);
    header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The media type that a `Content-Type` names, without its parameters.
pub fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn json_fields(bytes: &[u8], context: Context) -> Result<Fields, ApiError> {
    if bytes.is_empty() {
        return Ok(Fields::from_json(serde_json::Map::new(), context));
    }
    let value = parse_json(bytes)
        .map_err(|error| ApiError::parse(format!("JSON parse error - {error}")))?;
    let non_field =
        |code, detail| ErrorItem { code, detail, attr: Some("non_field_errors".to_owned()) };
    match value {
        Value::Object(members) => Ok(Fields::from_json(members, context)),
        Value::Null => Err(ApiError::fields(vec![non_field("null", "No data provided".into())])),
        other => {
            let violation = not_an_object(&other);
            Err(ApiError::fields(vec![non_field(violation.code, violation.detail)]))
        }
    }
}

/// Parses JSON. A lone surrogate, which JSON can write and Unicode text cannot hold, is a matter of
/// the field that holds it: it is replaced by a mark that the field's rule reports.
fn parse_json(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes).or_else(|error| {
        let marked = std::str::from_utf8(bytes).ok().map(mark_lone_surrogates);
        marked.and_then(|text| serde_json::from_str(&text).ok()).ok_or(error)
    })
}

fn mark_lone_surrogates(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('\\') {
        marked.push_str(&rest[..place]);
        rest = &rest[place..];
        let taken = match (surrogate(rest), rest.get(6..).and_then(surrogate)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(lone), _) => {
                marked.extend([SURROGATE_MARK.to_string(), format!("{lone:04X}")]);
                rest = &rest[6..];
                continue;
            }
            // Any other escape: its two characters are kept together, so that an escaped backslash
            // begins nothing.
            (None, _) => rest.char_indices().nth(2).map_or(rest.len(), |(place, _)| place),
        };
        marked.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    marked + rest
}

/// The surrogate that `text` begins with in the form `\uD83D`.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..=0xDFFF).contains(unit))
}

/// The pairs of a form or a query.
pub fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    serde_html_form::from_bytes(bytes)
        .map_err(|error| ApiError::parse(format!("Form parse error - {error}")))
}

/// The text parts of a multipart body; parts that are files are passed over, no operation that uses
/// this takes any. Text is UTF-8 and nothing else, as Django has it; multer's own `text` would
/// bring the tables of all encodings into every function.
async fn multipart_pairs(
    content_type: &str,
    bytes: Bytes,
) -> Result<Vec<(String, String)>, ApiError> {
    let texts = parts(content_type, bytes).await?.into_iter();
    let texts = texts.filter(|part| part.file_name.is_none());
    Ok(texts.map(|part| (part.name, String::from_utf8_lossy(&part.content).into_owned())).collect())
}

/// A part of a multipart body.
#[derive(Debug)]
pub struct BodyPart {
    /// Its name.
    pub name: String,
    /// The name of its file, if it is one.
    pub file_name: Option<String>,
    /// What it holds.
    pub content: Bytes,
}

/// The parts of a multipart body.
pub async fn parts(content_type: &str, bytes: Bytes) -> Result<Vec<BodyPart>, ApiError> {
    let malformed =
        |error: multer::Error| ApiError::parse(format!("Multipart form parse error - {error}"));
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let mut read = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let mut parts = Vec::new();
    while let Some(part) = read.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        parts.push(BodyPart { name, file_name, content: part.bytes().await.map_err(malformed)? });
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_surrogates_are_marked() {
        let marked = mark_lone_surrogates(r#"{"a":"\ud83d\ude00 \ud800 \\ud800 \n"}"#);
        assert_eq!(marked, "{\"a\":\"\\ud83d\\ude00 \u{fdd0}D800 \\\\ud800 \\n\"}");
    }
}
