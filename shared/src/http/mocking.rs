//! What passes between the routes of the mock and the mock.

use std::future::{Ready, ready};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Uri};

use crate::{
    app::AppState,
    http::{
        error::ApiError,
        error_format::{self, ErrorFormat},
        negotiate::Accept,
    },
};

/// The checks of an operation's arguments.
pub(crate) type Check = fn(Request, AppState) -> BoxFuture<'static, Result<(), Response>>;

/// Answers a request that passed all checks.
pub type Answer = fn(AppState, MockedRequest) -> BoxFuture<'static, Result<Response, ApiError>>;

/// A request that passed all checks.
#[derive(Debug)]
pub struct MockedRequest {
    /// The path of its operation, as the document writes it.
    pub path: String,
    /// Its method.
    pub method: Method,
    /// Its headers.
    pub headers: HeaderMap,
}

/// Answers where there is no path, in the format of the group that would have it.
pub(crate) fn no_such_path(
    formats: Vec<(String, ErrorFormat)>,
) -> impl Fn(Uri, HeaderMap) -> Ready<Response> + Clone {
    move |uri, headers| {
        let mut response = ApiError::no_such_path().into_response();
        if let Some((_, format)) = formats.iter().find(|(base, _)| uri.path().starts_with(base)) {
            error_format::write_for_good(*format, &mut response, &Accept::of(&headers));
        }
        ready(response)
    }
}
