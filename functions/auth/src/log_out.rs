//! `logoutDevice` and `logoutAllDevices`: sessions end, and with them their access tokens, refresh
//! tokens and push devices.

use axum::extract::State;
use http::StatusCode;
use shared::{
    account::LogOutScope,
    app::AppState,
    auth::{caller::Caller, claims::TokenType},
    http::{
        body::Body,
        error::ApiError,
        request::{Flag, Ignored, Optional, Text},
    },
    request,
};

use crate::{legacy_token, token_pair::refused};

request! {
    /// The session to end.
    pub struct LogOutRequest {
        /// A refresh token of the session to end instead of the caller's own.
        refresh: Optional<Text>,
        /// Accepted from older apps, without effect: a session's push devices end with it.
        registration_id: Ignored,
    }
}

request! {
    /// The sessions to end.
    pub struct LogOutAllRequest {
        /// Whether the caller's own session stays.
        keep_current: Flag<false>,
    }
}

/// Logs out this device, or the one whose refresh token is sent.
///
/// Call it when the customer logs out, and delete the tokens whatever it answers. From the next
/// request on the session's tokens are refused, and its push devices get nothing. Earlier refresh
/// tokens of the session end it as well. A token of a session that has ended, or that is not the
/// caller's, is 401 `token_not_valid`. The limit of writes does not count it.
#[utoipa::path(post, path = "/api/logout-device/", operation_id = "logoutDevice", tag = crate::TAG,
    request_body(content = Option<LogOutRequest>, example = json!(crate::refresh_token::example())),
    responses((status = 204, description = "The session has ended.")))]
pub async fn log_out_device(
    State(app): State<AppState>,
    caller: Caller,
    Body(request): Body<LogOutRequest>,
) -> Result<StatusCode, ApiError> {
    let Some(token) = request.refresh else {
        caller.log_out(LogOutScope::Own).await?;
        return Ok(StatusCode::NO_CONTENT);
    };
    let session = match app
        .keyring()
        .verify(&token, TokenType::Refresh, app.settings.tokens()?, &app.store, app.now())
        .await?
    {
        Ok(claims) => claims.sid,
        Err(error) => {
            caller.alive().await?;
            // An app that stores no new refresh token has only that of the old stack.
            legacy_token::session_of(&app, &token).await?.ok_or_else(|| refused(error))?
        }
    };
    // The session is looked for in the caller's own account, so a stranger's is as absent as one
    // that has ended.
    if caller.log_out(LogOutScope::One(session)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::token_not_valid("Token is blacklisted"))
    }
}

/// Logs out all devices of the caller.
///
/// For a customer who has lost a phone. With `keep_current` the caller's own session stays. All
/// other tokens are refused from the next request on. The limit of writes does not count it.
#[utoipa::path(post, path = "/api/logout-all-devices/", operation_id = "logoutAllDevices",
    tag = crate::TAG,
    request_body(content = Option<LogOutAllRequest>, example = json!({"keep_current": true})),
    responses((status = 204, description = "The sessions have ended.")))]
pub async fn log_out_all_devices(
    caller: Caller,
    Body(request): Body<LogOutAllRequest>,
) -> Result<StatusCode, ApiError> {
    caller
        .log_out(if request.keep_current { LogOutScope::Others } else { LogOutScope::All })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
