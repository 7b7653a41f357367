//! `refresh_token_create`: a refresh token for a new pair. The answer may get lost on its way: the
//! same token gets the same successor again, until it is known that the phone has it.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    account::{Account, Generation, MOST_REPEATS, Rotation, Session, StaleRefresh, Successor},
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

/// Exchanges a refresh token for a new pair of tokens.
///
/// Call it when an access token has expired, once for all requests that wait. Store both tokens of
/// the answer before you use them. If the answer is lost, send the same refresh token again: until
/// a token of the new pair is used, the answer has the same new refresh token, byte for byte, with
/// a new access token, up to 20 times and for as long as the session lives. After that the spent
/// token works for `RefreshGraceSeconds`; later, and for older tokens at once, it ends the
/// session. A 401 means that the session has ended: show the log-in. An `Authorization` header is
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
    let presented = app
        .keyring()
        .verify_refresh_of_any_age(&request.refresh, sessions.absolute, tokens, &app.store, now)
        .await?
        .map_err(refused)?;
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
    stale(app, limits, &presented, account).await
}

fn rotated(
    app: &AppState,
    limits: &RateLimits,
    presented: Generation,
    account: &Account,
) -> Result<Json<TokenPair>, ApiError> {
    let session = account
        .sessions
        .get(&presented.session)
        .ok_or_else(|| ApiError::internal("a rotated session is gone"))?;
    let quota = per_minute(app)?;
    if quota.most > 0 {
        limits.counted(quota, session.in_minute, to_next_minute(app.now()));
    }
    pair(app, presented, session)
}

/// The answer to a token that is not the newest, or was not accepted. An expired one may have a
/// successor that lives longer, which a phone that lost it gets again; otherwise it is expired,
/// whatever else it means.
async fn stale(
    app: &AppState,
    limits: &RateLimits,
    PresentedRefresh { of: presented, is_expired, .. }: &PresentedRefresh,
    account: Option<Account>,
) -> Result<Json<TokenPair>, ApiError> {
    let (presented, rules) = (*presented, app.settings.refreshes()?);
    let about = About { customer: Some(presented.customer), session: Some(presented.session) };
    let throttled = |quota: Quota, seconds: i64| {
        limits.reached(quota, Wait(seconds));
        ApiError::throttled(Wait(seconds))
    };
    let judged = match account {
        Some(account) => app.store.judge_stale(presented, account, app.now(), rules).await?,
        None => StaleRefresh::Inactive,
    };
    Err(match judged {
        StaleRefresh::Repeat(session) => {
            audit::record(app, Event::RefreshRepeated, about);
            return pair(app, presented, &session);
        }
        StaleRefresh::TooManyRepeats(seconds) => {
            let window = app.settings.sessions()?.idle.as_secs();
            throttled(Quota { name: "repeats", most: MOST_REPEATS, window }, seconds)
        }
        _ if *is_expired => refused(TokenError::Expired),
        StaleRefresh::TooMany(seconds) => throttled(per_minute(app)?, seconds),
        StaleRefresh::Inactive => ApiError::no_active_account(),
        StaleRefresh::Ended => ApiError::token_not_valid("Token is blacklisted"),
        StaleRefresh::Replay => {
            end_as_stolen(app, presented).await?;
            audit::record(app, Event::RefreshReplayed, about);
            ApiError::token_not_valid("Token is blacklisted")
        }
    })
}

/// Ends the session, and its tokens prove nothing from now on: neither the thief nor the owner is
/// known by them where codes are counted. One trip.
async fn end_as_stolen(app: &AppState, presented: Generation) -> Result<(), ApiError> {
    let until = app.now().saturating_add(app.settings.lanes()?.known_for).unwrap_or(Timestamp::MAX);
    let (ended, noted) = tokio::join!(
        app.store.end_session(presented.customer, presented.session),
        app.store.note_stolen(presented.session, until)
    );
    ended?;
    Ok(noted?)
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

fn per_minute(app: &AppState) -> Result<Quota, ApiError> {
    Ok(Quota { name: "refreshes", most: app.settings.refreshes()?.per_minute, window: 60 })
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
