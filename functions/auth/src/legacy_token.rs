//! Refresh tokens of the stack that moved in: each is exchanged once for a session of ours, whose
//! generation 0 it is. So a lost answer is given again, and a replay ends the session, as with a
//! token of ours.
//!
//! Protocol: the signature is verified before anything is read; then the user and the token are
//! read in one trip; session and spent token are written in one transaction, so of any number of
//! exchanges at once one makes the session, and the others are refused by the token's item, which
//! names it.

use std::{ops::ControlFlow, sync::Once};

use axum::Json;
use jiff::Timestamp;
use shared::{
    account::{
        Account, Generation, Liveness, Rotation, Session, StaleRefresh, Status, Successor,
        add_moved_session,
    },
    app::AppState,
    audit::{self, About, Event},
    auth::tokens::TokenError,
    http::{error::ApiError, rate_limit::RateLimits},
    ids::{CustomerId, SessionId},
    legacy::{LegacyRefusal, LegacyStanding, LegacyToken, PresentedLegacy, Spent, exchange_token},
    subject,
};
use table::{Committed, Transaction, Verdict, record, retry};

use crate::token_pair::{TokenPair, blacklisted, pair, refused, rotated, stale};

/// So that a process warns once of a weak secret.
static WEAK: Once = Once::new();

/// How often an exchange is tried while the account changes.
const TRIES: u32 = 6;

/// Exchanges a refresh token of the old stack, while those are taken. Two trips, two read units and
/// four write units; two more for each further KB of the account, and a further trip where it has
/// as many sessions as there may be. Two trips for a repetition.
pub(crate) async fn exchange(
    app: &AppState,
    limits: &RateLimits,
    token: &str,
) -> Result<Json<TokenPair>, ApiError> {
    let (settings, now) = (app.settings.legacy()?, app.now());
    let Some(key) = settings.key(now) else { return Err(refused(TokenError::Invalid)) };
    let presented = PresentedLegacy::read(token, key, &settings.user_claim, now);
    let presented = presented.map_err(not_taken)?;
    if key.is_weak() {
        WEAK.call_once(|| tracing::warn!("LegacyTokenKey has less than 32 bytes"));
    }
    let LegacyStanding { user, spent } =
        app.store.legacy_standing(&presented.user, &presented.token).await?;
    if let Some(user) = &user {
        subject::note(user.customer);
    }
    match (spent, user) {
        (Some(Spent::Exchanged { session }), Some(user)) => {
            again(app, limits, &presented, user.customer, session).await
        }
        _ if presented.is_expired => Err(refused(TokenError::Expired)),
        (Some(Spent::Blacklisted), _) => Err(blacklisted()),
        (_, None) => Err(ApiError::no_active_account()),
        (None, Some(user)) => first(app, limits, &presented, user.customer).await,
    }
}

/// The session that a refresh token of the old stack was exchanged for, expired or not. One trip,
/// two read units; none for what is no such token.
pub(crate) async fn session_of(app: &AppState, token: &str) -> Result<Option<SessionId>, ApiError> {
    let (settings, now) = (app.settings.legacy()?, app.now());
    let presented = settings
        .key(now)
        .and_then(|key| PresentedLegacy::read(token, key, &settings.user_claim, now).ok());
    let Some(PresentedLegacy { user, token, .. }) = presented else { return Ok(None) };
    Ok(match app.store.legacy_standing(&user, &token).await?.spent {
        Some(Spent::Exchanged { session }) => Some(session),
        Some(Spent::Blacklisted) | None => None,
    })
}

/// What came of the transaction of an exchange.
enum Exchanged {
    Done(SessionId, Box<Session>),
    /// The token was spent meanwhile.
    Spent(Spent),
}

/// The answer to a token that was not exchanged yet.
async fn first(
    app: &AppState,
    limits: &RateLimits,
    presented: &PresentedLegacy,
    customer: CustomerId,
) -> Result<Json<TokenPair>, ApiError> {
    let attempt = |removed: Vec<SessionId>| try_exchange(app, presented, customer, removed);
    let exchanged = retry::on_refusal(TRIES, Vec::new(), attempt).await?;
    match exchanged {
        Some(Exchanged::Done(session, begun)) => {
            let about = About { customer: Some(customer), session: Some(session) };
            audit::record(app, Event::SessionMovedIn, about);
            pair(app, Generation { customer, session, number: 0 }, &begun)
        }
        Some(Exchanged::Spent(Spent::Exchanged { session })) => {
            again(app, limits, presented, customer, session).await
        }
        Some(Exchanged::Spent(Spent::Blacklisted)) => Err(blacklisted()),
        None => Err(ApiError::unavailable("an account kept changing under an exchange")),
    }
}

