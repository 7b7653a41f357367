//! The customer who makes a request. A handler learns nothing about it without a check that the
//! session is alive: beside a read, or before a write. That check also sees whether the request is
//! the first one of its generation.

pub(crate) mod acknowledging;
mod log_out;

use std::{future::Future, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use crate::{
    account::{Account, Generation, Liveness},
    app::AppState,
    auth::{
        caller::acknowledging::Acknowledging,
        claims::{Claims, TokenType},
    },
    http::{
        checked::Checked,
        error::ApiError,
        rate_limit::{Quota, RateLimits},
    },
    ids::{CustomerId, SessionId},
    limits::{Counted, to_next_minute},
    store::StoreError,
};

/// The bearer of a valid access token. The session is not looked up yet.
#[derive(Clone)]
pub struct Caller {
    app: AppState,
    claims: Arc<Claims>,
    limits: RateLimits,
    acknowledging: Acknowledging,
}

/// For operations that know only after reading the body whether they need a caller. Until then an
/// invalid `Authorization` header is ignored.
#[derive(Clone)]
pub struct LateCaller {
    app: AppState,
    headers: HeaderMap,
    limits: RateLimits,
    acknowledging: Acknowledging,
}

/// A caller whose session was alive at its lookup.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The customer.
    pub customer: CustomerId,
    /// The session of the presented token.
    pub session: SessionId,
    /// The account as it was read.
    pub account: Account,
}

impl Caller {
    /// Reads and verifies the bearer token. [`Caller::alongside`] and [`Caller::verified`] look up
    /// the session.
    pub(crate) async fn authenticate(
        app: &AppState,
        headers: &HeaderMap,
        limits: RateLimits,
        acknowledging: Acknowledging,
    ) -> Result<Self, ApiError> {
        let token = bearer_token(headers)?;
        let claims = app
            .keyring()
            .verify(token, TokenType::Access, app.settings.tokens()?, &app.store, app.now())
            .await?
            .map_err(|_| ApiError::bearer_token_not_valid())?;
        Ok(Self { app: app.clone(), claims: Arc::new(claims), limits, acknowledging })
    }

    /// Checks before a write that the session is alive, and counts the write. One trip, one read
    /// unit, one write unit.
    pub async fn verified(&self) -> Result<Verified, ApiError> {
        let (verified, within) = tokio::join!(self.look_up(), self.count_write());
        let verified = verified?;
        within.map(|()| verified)
    }

    /// Counts an authenticated write against the customer's limit. One trip, one write unit; none
    /// where the limit is off.
    ///
    /// Fails open: where the counter cannot be written, the request continues.
    async fn count_write(&self) -> Result<(), ApiError> {
        let quota = self.write_quota()?;
        if quota.most == 0 {
            return Ok(());
        }
        let now = self.app.now();
        match self.app.store.count_write(self.claims.user_id, quota.most, now).await {
            Ok(Counted::Within(used)) => self.limits.counted(quota, used, to_next_minute(now)),
            Ok(Counted::Over(wait)) => {
                self.limits.reached(quota, wait);
                return Err(ApiError::throttled(wait));
            }
            Err(error) => tracing::warn!(%error, "a write is not counted"),
        }
        Ok(())
    }

