//! The answer that is picked of those that an operation documents.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use shared::http::{error::ApiError, negotiate::Accept};

use super::{
    document::{Operation, example_headers},
    prefer::Preferences,
};

/// An answer, and which preferences it heeds.
pub(super) struct Picked {
    response: Response,
    applied: Vec<String>,
}

/// The answer of the preferred status, or else the first success, with the preferred example of it,
/// or else the first.
pub(super) fn answer(
    operation: &Operation,
    accept: &Accept,
    preferences: &Preferences,
) -> Result<Picked, ApiError> {
    let answers = operation.described["responses"]
        .as_object()
        .ok_or_else(|| ApiError::internal("an operation without answers"))?;
    let preferred = preferences.code.as_ref().and_then(|code| answers.get_key_value(code));
    let first_success = || answers.iter().find(|(status, _)| status.starts_with('2'));
    let (status, answer) = preferred
        .or_else(first_success)
        .ok_or_else(|| ApiError::internal("an operation without a success"))?;
    let answer = operation.document.resolved(answer);
    let status = StatusCode::from_bytes(status.as_bytes()).map_err(ApiError::internal)?;
    let mut applied: Vec<String> =
        preferred.map(|(code, _)| format!("code={code}")).into_iter().collect();
    let mut response = match media(answer, accept) {
        None => status.into_response(),
        Some((kind, media)) => {
            let (example, name) = example(operation, media, preferences);
            applied.extend(name.map(|name| format!("example={name}")));
            let text = example.as_str().filter(|_| !kind.ends_with("json"));
            let body = text.map_or_else(|| example.to_string(), str::to_owned);
            let kind = HeaderValue::from_str(kind).map_err(ApiError::internal)?;
            (status, [(header::CONTENT_TYPE, kind)], body).into_response()
        }
    };
    response.headers_mut().extend(example_headers(answer));
    Ok(Picked { response, applied })
}

/// The most welcome of the answer's media types; the first of those that are as welcome.
fn media<'a>(answer: &'a Value, accept: &Accept) -> Option<(&'a str, &'a Value)> {
    let all = answer["content"].as_object()?;
    let quality = |kind: &str| accept.quality(kind);
    let mut best = all.iter().next()?;
    for media in all {
        if quality(media.0) > quality(best.0) {
            best = media;
        }
    }
    Some((best.0, best.1))
}

/// An example, with its name where it was asked for.
fn example<'a>(
    operation: &'a Operation,
    media: &'a Value,
    preferences: &'a Preferences,
) -> (&'a Value, Option<&'a str>) {
    let value = |example: &'a Value| &operation.document.resolved(example)["value"];
    let named = preferences
        .example
        .as_deref()
        .and_then(|name| Some((value(media["examples"].get(name)?), Some(name))));
    let first =
        || media["examples"].as_object().and_then(|examples| examples.values().next()).map(value);
    named.unwrap_or_else(|| (media.get("example").or_else(first).unwrap_or(&Value::Null), None))
}

impl Picked {
    /// The response, which says what was heeded.
    pub(super) fn with_applied(mut self, delay: Option<u64>) -> Response {
        self.applied.extend(delay.map(|seconds| format!("delay={seconds}")));
        if !self.applied.is_empty() {
            let applied = HeaderValue::from_str(&self.applied.join(", ")).ok();
            self.response.headers_mut().extend(
                applied.map(|applied| {
                    (header::HeaderName::from_static("preference-applied"), applied)
                }),
            );
        }
        self.response
    }
}
