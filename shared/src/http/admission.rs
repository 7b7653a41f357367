//! How the bearer of a request is checked, by the access of its operation.
//!
//! An operation has a pointer to its check, so that a function links only the checks of its own
//! operations.

use axum::extract::{FromRequestParts, Request};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{app::AppState, http::error::ApiError};

/// Checks the token of a request, and leaves the bearer in the request for the handler.
pub(crate) type Admission =
    for<'a> fn(&'a AppState, &'a mut Request) -> BoxFuture<'a, Result<(), ApiError>>;

/// Admits whoever the extractor `T` takes.
pub(crate) fn of<'a, T>(
    app: &'a AppState,
    request: &'a mut Request,
) -> BoxFuture<'a, Result<(), ApiError>>
where
    T: FromRequestParts<AppState, Rejection = ApiError> + Clone + Send + Sync + 'static,
{
    let check = async move {
        let (mut parts, body) = std::mem::take(request).into_parts();
        let bearer = T::from_request_parts(&mut parts, app).await;
        *request = Request::from_parts(parts, body);
        request.extensions_mut().insert(bearer?);
        Ok(())
    };
    check.boxed()
}

/// Admits the bearer of anything.
#[cfg(feature = "mock")]
pub(crate) fn any_bearer<'a>(
    _: &'a AppState,
    request: &'a mut Request,
) -> BoxFuture<'a, Result<(), ApiError>> {
    let token = crate::auth::caller::bearer_token(request.headers());
    std::future::ready(token.map(drop)).boxed()
}
