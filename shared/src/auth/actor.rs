//! A customer or the operator, for operations that both may call.

use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};

use crate::{
    app::AppState,
    auth::{
        caller::{Caller, acknowledging::Acknowledging, bearer_token, limits_of},
        operator::Operator,
    },
    http::{checked::Checked, error::ApiError, rate_limit::RateLimits},
};

/// The bearer of an access token or of an operator token.
#[derive(Clone)]
pub enum Actor {
    /// The bearer of an access token. The session is not looked up yet.
    Customer(Caller),
    /// The bearer of an operator token.
    Operator(Operator),
}

impl Actor {
    /// Reads and verifies the bearer token.
    pub(crate) async fn authenticate(
        app: &AppState,
        headers: &HeaderMap,
        limits: RateLimits,
        acknowledging: Acknowledging,
    ) -> Result<Self, ApiError> {
        if let Some(operator) = Operator::authenticate(app, bearer_token(headers)?) {
            return operator.map(Self::Operator);
        }
        Caller::authenticate(app, headers, limits, acknowledging).await.map(Self::Customer)
    }
}

impl Checked for Actor {}

impl FromRequestParts<AppState> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        if let Some(actor) = parts.extensions.get::<Self>() {
            return Ok(actor.clone());
        }
        let (limits, acknowledging) = (limits_of(parts), Acknowledging::of(parts));
        Self::authenticate(app, &parts.headers, limits, acknowledging).await
    }
}
