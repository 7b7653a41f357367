//! How the bearer of a request is checked, by the access of its operation.
//!
//! An operation has a pointer to its check, so that a function links only the checks of its own
//! operations.

use axum::extract::Request;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    app::AppState,
    auth::{actor::Actor, caller::Caller},
    http::{error::ApiError, rate_limit::RateLimits},
};

/// Checks the token of a request, and leaves the bearer in the request for the handler.
pub(crate) type Admission = for<'a> fn(
    &'a AppState,
    &'a mut Request,
    &'a RateLimits,
) -> BoxFuture<'a, Result<(), ApiError>>;

/// Admits the bearer of an access token.
pub(crate) fn bearer<'a>(
    app: &'a AppState,
    request: &'a mut Request,
    limits: &'a RateLimits,
) -> BoxFuture<'a, Result<(), ApiError>> {
    let check = async move {
        let caller = Caller::authenticate(app, request.headers(), limits.clone()).await?;
        request.extensions_mut().insert(caller);
        Ok(())
    };
    check.boxed()
}

/// Admits the bearer of an access token or of an operator token.
pub(crate) fn bearer_or_operator<'a>(
    app: &'a AppState,
    request: &'a mut Request,
    limits: &'a RateLimits,
) -> BoxFuture<'a, Result<(), ApiError>> {
    let check = async move {
        let actor = Actor::authenticate(app, request.headers(), limits.clone()).await?;
        request.extensions_mut().insert(actor);
        Ok(())
    };
    check.boxed()
}

/// Admits the bearer of anything.
#[cfg(feature = "mock")]
pub(crate) fn any_bearer<'a>(
    _: &'a AppState,
    request: &'a mut Request,
    _: &'a RateLimits,
) -> BoxFuture<'a, Result<(), ApiError>> {
    std::future::ready(crate::auth::caller::bearer_token(request.headers()).map(drop)).boxed()
}
