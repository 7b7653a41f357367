//! Who calls. A handler learns nothing about its caller without the session's liveness being
//! checked: beside a read, or before a write.

mod log_out;

use std::{future::Future, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use crate::{
    account::{Account, Liveness},
    app::AppState,
    auth::{
        claims::{Claims, TokenType},
        operator::{Actor, Operator},
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

/// The bearer of a valid access token, whose session is not looked up yet.
#[derive(Clone)]
pub struct Caller {
    app: AppState,
    claims: Arc<Claims>,
    limits: RateLimits,
}

/// For operations that turn out to need a caller only once their body is read; until then a bad
/// `Authorization` header is ignored.
#[derive(Clone)]
pub struct LateCaller {
    app: AppState,
    headers: HeaderMap,
    limits: RateLimits,
}

/// A caller whose session was alive when it was looked up.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The customer.
    pub customer: CustomerId,
    /// The session of the presented token.
    pub session: SessionId,
    /// The account, as it was read.
    pub account: Account,
}

impl Caller {
    /// Reads and verifies the bearer token. The session is not looked up: that is for
    /// [`Caller::alongside`] and [`Caller::verified`].
    pub(crate) async fn authenticate(
        app: &AppState,
        headers: &HeaderMap,
        limits: RateLimits,
    ) -> Result<Self, ApiError> {
        let token = bearer_token(headers)?;
        let claims = app
            .keyring
            .verify(token, TokenType::Access, &app.config.tokens, &app.store, app.now())
            .await?
            .map_err(|_| ApiError::bearer_token_not_valid())?;
        Ok(Self { app: app.clone(), claims: Arc::new(claims), limits })
    }

    /// Checks that the session is alive, before a write, and counts the write. One trip, one read
    /// unit, one write unit.
    pub async fn verified(&self) -> Result<Verified, ApiError> {
        let (account, within) =
            tokio::join!(self.app.store.account(self.claims.user_id), self.count_write());
        let verified = self.judge(account?)?;
        within.map(|()| verified)
    }

    /// Counts an authenticated write against the customer's limit. One trip, one write unit; none
    /// where the limit is switched off.
    ///
    /// For operations whose one write checks the session by its own condition, to be done beside it
    /// or before. Fails open: without the counter the write goes on.
    async fn count_write(&self) -> Result<(), ApiError> {
        let quota = Quota { name: "writes", most: self.app.config.writes_per_minute, window: 60 };
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

    /// Checks that the session is alive beside `read`, which gets the customer's id: no trip more
    /// than the slower of the two.
    ///
    /// For reads; [`Caller::alongside_write`] counts what goes on to write.
    pub async fn alongside<T, F>(
        &self,
        read: impl FnOnce(CustomerId) -> F,
    ) -> Result<(Verified, T), ApiError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (account, read) =
            tokio::join!(self.app.store.account(self.claims.user_id), read(self.claims.user_id));
        let verified = self.judge(account?)?;
        Ok((verified, read?))
    }

    /// The same before a write, which is counted beside both: one write unit more, no trip.
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

    /// What to answer where a write found the account, as it gives it back, otherwise than when the
    /// session was looked up.
    pub fn refused(&self, account: Option<Account>) -> ApiError {
        match self.judge(account) {
            Err(error) => error,
            Ok(_) => ApiError::conflict("The account is being changed elsewhere."),
        }
    }

    /// What cursors of this caller's lists are bound to.
    pub(crate) fn name_in_cursors(&self) -> String {
        self.claims.user_id.to_string()
    }

    fn judge(&self, account: Option<Account>) -> Result<Verified, ApiError> {
        let account = account.ok_or_else(ApiError::user_not_found)?;
        match account.liveness(self.claims.sid, self.app.now()) {
            Liveness::Alive => {
                Ok(Verified { customer: self.claims.user_id, session: self.claims.sid, account })
            }
            Liveness::Ended => Err(ApiError::bearer_token_not_valid()),
            Liveness::Inactive => Err(ApiError::user_inactive()),
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        match parts.extensions.get::<Self>() {
            Some(caller) => Ok(caller.clone()),
            None => Self::authenticate(app, &parts.headers, limits_of(parts)).await,
        }
    }
}

impl Actor {
    /// Reads and verifies the bearer token, the operator's or a customer's.
    pub(crate) async fn authenticate(
        app: &AppState,
        headers: &HeaderMap,
        limits: RateLimits,
    ) -> Result<Self, ApiError> {
        match Operator::authenticate(app, bearer_token(headers)?) {
            Some(operator) => operator.map(Self::Operator),
            None => Caller::authenticate(app, headers, limits).await.map(Self::Customer),
        }
    }
}

impl FromRequestParts<AppState> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        match parts.extensions.get::<Self>() {
            Some(actor) => Ok(actor.clone()),
            None => Self::authenticate(app, &parts.headers, limits_of(parts)).await,
        }
    }
}

impl FromRequestParts<AppState> for LateCaller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self { app: app.clone(), headers: parts.headers.clone(), limits: limits_of(parts) })
    }
}

impl LateCaller {
    /// The caller, now that one is needed.
    pub async fn caller(&self) -> Result<Caller, ApiError> {
        Caller::authenticate(&self.app, &self.headers, self.limits.clone()).await
    }
}

impl Checked for Caller {}
impl Checked for Actor {}
impl Checked for LateCaller {}

fn limits_of(parts: &Parts) -> RateLimits {
    parts.extensions.get().cloned().unwrap_or_default()
}

/// The token of `Authorization: Bearer …`, refused in SimpleJWT's words where the header is of
/// another shape.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(ApiError::not_authenticated)?;
    let header = header.to_str().map_err(|_| ApiError::bearer_token_not_valid())?;
    let mut words = header.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("Bearer"), Some(token), None) => Ok(token),
        (Some("Bearer"), _, _) => Err(ApiError::malformed_authorization()),
        _ => Err(ApiError::not_authenticated()),
    }
}
