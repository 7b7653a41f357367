//! `refresh_token_create`: a refresh token for a new pair. The answer may get lost on its way: the
//! same token gets the same successor again, until it is known that the phone has it.

use axum::{Json, extract::State};
use serde_json::{Value, json};
use shared::{
    account::{Rotation, StaleRefresh, Successor},
    app::AppState,
    auth::tokens::TokenError,
    error_responses,
    http::{body::Body, error::ApiError, rate_limit::RateLimits, request::Text},
    limits::Wait,
    request,
};

use crate::{
    legacy_token,
    token_pair::{TokenPair, refused, rotated, stale},
};

request! {
    /// A refresh token to exchange.
    pub struct RefreshRequest {
        /// The newest refresh token.
        refresh: Text,
    }
}

/// Exchanges a refresh token for a new pair of tokens.
///
/// Call it when an access token has expired, once for all requests that wait. Store both tokens of
/// the answer before you use them. If the answer is lost, send the same refresh token again: until
/// a token of the new pair is used, the answer has the same new refresh token, byte for byte, with
/// a new access token, up to 20 times and for as long as the session lives. After that the spent
/// token works for `RefreshGraceSeconds`; later, and for older tokens at once, it ends the
/// session. A 401 means that the session has ended: show the log-in. An `Authorization` header is
/// ignored.
///
/// A refresh token of the stack that moved in is taken as well until `LegacyTokensUntil`: send it
/// as any other, and store the new one. By the same rules it is good for one session.
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
    app.with_published_keys(exchange(&app, &limits, &request)).await
}

async fn exchange(
    app: &AppState,
    limits: &RateLimits,
    request: &RefreshRequest,
) -> Result<Json<TokenPair>, ApiError> {
    let now = app.now();
    let (tokens, refreshes) = (app.settings.tokens()?, app.settings.refreshes()?);
    let sessions = app.settings.sessions()?;
    let token = &request.refresh;
    let presented = app
        .keyring()
        .verify_refresh_of_any_age(token, sessions.absolute, tokens, &app.store, now)
        .await?;
    let presented = match presented {
        Ok(presented) => presented,
        // What is not ours may be the old stack's: ours take no look at that.
        Err(TokenError::Invalid) => return legacy_token::exchange(app, limits, token).await,
        Err(error) => return Err(refused(error)),
    };
    let account = if presented.is_expired {
        app.store.account(presented.of.customer).await?
    } else {
        let successor = Successor { now, kid: app.issuer()?.kid(), sessions, refreshes };
        match app.store.rotate(presented.of, presented.made, &successor).await? {
            Rotation::Rotated(account) => {
                return rotated(app, limits, presented.of, &account);
            }
            Rotation::Refused(account) => account,
        }
    };
    let judged = match account {
        Some(account) => app.store.judge_stale(presented.of, account, now, refreshes).await?,
        None => StaleRefresh::Inactive,
    };
    stale(app, limits, presented.of, presented.is_expired, judged).await
}

error_responses! {
    /// The token is not ours, nor one of the stack that moved in; or it is expired, an access
    /// token, or spent; or the account may not be used.
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
