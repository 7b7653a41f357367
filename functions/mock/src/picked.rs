//! The answer that is picked of those that an operation documents.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use shared::http::{error::ApiError, mocked::MockedRequest, negotiate::Accept};

use super::{
    document::{Operation, example_headers},
    prefer::Preferences,
    situation,
};

const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const REFUSED: HeaderName = HeaderName::from_static("preference-refused");

/// An answer, which preferences it heeds, and which not.
pub(super) struct Picked {
    response: Response,
    applied: Vec<String>,
    refused: Vec<String>,
}

/// The answer of the preferred status, or that of the preferred example, or what follows from the
/// situation, or else the first success. Of its examples the preferred one, or else the first.
pub(super) fn answer(
    operation: &Operation,
    request: &MockedRequest,
    accept: &Accept,
    preferences: &Preferences,
) -> Result<Picked, ApiError> {
    let answers = operation.described["responses"]
        .as_object()
        .ok_or_else(|| ApiError::internal("an operation without answers"))?;
    let preferred = preferences.code.as_ref().and_then(|code| answers.get_key_value(code));
    let of_example = || with_example(operation, answers, preferences.example.as_deref()?);
    let of_situation = || answers.get_key_value(situation::status(operation, request)?);
    let first_success = || answers.iter().find(|(status, _)| status.starts_with('2'));
    let (status, answer) = preferred
        .or_else(of_example)
        .or_else(of_situation)
        .or_else(first_success)
        .ok_or_else(|| ApiError::internal("an operation without a success"))?;
    let answer = operation.document.resolved(answer);
    let status = StatusCode::from_bytes(status.as_bytes()).map_err(ApiError::internal)?;
    let (mut applied, mut refused) = (Vec::new(), Vec::new());
    if let Some(code) = &preferences.code {
        let told = if preferred.is_some() { &mut applied } else { &mut refused };
        told.push(format!("code={code}"));
    }
    let (mut found, mut wait) = (None, None);
    let mut response = match media(answer, accept) {
        None => status.into_response(),
        Some((kind, media)) => {
            let (example, name) = example(operation, media, preferences);
            found = name;
            wait = seconds(example);
            let text = example.as_str().filter(|_| !kind.ends_with("json"));
            let mut example = example.clone();
            if status.is_success() {
                situation::fit(operation, request, &mut example);
            }
            let body = text.map_or_else(|| example.to_string(), str::to_owned);
            let kind = HeaderValue::from_str(kind).map_err(ApiError::internal)?;
            (status, [(header::CONTENT_TYPE, kind)], body).into_response()
        }
    };
    if let Some(name) = &preferences.example {
        let told = if found.is_some() { &mut applied } else { &mut refused };
        told.push(format!("example={name}"));
    }
    let headers = response.headers_mut();
    headers.extend(example_headers(answer));
    if let Some(wait) = wait.filter(|_| headers.contains_key(header::RETRY_AFTER)) {
        headers.insert(header::RETRY_AFTER, wait.into());
    }
    Ok(Picked { response, applied, refused })
}

/// The first answer that has an example of this name.
fn with_example<'a>(
    operation: &Operation,
    answers: &'a Map<String, Value>,
    name: &str,
) -> Option<(&'a String, &'a Value)> {
    let has = |answer: &Value| {
        let content = operation.document.resolved(answer)["content"].as_object();
        content.into_iter().flatten().any(|(_, media)| media["examples"].get(name).is_some())
    };
    answers.iter().find(|(_, answer)| has(answer))
}

/// The seconds to wait that the text of an error names.
fn seconds(error: &Value) -> Option<u64> {
    let detail = error["errors"][0]["detail"].as_str()?;
    detail.split_once("available in ")?.1.split_once(' ')?.0.parse().ok()
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
    /// The response, which says what was heeded and what was not.
    pub(super) fn with_applied(
        mut self,
        preferences: &Preferences,
        delay: Option<u64>,
    ) -> Response {
        match (preferences.delay, delay) {
            (_, Some(seconds)) => self.applied.push(format!("delay={seconds}")),
            (Some(seconds), None) if seconds > 0 => self.refused.push(format!("delay={seconds}")),
            _ => {}
        }
        let headers = self.response.headers_mut();
        for (name, told) in [(APPLIED, self.applied), (REFUSED, self.refused)] {
            let value = HeaderValue::from_str(&told.join(", ")).ok();
            headers.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
        }
        self.response
    }
}
