//! Who calls. A handler learns nothing about its caller without the session's liveness being checked: beside a read, or before a write.

mod log_out;

use std::{future::Future, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use super::claims::{Claims, TokenType};
use crate::{
    app::AppState,
    http::error::ApiError,
    ids::{CustomerId, SessionId},
    model::account::{Account, Liveness},
    store::StoreError,
};

/// The bearer of a valid access token, whose session is not looked up yet.
#[derive(Clone)]
pub struct Caller {
    app: AppState,
    claims: Arc<Claims>,
}

/// For operations that turn out to need a caller only once their body is read; until then a bad `Authorization` header is ignored.
#[derive(Clone)]
pub struct LateCaller {
    app: AppState,
    headers: HeaderMap,
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
    /// Reads and verifies the bearer token. The session is not looked up: that is for [`Caller::alongside`] and [`Caller::verified`].
    pub(crate) async fn authenticate(app: &AppState, headers: &HeaderMap) -> Result<Self, ApiError> {
        let token = bearer_token(headers)?;
        let claims = app
            .keyring
            .verify(token, TokenType::Access, &app.config.tokens, &app.store, app.now())
            .await?
            .map_err(|_| ApiError::bearer_token_not_valid())?;
        Ok(Self { app: app.clone(), claims: Arc::new(claims) })
    }

    /// Checks that the session is alive, before a write. One trip, one read unit.
    pub async fn verified(&self) -> Result<Verified, ApiError> {
        let account = self.app.store.account(self.claims.user_id).await?;
        self.judge(account)
    }

    /// Checks that the session is alive beside `read`, which gets the customer's id: no trip more than the slower of the two.
    pub async fn alongside<T, F>(&self, read: impl FnOnce(CustomerId) -> F) -> Result<(Verified, T), ApiError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (account, read) = tokio::join!(self.app.store.account(self.claims.user_id), read(self.claims.user_id));
        let verified = self.judge(account?)?;
        Ok((verified, read?))
    }

    fn judge(&self, account: Option<Account>) -> Result<Verified, ApiError> {
        let account = account.ok_or_else(ApiError::user_not_found)?;
        match account.liveness(self.claims.sid, self.app.now()) {
            Liveness::Alive => Ok(Verified { customer: self.claims.user_id, session: self.claims.sid, account }),
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
            None => Self::authenticate(app, &parts.headers).await,
        }
    }
}

impl FromRequestParts<AppState> for LateCaller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self { app: app.clone(), headers: parts.headers.clone() })
    }
}

impl LateCaller {
    /// The caller, now that one is needed.
    pub async fn caller(&self) -> Result<Caller, ApiError> {
        Caller::authenticate(&self.app, &self.headers).await
    }
}

/// The token of `Authorization: Bearer …`, refused in SimpleJWT's words where the header is of another shape.
fn bearer_token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(ApiError::not_authenticated)?;
    let header = header.to_str().map_err(|_| ApiError::bearer_token_not_valid())?;
    let mut words = header.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("Bearer"), Some(token), None) => Ok(token),
        (Some("Bearer"), _, _) => Err(ApiError::malformed_authorization()),
        _ => Err(ApiError::not_authenticated()),
    }
}
