//! The answer to a refresh token that is taken, and to one that is not the newest.

use axum::Json;
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    account::{Account, Generation, MOST_REPEATS, Session, StaleRefresh},
    app::AppState,
    audit::{self, About, Event},
    auth::tokens::TokenError,
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
    },
    limits::{Wait, to_next_minute},
};
use utoipa::ToSchema;

/// A new pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenPair {
    /// Goes into `Authorization: Bearer …`.
    access: String,
    /// Goes into the next refresh.
    refresh: String,
}

/// The answer to a refresh token that moved its session to the next generation.
pub(crate) fn rotated(
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
/// whatever else it means. A replay of generation 0, a token of the old stack, ends the session
/// although it is expired: those live for a day by default, and their owners come later.
pub(crate) async fn stale(
    app: &AppState,
    limits: &RateLimits,
    presented: Generation,
    is_expired: bool,
    judged: StaleRefresh,
) -> Result<Json<TokenPair>, ApiError> {
    let about = About { customer: Some(presented.customer), session: Some(presented.session) };
    let throttled = |quota: Quota, seconds: i64| {
        limits.reached(quota, Wait(seconds));
        ApiError::throttled(Wait(seconds))
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
        StaleRefresh::Replay if !is_expired || presented.number == 0 => {
            end_as_stolen(app, presented).await?;
            audit::record(app, Event::RefreshReplayed, about);
            if is_expired { refused(TokenError::Expired) } else { blacklisted() }
        }
        _ if is_expired => refused(TokenError::Expired),
        StaleRefresh::TooMany(seconds) => throttled(per_minute(app)?, seconds),
        StaleRefresh::Inactive => ApiError::no_active_account(),
        StaleRefresh::Ended | StaleRefresh::Replay => blacklisted(),
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

/// The tokens of a session's newest generation.
pub(crate) fn pair(
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

/// The answer to a token that is spent, or whose session has ended.
pub(crate) fn blacklisted() -> ApiError {
    ApiError::token_not_valid("Token is blacklisted")
}

/// Why a token in a body is not taken.
pub(crate) fn refused(error: TokenError) -> ApiError {
    ApiError::token_not_valid(match error {
        TokenError::Invalid => "Token is invalid",
        TokenError::Expired => "Token is expired",
        TokenError::WrongType => "Token has wrong type",
    })
}