    /// Runs `read` with the customer's id, and at the same time checks that the session is alive.
    ///
    /// For reads; see [`Caller::alongside_write`] for operations that write afterwards.
    pub async fn alongside<T, F>(
        &self,
        read: impl FnOnce(CustomerId) -> F,
    ) -> Result<(Verified, T), ApiError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (verified, read) = tokio::join!(self.look_up(), read(self.claims.user_id));
        Ok((verified?, read?))
    }

    /// Like [`Caller::alongside`], and counts a write at the same time: one more write unit, no
    /// further trip.
    pub async fn alongside_write<T, F>(
        &self,
        read: impl FnOnce(CustomerId) -> F,
    ) -> Result<(Verified, T), ApiError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (read, within) = tokio::join!(self.alongside(read), self.count_write());
        let read = read?;
        within.map(|()| read)
    }

    /// Like [`Caller::alongside`], for an operation that writes only where something changes.
    /// Refuses where the customer's writes have reached their limit; [`Caller::counting`] counts
    /// this one. Half a read unit more, no further trip.
    pub async fn alongside_uncounted<T, F>(
        &self,
        read: impl FnOnce(CustomerId) -> F,
    ) -> Result<(Verified, T), ApiError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (read, within) = tokio::join!(self.alongside(read), self.check_writes());
        let read = read?;
        within.map(|()| read)
    }

    /// Runs a write after [`Caller::alongside_uncounted`], and counts it at the same time. Writes
    /// that were all begun before one was counted can exceed the limit.
    pub async fn counting<T>(&self, write: impl Future<Output = T>) -> T {
        let (written, _within) = tokio::join!(write, self.count_write());
        written
    }

    /// Fails open, as [`Caller::count_write`] does.
    async fn check_writes(&self) -> Result<(), ApiError> {
        let quota = self.write_quota()?;
        if quota.most == 0 {
            return Ok(());
        }
        match self.app.store.counted_writes(self.claims.user_id, self.app.now()).await {
            Ok(counted) if counted >= quota.most => Err(self.over(quota)),
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "a write is not checked against its limit");
                Ok(())
            }
        }
    }

    fn write_quota(&self) -> Result<Quota, ApiError> {
        let most = self.app.settings.writes()?.per_minute;
        Ok(Quota { name: "writes", most, window: 60 })
    }

    /// The answer to a write over the limit.
    fn over(&self, quota: Quota) -> ApiError {
        let wait = to_next_minute(self.app.now());
        self.limits.reached(quota, wait);
        ApiError::throttled(wait)
    }

    /// The answer to a write that failed because the account changed after the session's lookup.
    /// `account` is the account that the write found.
    pub fn refused(&self, account: Option<Account>) -> ApiError {
        match self.judge(account) {
            Err(error) => error,
            Ok(_) => ApiError::conflict("The account is being changed elsewhere."),
        }
    }

    /// Binds the cursors of lists to this caller.
    pub(crate) fn name_in_cursors(&self) -> String {
        self.claims.user_id.to_string()
    }

    async fn look_up(&self) -> Result<Verified, ApiError> {
        self.judge(self.app.store.account(self.claims.user_id).await?)
    }

    fn judge(&self, account: Option<Account>) -> Result<Verified, ApiError> {
        let account = account.ok_or_else(ApiError::user_not_found)?;
        match account.liveness(self.claims.sid, self.app.now()) {
            Liveness::Alive => {
                self.acknowledge(&account);
                Ok(Verified { customer: self.claims.user_id, session: self.claims.sid, account })
            }
            Liveness::Ended => Err(ApiError::bearer_token_not_valid()),
            Liveness::Inactive => Err(ApiError::user_inactive()),
        }
    }

    /// Records that the phone has the generation of the presented token, if `account` does not know
    /// it. A token without one was issued by an earlier version of the code and shows nothing.
    fn acknowledge(&self, account: &Account) {
        let (customer, session) = (self.claims.user_id, self.claims.sid);
        if let Some(number) = self.claims.generation
            && account.awaits_acknowledgement(session, number)
        {
            self.acknowledging.record(Generation { customer, session, number });
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let (limits, acknowledging) = (limits_of(parts), Acknowledging::of(parts));
        Self::authenticate(app, &parts.headers, limits, acknowledging).await
    }
}

impl FromRequestParts<AppState> for LateCaller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self {
            app: app.clone(),
            headers: parts.headers.clone(),
            limits: limits_of(parts),
            acknowledging: Acknowledging::of(parts),
        })
    }
}

impl LateCaller {
    /// Whether there is a bearer token, good or not.
    pub fn has_token(&self) -> Result<(), ApiError> {
        bearer_token(&self.headers).map(drop)
    }

    /// Reads and verifies the bearer token.
    pub async fn caller(&self) -> Result<Caller, ApiError> {
        let (limits, acknowledging) = (self.limits.clone(), self.acknowledging.clone());
        Caller::authenticate(&self.app, &self.headers, limits, acknowledging).await
    }
}

impl Checked for Caller {}

pub(super) fn limits_of(parts: &Parts) -> RateLimits {
    parts.extensions.get().cloned().unwrap_or_default()
}

/// The token of `Authorization: Bearer …`. A header of another form is refused with SimpleJWT's
/// messages.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(ApiError::not_authenticated)?;
    let header = header.to_str().map_err(|_| ApiError::bearer_token_not_valid())?;
    let mut words = header.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("Bearer"), Some(token), None) => Ok(token),
        // A client that has no token yet may send the scheme alone, where SimpleJWT says malformed.
        (Some("Bearer"), None, _) => Err(ApiError::not_authenticated()),
        (Some("Bearer"), ..) => Err(ApiError::malformed_authorization()),
        _ => Err(ApiError::not_authenticated()),
    }
}