/// Writes the session and that the token is spent. One trip.
async fn try_exchange(
    app: &AppState,
    presented: &PresentedLegacy,
    customer: CustomerId,
    removed: Vec<SessionId>,
) -> Result<ControlFlow<Exchanged, Vec<SessionId>>, ApiError> {
    let (now, rules) = (app.now(), app.settings.sessions()?);
    let id = SessionId::moved_in(now, &*app.random);
    let mut session = Session::moved_in(now, presented.issued, app.issuer()?.kid(), rules);
    if !app.settings.legacy()?.rotates {
        // Nobody would notice a thief, who must not have it for longer than in the old stack.
        session.ends = session.ends.min(presented.expires);
    }
    let until = presented.expires.max(session.ends);
    let mut transaction = Transaction::new();
    let token = transaction.add(exchange_token(&presented.user, &presented.token, id, until)?);
    let account = transaction.add(add_moved_session(customer, id, &session, &removed)?);
    let mut refusals = match app.store.table.commit(transaction).await? {
        Committed::Done => return Ok(ControlFlow::Break(Exchanged::Done(id, Box::new(session)))),
        Committed::Refused(refusals) => refusals,
    };
    if let Verdict::Refused(Some(spent)) = refusals.of(token) {
        let spent = record::<LegacyToken>(spent)?.spent;
        return Ok(ControlFlow::Break(Exchanged::Spent(spent)));
    }
    let Verdict::Refused(Some(account)) = refusals.of(account) else {
        return Err(ApiError::no_active_account());
    };
    let account: Account = record(account)?;
    if account.status != Status::Active {
        return Err(ApiError::no_active_account());
    }
    if account.has_ended_all() {
        return Err(blacklisted());
    }
    Ok(ControlFlow::Continue(account.to_make_room(now)))
}

/// The answer to a token that was exchanged for `session` before.
async fn again(
    app: &AppState,
    limits: &RateLimits,
    presented: &PresentedLegacy,
    customer: CustomerId,
    session: SessionId,
) -> Result<Json<TokenPair>, ApiError> {
    let (now, rules) = (app.now(), app.settings.refreshes()?);
    let of = Generation { customer, session, number: 0 };
    if !app.settings.legacy()?.rotates && !presented.is_expired {
        return newest(app, limits, of).await;
    }
    let judged = app.store.judge_exchanged(customer, session, now, rules).await?;
    stale(app, limits, of, presented.is_expired, judged).await
}

/// The answer where apps keep the token of the old stack: the session's next generation, whichever
/// is its newest. Of requests at once all get one that is newest at that moment. Two trips.
async fn newest(
    app: &AppState,
    limits: &RateLimits,
    of: Generation,
) -> Result<Json<TokenPair>, ApiError> {
    let (now, refreshes) = (app.now(), app.settings.refreshes()?);
    let Some(account) = app.store.account(of.customer).await? else {
        return stale(app, limits, of, false, StaleRefresh::Inactive).await;
    };
    let (before, made) = match alive(&account, of.session, now) {
        Ok(session) => (Generation { number: session.generation, ..of }, session.rotated),
        Err(judged) => return stale(app, limits, of, false, judged).await,
    };
    let (kid, sessions) = (app.issuer()?.kid(), app.settings.sessions()?);
    let successor = Successor { now, kid, sessions, refreshes };
    let account = match app.store.rotate(before, made, &successor).await? {
        Rotation::Rotated(account) => return rotated(app, limits, before, &account),
        Rotation::Refused(account) => account.ok_or_else(ApiError::no_active_account)?,
    };
    match alive(&account, of.session, now) {
        Ok(session) if session.generation != before.number => pair(app, of, session),
        Ok(_) => {
            let judged = account.judge_stale(of.session, before.number, now, refreshes);
            stale(app, limits, of, false, judged).await
        }
        Err(judged) => stale(app, limits, of, false, judged).await,
    }
}

fn alive(account: &Account, id: SessionId, now: Timestamp) -> Result<&Session, StaleRefresh> {
    match (account.liveness(id, now), account.sessions.get(&id)) {
        (Liveness::Alive, Some(session)) => Ok(session),
        (Liveness::Inactive, _) => Err(StaleRefresh::Inactive),
        _ => Err(StaleRefresh::Ended),
    }
}

/// Why a token is not taken, in the words of SimpleJWT.
fn not_taken(refusal: LegacyRefusal) -> ApiError {
    match refusal {
        LegacyRefusal::Invalid => refused(TokenError::Invalid),
        LegacyRefusal::Expired => refused(TokenError::Expired),
        LegacyRefusal::WrongType => refused(TokenError::WrongType),
        LegacyRefusal::NoExpiry => ApiError::token_not_valid("Token has no 'exp' claim"),
        LegacyRefusal::NoId => ApiError::token_not_valid("Token has no id"),
        LegacyRefusal::NoType => ApiError::token_not_valid("Token has no type"),
        LegacyRefusal::NoUser => ApiError::no_active_account(),
    }
}
