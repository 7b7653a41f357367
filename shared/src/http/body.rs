//! Bodies in three encodings, one extractor: JSON, form, multipart. And queries, read by the same
//! rules.

pub mod charset;
mod content;
mod content_type;
mod form;
pub mod json;
mod multipart;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::Response,
};
use http::request::Parts;
use serde_json::Value;

pub use self::{content::Content, content_type::ContentType, multipart::BodyPart};
use crate::{
    app::AppState,
    http::{
        checked::{self, Checked},
        error::{ApiError, ErrorItem},
        request::{Context, Fields, FromFields, not_an_object},
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

/// The fields of a body in any of the three encodings, none of them read yet. Without a body there
/// are none.
pub async fn fields(request: Request, app: &AppState) -> Result<Fields, ApiError> {
    let context = Context::of(app);
    let Some(content) = Content::of(request, MOST_BYTES).await? else {
        return Ok(Fields::from_form(Vec::new(), context));
    };
    match content.media_type() {
        "application/json" => json_fields(content.json()?, context),
        "application/x-www-form-urlencoded" => Ok(Fields::from_form(content.form()?, context)),
        "multipart/form-data" => {
            let (files, texts): (Vec<_>, Vec<_>) =
                content.parts().await?.into_iter().partition(|part| part.file_name.is_some());
            let files = files.into_iter().map(|part| part.name).collect();
            Ok(Fields::from_form(pairs_of(texts)?, context).with_files(files))
        }
        _ => Err(content.unsupported()),
    }
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

fn json_fields(value: Value, context: Context) -> Result<Fields, ApiError> {
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

/// The pairs of a query. Bytes that are not UTF-8 become U+FFFD, as in Django.
pub fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    serde_html_form::from_bytes(bytes)
        .map_err(|error| ApiError::parse(format!("Form parse error - {error}")))
}

/// The text parts of a multipart body as pairs.
fn pairs_of(parts: Vec<BodyPart>) -> Result<Vec<(String, String)>, ApiError> {
    parts.into_iter().map(|part| part.text().map(|text| (part.name, text))).collect()
}
