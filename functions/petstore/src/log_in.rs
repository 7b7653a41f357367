//! `loginUser` and `logoutUser`: who asks is let in, as there is nothing to be let into.

use axum::{
    extract::{FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use jiff::SignedDuration;
use shared::{
    app::AppState,
    error_responses,
    http::{
        body::pairs,
        checked::{self, Checked},
        error::ApiError,
    },
};

use crate::{
    answer::Form,
    api_response::{ApiResponse, bad},
    document,
};

/// How long a session is said to last.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Logs user into the system
///
/// Any name and any password will do: the session is a number that no operation asks for.
#[utoipa::path(get, path = "/v2/user/login", operation_id = "loginUser", tag = crate::USER,
    params(
        ("username" = String, Query, min_length = 1, description = "The user name for login"),
        ("password" = String, Query, min_length = 1,
            description = "The password for login in clear text")),
    responses(
        (status = 200, description = "successful operation", body = ApiResponse,
            headers(("X-Expires-After" = String, description = "date in UTC when token expires"),
                ("X-Rate-Limit" = i32, description = "calls per hour allowed by the user")),
            example = json!(document::done("logged in user session:1795629600000"))),
        InvalidLogIn,
    ))]
pub async fn login_user(
    State(app): State<AppState>,
    form: Form,
    _: LogIn,
) -> Result<Response, ApiError> {
    let now = app.now();
    let expires = now.saturating_add(HOUR).unwrap_or(now);
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-rate-limit"), HeaderValue::from_static("5000"));
    let expires = HeaderValue::from_str(&format!("{expires:.3}")).map_err(ApiError::internal)?;
    headers.insert(HeaderName::from_static("x-expires-after"), expires);
    Ok((headers, form.done(format!("logged in user session:{}", now.as_millisecond()))?)
        .into_response())
}

/// Logs out current logged in user session
///
/// Nothing changes, since no operation asks for a session.
#[utoipa::path(get, path = "/v2/user/logout", operation_id = "logoutUser", tag = crate::USER,
    responses((status = 200, description = "successful operation", body = ApiResponse,
        example = json!(document::done("ok")))))]
pub async fn logout_user(form: Form) -> Result<Response, ApiError> {
    form.done("ok")
}

/// A query with a name and a password, whichever they are.
pub(crate) struct LogIn;

impl FromRequestParts<AppState> for LogIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let pairs = pairs(parts.uri.query().unwrap_or_default().as_bytes())?;
        let given = |name: &str| pairs.iter().any(|(key, value)| key == name && !value.is_empty());
        if given("username") && given("password") { Ok(Self) } else { Err(invalid()) }
    }
}

impl Checked for LogIn {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_head::<Self>(request, app).await
    }
}

fn invalid() -> ApiError {
    bad("Invalid username/password supplied")
}

error_responses! {
    /// Invalid username/password supplied
    InvalidLogIn: invalid();
}
