//! Bodies in JSON or XML, by their content type, read as what they must hold.

use std::borrow::Cow;

use axum::{
    extract::{FromRequest, Request},
    response::Response,
};
use encoding_rs::Encoding;
use serde_json::Value;
use shared::{
    app::AppState,
    http::{
        body::{Content, MOST_BYTES, charset::Charset, json},
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
    let Some(content) = Content::of(request, MOST_BYTES).await? else { return Ok(None) };
    let value = match content.media_type() {
        "application/json" => text(&content, None)?.and_then(|text| json::parse(&text).ok()),
        "application/xml" | "text/xml" => {
            let declared = xml::declared_charset(content.bytes());
            text(&content, declared)?.and_then(|text| xml::read(&text).ok())
        }
        _ => return Err(content.unsupported()),
    };
    value.map(Some).ok_or_else(bad_input)
}

/// The text of a body, if it is valid. Its character set is that of its byte order mark, of its
/// content type, the one that the text itself declares, or what its first bytes look like.
fn text<'a>(
    content: &'a Content,
    declared: Option<&str>,
) -> Result<Option<Cow<'a, str>>, ApiError> {
    let bytes = content.bytes();
    Ok(match (content.charset()?, declared) {
        (Some(charset), _) => charset.decode(bytes),
        (None, None) => Charset::of_ascii_start(bytes).decode(bytes),
        (None, Some(name)) => match Charset::named(name) {
            // A declaration that can be read byte by byte is not in UTF-16, even if it says so.
            Some(charset) if !charset.extends_ascii() => Charset::Utf8.decode(bytes),
            Some(charset) => charset.decode(bytes),
            None => {
                let encoding = Encoding::for_label_no_replacement(name.as_bytes());
                let encoding = encoding.ok_or_else(|| content.unsupported())?;
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
        },
    })
}
