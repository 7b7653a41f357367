//! What the mock answers at a path that no operation has.

use std::future::{Ready, ready};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri};

use crate::http::{
    error::ApiError,
    error_format::{self, ErrorFormat},
    negotiate::Accept,
};

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
