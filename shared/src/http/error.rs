//! Every error answer: its status, its codes and texts. The only `IntoResponse` for errors.
//!
//! Invariants: a 5xx body is constant (maintenance apart, whose words are the operator's) and its
//! cause is logged once, in the line of its request; the envelope is that of
//! drf-standardized-errors.

mod body;
mod codes;
mod details;

use std::{borrow::Cow, error::Error, fmt::Display, sync::Arc};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

pub(crate) use self::{
    body::Written,
    details::{translate, wanted},
};
pub use self::{
    body::{ErrorBody, ErrorItem},
    codes::{CODES, Code},
    details::{LANGUAGES, translated},
};
use crate::{idempotency::StoredAnswer, limits::Wait, settings::NotDeclared, store::StoreError};

/// Where the API is described, beside every path that is not.
const DOCS_URL: &str = "/docs/";

/// What an operation answers instead of its result.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    errors: Vec<ErrorItem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    store_url: Option<String>,
    docs_url: Option<&'static str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Rides along in the response: why the request failed, for the log alone.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) Arc<dyn Error + Send + Sync>);

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        debug_assert!(codes::is_known(code), "{code}: add it to error/codes.rs");
        debug_assert!(details::is_known(&detail), "{detail}: add it to error/details.txt");
        Self::undeclared(status, code, detail)
    }

    /// With a code that the document does not list.
    fn undeclared(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let error = ErrorItem { code, detail: detail.into(), attr: None };
        Self {
            status,
            errors: vec![error],
            headers: Vec::new(),
            store_url: None,
            docs_url: None,
            source: None,
        }
    }

    fn with_header(mut self, name: HeaderName, value: impl Display) -> Self {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            self.headers.push((name, value));
        }
        self
    }

    fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
            .with_header(header::WWW_AUTHENTICATE, r#"Bearer realm="api""#)
    }

    /// 400: everything that is wrong with the fields of a request, in field order.
    pub fn fields(errors: Vec<ErrorItem>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        debug_assert!(
            errors.iter().all(|error| codes::is_known(error.code)),
            "{errors:?}: add the code to error/codes.rs"
        );
        debug_assert!(
            errors.iter().all(|error| details::is_known(&error.detail)),
            "{errors:?}: add the detail to error/details.txt"
        );
        Self { status, errors, headers: Vec::new(), store_url: None, docs_url: None, source: None }
    }

    /// 400 for one field.
    pub fn field(attr: &str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::fields(vec![ErrorItem { code, detail: detail.into(), attr: Some(attr.to_owned()) }])
    }

    /// What only a group with a error_format says, by codes of its own.
    pub fn of_group(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::undeclared(status, code, detail)
    }

    /// 400: the body is not what its content type says.
    pub fn parse(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parse_error", detail)
    }

    /// 401: no bearer token.
    pub fn not_authenticated() -> Self {
        Self::unauthorized("not_authenticated", "Authentication credentials were not provided.")
    }

    /// 401: an `Authorization` header of another shape than `Bearer <token>`.
    pub fn malformed_authorization() -> Self {
        Self::unauthorized(
            "authentication_failed",
            "Authorization header must contain two space-delimited values",
        )
    }

    /// 401: an access token that is not ours, expired, or of a session that ended.
    pub fn bearer_token_not_valid() -> Self {
        Self::unauthorized("token_not_valid", "Given token not valid for any token type")
    }

    /// 401: the customer of a valid token is gone.
    pub fn user_not_found() -> Self {
        Self::unauthorized("authentication_failed", "User not found")
    }

    /// 401: the customer of a valid token may not use the account.
    pub fn user_inactive() -> Self {
        Self::unauthorized("authentication_failed", "User is inactive")
    }

    /// 401: a token in the body.
    pub fn token_not_valid(detail: &'static str) -> Self {
        Self::unauthorized("token_not_valid", detail)
    }

    /// 401: the account behind a right token or code may not be used.
    pub fn no_active_account() -> Self {
        Self::unauthorized("no_active_account", "No active account found for the given token.")
    }

    /// 403.
    pub fn permission_denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "permission_denied",
            "You do not have permission to perform this action.",
        )
    }

    /// 403 for the lack of the codes in these fields, each with what is missing.
    pub fn codes_missing(missing: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let item = |(attr, detail): (&str, &'static str)| {
            debug_assert!(details::is_known(detail), "{detail}: add it to error/details.txt");
            let attr = Some(attr.to_owned());
            ErrorItem { code: "permission_denied", detail: detail.into(), attr }
        };
        Self { errors: missing.into_iter().map(item).collect(), ..Self::permission_denied() }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found.")
    }

    /// 404: nothing is served at this path, and where it says what is.
    pub fn no_such_path() -> Self {
        let link = format!("<{DOCS_URL}>; rel=\"help\"");
        Self { docs_url: Some(DOCS_URL), ..Self::not_found() }.with_header(header::LINK, link)
    }

    /// 404: a cursor that we did not give to this caller for this query.
    pub fn invalid_cursor() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Invalid cursor")
    }

    /// 405, with what the path does take.
    pub fn method_not_allowed(method: &http::Method, allow: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("Method \"{method}\" not allowed."),
        )
        .with_header(header::ALLOW, allow)
    }

    /// 406.
    pub fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "Could not satisfy the request Accept header.",
        )
    }

    /// 409: somebody else changed the same thing, again and again.
    pub fn conflict(detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 409: there are as many as there may be.
    pub fn limit_reached(detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "limit_reached", detail)
    }

    /// 409: money is left that nobody said may be lost.
    pub fn balance_not_zero() -> Self {
        let detail = "There is money left in the wallet. Spend it, or give it up with forfeit.";
        Self::new(StatusCode::CONFLICT, "balance_not_zero", detail)
    }

    /// 422: less is available.
    pub fn insufficient_funds() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "insufficient_funds",
            "The available balance is too low.",
        )
    }

    /// 422: more than a balance may be.
    pub fn balance_limit() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "balance_limit",
            "The balance would be above its limit.",
        )
    }

    /// 412.
    pub fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition_failed",
            "The resource has changed since it was read.",
        )
    }

    /// 413, with the most bytes that the operation takes.
    pub fn request_too_large(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_too_large",
            format!("The request body is larger than {most} bytes."),
        )
    }

    /// 415.
    pub fn unsupported_media_type(content_type: &str) -> Self {
        let detail = format!("Unsupported media type \"{content_type}\" in request.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 422: another request came under this key before.
    pub fn idempotency_key_reused() -> Self {
        let detail = "This Idempotency-Key was used for another request.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
    }

    /// 426: an app below the minimum, and where it is updated.
    pub fn upgrade_required(store_url: Option<String>) -> Self {
        let detail = "This version of the app is no longer served. Please update it.";
        Self { store_url, ..Self::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail) }
    }

    /// 429.
    pub fn throttled(Wait(seconds): Wait) -> Self {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", detail)
            .with_header(header::RETRY_AFTER, seconds)
    }

    /// 503: the operator has closed the API, in the operator's words if there are any.
    pub fn maintenance(message: Option<String>, Wait(seconds): Wait) -> Self {
        let detail = "The service is under maintenance. Please try again later.";
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "maintenance", detail);
        if let (Some(words), Some(first)) = (message, error.errors.first_mut()) {
            first.detail = words.into();
        }
        error.with_header(header::RETRY_AFTER, seconds)
    }

    /// 503: something we need is out of reach.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The service is temporarily unavailable. Please try again.",
        )
        .with_header(header::RETRY_AFTER, 1)
        .caused_by(source)
    }

    /// 500.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "error", "A server error occurred.")
            .caused_by(source)
    }
}

impl ApiError {
    /// The answer as it is stored to be given again; headers are not.
    pub fn to_stored(&self) -> Result<StoredAnswer, Self> {
        StoredAnswer::json(self.status, &self.body())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> &'static str {
        self.errors.first().map_or("error", |first| first.code)
    }

    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    pub(crate) fn body(&self) -> ErrorBody {
        let kind = match self.status {
            StatusCode::BAD_REQUEST
                if self.errors.iter().all(|error| error.code != "parse_error") =>
            {
                "validation_error"
            }
            status if status.is_server_error() => "server_error",
            _ => "client_error",
        };
        ErrorBody {
            kind,
            errors: self.errors.clone(),
            store_url: self.store_url.clone(),
            docs_url: self.docs_url,
        }
    }
}

impl From<NotDeclared> for ApiError {
    fn from(error: NotDeclared) -> Self {
        Self::internal(error)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_passing() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = self.body();
        let mut response = (self.status, Json(&body)).into_response();
        response.headers_mut().extend(self.headers);
        response.extensions_mut().insert(Written::new(self.status, &body));
        if let Some(source) = self.source {
            response.extensions_mut().insert(Cause(source.into()));
        }
        response
    }
}
