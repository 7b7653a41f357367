//! `refresh_token_create`: a refresh token for a new pair. The answer may get lost on its way: the
//! same token gets the same successor again, until it is known that the phone has it.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    account::{Generation, Rotation, Session, StaleRefresh, Successor},
    app::AppState,
    audit::{self, About, Event},
    auth::tokens::{PresentedRefresh, TokenError},
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
/// Store the new refresh token before the new access token is used. If the answer is lost, present
/// the same refresh token again: until a token of the new pair is used, the answer has the same new
/// refresh token, byte for byte, with a new access token, up to 20 times and for as long as the
/// session lives. The same holds for `RefreshGraceSeconds` after that, for requests that an app
/// sends at once. Later, and for still older tokens, the session ends. An `Authorization` header is
/// ignored.
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
    let sessions = app.settings.sessions()?;
    let presented = app
        .keyring
        .verify_refresh_of_any_age(&request.refresh, sessions.absolute, tokens, &app.store, now)
        .await?
        .map_err(refused)?;
    if presented.is_expired {
        return repeat_of_expired(&app, &presented, now).await;
    }
    let successor = Successor { now, kid: app.issuer()?.kid(), sessions, refreshes };
    let account = match app.store.rotate(presented.of, presented.made, &successor).await? {
        Rotation::Rotated(account) => {
            let session = account
                .sessions
                .get(&presented.of.session)
                .ok_or_else(|| ApiError::internal("a rotated session is gone"))?;
            if refreshes.per_minute > 0 {
                let quota = per_minute(refreshes.per_minute);
                limits.counted(quota, session.in_minute, to_next_minute(now));
            }
            return pair(&app, presented.of, session);
        }
        Rotation::Refused(account) => account.ok_or_else(ApiError::no_active_account)?,
    };
    match app.store.judge_stale(presented.of, account, now, refreshes).await? {
        StaleRefresh::Repeat(session) => repeat(&app, presented.of, &session),
        StaleRefresh::TooManyRepeats(seconds) => Err(ApiError::throttled(Wait(seconds))),
        StaleRefresh::TooMany(seconds) => {
            limits.reached(per_minute(refreshes.per_minute), Wait(seconds));
            Err(ApiError::throttled(Wait(seconds)))
        }
        StaleRefresh::Inactive => Err(ApiError::no_active_account()),
        StaleRefresh::Ended => Err(ApiError::token_not_valid("Token is blacklisted")),
        StaleRefresh::Replay => {
            app.store.end_session(presented.of.customer, presented.of.session).await?;
            audit::record(&app, Event::RefreshReplayed, about(presented.of));
            Err(ApiError::token_not_valid("Token is blacklisted"))
        }
    }
}

/// The answer to an expired token. Its successor may live longer, and a phone that lost it gets it
/// again; whatever else the token means, it is expired.
async fn repeat_of_expired(
    app: &AppState,
    presented: &PresentedRefresh,
    now: Timestamp,
) -> Result<Json<TokenPair>, ApiError> {
    let account = app.store.account(presented.of.customer).await?;
    let expired = || refused(TokenError::Expired);
    let (account, rules) = (account.ok_or_else(expired)?, app.settings.refreshes()?);
    match app.store.judge_stale(presented.of, account, now, rules).await? {
        StaleRefresh::Repeat(session) => repeat(app, presented.of, &session),
        StaleRefresh::TooManyRepeats(seconds) => Err(ApiError::throttled(Wait(seconds))),
        _ => Err(expired()),
    }
}

fn repeat(
    app: &AppState,
    presented: Generation,
    session: &Session,
) -> Result<Json<TokenPair>, ApiError> {
    audit::record(app, Event::RefreshRepeated, about(presented));
    pair(app, presented, session)
}

fn pair(
    app: &AppState,
    Generation { customer, session: id, .. }: Generation,
    session: &Session,
) -> Result<Json<TokenPair>, ApiError> {
    let issuer = app.issuer()?;
    let refresh = issuer.refresh_token(customer, id, session);
    let access = issuer.access_token(customer, id, session, app.new_name(), app.now());
    match (access, refresh) {
        (Some(access), Some(refresh)) => Ok(Json(TokenPair { access, refresh })),
        _ => Err(ApiError::internal("no key for a session's tokens")),
    }
}

fn about(presented: Generation) -> About {
    About { customer: Some(presented.customer), session: Some(presented.session) }
}

fn per_minute(most: u32) -> Quota {
    Quota { name: "refreshes", most, window: 60 }
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
    /// More refreshes in a minute than the parameter `RefreshesPerMinute` allows a session, or more
    /// than 20 repetitions of one answer.
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
