//! `/mock/…`: any operation of the document, answered from its examples.
//!
//! Protocol: a request is first checked against the document, in the order of the API itself: path,
//! method, `Accept`, token, content type, body, fields; what is wrong is answered as the API would.
//! Then `Prefer` (RFC 7240) picks: `code=429` a documented status, `example=name` an example of it,
//! `delay=3` seconds to wait, at most [`MockSettings::most_delay`](shared::settings::MockSettings).
//! `Preference-Applied` says what was heeded. Any bearer token is good, and nothing is stored.

mod checks;
mod document;
mod picked;
mod prefer;
mod sent;

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, Uri};
use shared::{
    app::AppState,
    http::{error::ApiError, negotiate::Accept},
};

use document::{Document, Operation};
use prefer::Preferences;

/// What the operations of the document answer with.
pub(crate) const MEDIA: &[&str] =
    &["application/json", "application/xml", "text/csv", "text/plain", "text/html"];

const PREFIX: &str = "/mock";

/// An operation's answer, where the mock is switched on.
pub(crate) async fn answer_as_documented(
    State(app): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    if !app.settings.mock()?.enabled {
        return Err(ApiError::no_such_path());
    }
    let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    answer(&app, &path, request).await
}

/// The answer of the operation at `path`.
pub(crate) async fn answer(
    app: &AppState,
    path: &str,
    request: Request,
) -> Result<Response, ApiError> {
    let document =
        Document::ours().ok_or_else(|| ApiError::internal("the document cannot be read"))?;
    let found = document.find(path)?;
    let operation = found.operation(request.method());
    let asked =
        || operation.iter().cloned().chain(found.operations().filter(|_| operation.is_none()));
    let accept = Accept::of(request.headers());
    if !asked().any(|operation| accept.admits(&operation.media())) {
        return Err(ApiError::not_acceptable());
    }
    if asked().any(|operation| operation.needs_bearer()) {
        admit(request.headers())?;
    }
    let operation = operation
        .ok_or_else(|| ApiError::method_not_allowed(request.method(), &found.allowed()))?;
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let body = sent::body(&operation, request).await?;
    check(&operation, &found.variables, &uri, &headers, body.as_ref())?;
    let preferences = Preferences::of(&headers);
    let picked = picked::answer(&operation, &accept, &preferences)?;
    let delay = preferences.delay(app.settings.mock()?.most_delay);
    if let Some(seconds) = delay {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    }
    Ok(picked.with_applied(delay))
}

/// A token. Which does not matter.
fn admit(headers: &HeaderMap) -> Result<(), ApiError> {
    let value = headers.get(http::header::AUTHORIZATION).ok_or_else(ApiError::not_authenticated)?;
    let words: Vec<&str> = value.to_str().unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        ["Bearer", _] => Ok(()),
        ["Bearer", ..] => Err(ApiError::malformed_authorization()),
        _ => Err(ApiError::not_authenticated()),
    }
}

/// All that is wrong with parameters and body, at once.
fn check(
    operation: &Operation,
    variables: &[(String, String)],
    uri: &Uri,
    headers: &HeaderMap,
    body: Option<&sent::Body>,
) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    for parameter in operation.parameters() {
        let schema = &parameter["schema"];
        let name = parameter["name"].as_str().unwrap_or_default();
        match sent::parameter(operation.document, parameter, variables, uri, headers) {
            Some(value) => errors.extend(checks::misfits(operation.document, schema, &value, name)),
            None if parameter["required"] == true => errors.push(checks::missing(name)),
            None => {}
        }
    }
    if let Some(body) = body {
        errors.extend(checks::misfits(operation.document, body.schema, &body.value, ""));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::fields(errors)) }
}
