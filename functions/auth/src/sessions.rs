//! `listSessions` and `revokeSession`: where the caller is logged in, and how to end that from
//! afar.

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    account::{Account, LogOutScope, SessionOut},
    app::AppState,
    auth::caller::Caller,
    http::error::ApiError,
    ids::SessionId,
};

/// Lists where the caller is logged in.
///
/// For a page on which customers see their devices and log one out with `revokeSession`. At most
/// twenty, the last used first.
#[utoipa::path(get, path = "/api/sessions/", operation_id = "listSessions", tag = crate::TAG,
    responses((status = 200, description = "The sessions that are alive.", body = Vec<SessionOut>,
        example = json!(example()))))]
pub async fn list_sessions(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<SessionOut>>, ApiError> {
    let verified = caller.alive().await?;
    Ok(Json(listed(&verified.account, verified.session, app.now())))
}

/// Ends a session of the caller.
///
/// From the next request on its tokens are refused, and its push devices get nothing. It may be
/// the caller's own. A session that has ended already is 404. The limit of writes does not count
/// it.
#[utoipa::path(delete, path = "/api/sessions/{id}/", operation_id = "revokeSession",
    tag = crate::TAG,
    params(("id" = String, Path, description = "The `id` in `listSessions`.", format = "uuid")),
    responses((status = 204, description = "The session has ended.")))]
pub async fn revoke_session(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let Ok(session) = id.parse() else {
        caller.alive().await?;
        return Err(ApiError::not_found());
    };
    if caller.log_out(LogOutScope::One(session)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}

fn listed(account: &Account, current: SessionId, now: Timestamp) -> Vec<SessionOut> {
    let shown =
        account.live_sessions(now).map(|(id, session)| SessionOut::new(id, session, current));
    let mut shown: Vec<SessionOut> = shown.collect();
    shown.sort_by_key(|session| std::cmp::Reverse((session.last_used, session.id)));
    shown
}

/// The sessions of the examples.
fn example() -> Value {
    json!([
        {"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "device_name": "Amal's phone",
            "platform": "ios", "created": "2026-11-20T08:30:00.000Z",
            "last_used": "2026-11-22T10:00:00.000Z", "current": true},
        {"id": "019aa1c2-77aa-7d20-8a31-0b1c2d3e4f50", "device_name": null,
            "platform": "web", "created": "2026-11-18T19:02:11.250Z",
            "last_used": "2026-11-21T07:45:09.004Z", "current": false}])
}
