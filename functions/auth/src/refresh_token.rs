//! `refresh_token_create`: a refresh token for a new pair. The answer may get lost on its way: the
//! same token gets the same successor again.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    account::{Rotation, Session, StaleRefresh, Successor},
    app::AppState,
    audit::{self, About, Event},
    auth::{
        claims::{Claims, TokenType},
        tokens::TokenError,
    },
    error_responses,
    http::{
        body::Body,
        error::ApiError,
        rate_limit::{Quota, RateLimits},
        request::Text,
    },
    limits::{Wait, to_next_minute},
    request,
};
use utoipa::ToSchema;

request! {
    /// A refresh token to exchange.
    pub struct RefreshRequest {
        /// The newest refresh token.
        refresh: Text,
    }
}

/// A new pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenPair {
    /// Goes into `Authorization: Bearer …`.
    access: String,
    /// Goes into the next refresh.
    refresh: String,
}

/// Exchanges a refresh token for a new pair.
///
/// A spent token gives the same new pair, byte for byte, for as long as the parameter
/// `RefreshGraceSeconds` says, so that a lost answer logs nobody out. After that it ends its
/// session. An `Authorization` header is ignored.
#[utoipa::path(post, path = "/api/refresh-token/", operation_id = "refresh_token_create",
    tag = crate::TAG, request_body(content = RefreshRequest, example = json!(example())),
    responses(
        (status = 200, description = "A new pair.", body = TokenPair,
            example = json!(pair_example())),
        Refused,
        TooManyRefreshes,
    ))]
pub async fn refresh_tokens(
    State(app): State<AppState>,
    limits: RateLimits,
    Body(request): Body<RefreshRequest>,
) -> Result<Json<TokenPair>, ApiError> {
    let now = app.now();
    let (tokens, refreshes) = (app.settings.tokens()?, app.settings.refreshes()?);
    let presented = app
        .keyring()
        .verify(&request.refresh, TokenType::Refresh, tokens, &app.store, now)
        .await?
        .map_err(refused)?;
    let generation = presented.generation.ok_or_else(|| refused(TokenError::Invalid))?;
    let made = Timestamp::from_second(presented.iat).map_err(|_| refused(TokenError::Invalid))?;
    let quota = Quota { name: "refreshes", most: refreshes.per_minute, window: 60 };
    let sessions = app.settings.sessions()?;
    let successor = Successor { now, kid: app.issuer()?.kid(), sessions, refreshes };
    let about = About { customer: Some(presented.user_id), session: Some(presented.sid) };
    match app.store.rotate(presented.user_id, presented.sid, generation, made, &successor).await? {
        Rotation::Rotated(account) => {
            let session = account
                .sessions
                .get(&presented.sid)
                .ok_or_else(|| ApiError::internal("a rotated session is gone"))?;
            if quota.most > 0 {
                limits.counted(quota, session.in_minute, to_next_minute(now));
            }
            pair(&app, &presented, session)
        }
        Rotation::Refused(None) => Err(ApiError::no_active_account()),
        Rotation::Refused(Some(account)) => {
            match account.judge_stale(presented.sid, generation, now, refreshes) {
                StaleRefresh::Repeat(session) => {
                    audit::record(&app, Event::RefreshRepeated, about);
                    pair(&app, &presented, &session)
                }
                StaleRefresh::TooMany(seconds) => {
                    limits.reached(quota, Wait(seconds));
                    Err(ApiError::throttled(Wait(seconds)))
                }
                StaleRefresh::Inactive => Err(ApiError::no_active_account()),
                StaleRefresh::Ended => Err(ApiError::token_not_valid("Token is blacklisted")),
                StaleRefresh::Replay => {
                    app.store.end_session(presented.user_id, presented.sid).await?;
                    audit::record(&app, Event::RefreshReplayed, about);
                    Err(ApiError::token_not_valid("Token is blacklisted"))
                }
            }
        }
    }
}

fn pair(
    app: &AppState,
    presented: &Claims,
    session: &Session,
) -> Result<Json<TokenPair>, ApiError> {
    let issuer = app.issuer()?;
    let refresh = issuer.refresh_token(presented.user_id, presented.sid, session);
    let access =
        issuer.access_token(presented.user_id, presented.sid, session, app.new_name(), app.now());
    match (access, refresh) {
        (Some(access), Some(refresh)) => Ok(Json(TokenPair { access, refresh })),
        _ => Err(ApiError::internal("no key for a session's tokens")),
    }
}

/// Why a token in a body is not taken.
pub(crate) fn refused(error: TokenError) -> ApiError {
    ApiError::token_not_valid(match error {
        TokenError::Invalid => "Token is invalid",
        TokenError::Expired => "Token is expired",
        TokenError::WrongType => "Token has wrong type",
    })
}

error_responses! {
    /// The token is not ours, expired, an access token, or spent; or the account may not be used.
    Refused: refused(TokenError::Invalid), ApiError::no_active_account();
    /// More refreshes in a minute than the parameter `RefreshesPerMinute` allows a session.
    TooManyRefreshes: ApiError::throttled(Wait(12));
}

/// A refresh token for the documentation.
pub(crate) fn example() -> Value {
    json!({"refresh":
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2ln"})
}

fn pair_example() -> Value {
    json!({
        "access": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2ln",
        "refresh": example()["refresh"]})
}
