//! The headers of a request. The operations here read nothing else of its head but the query, so
//! the headers are taken out of it; axum's extractor copies them.

use std::{convert::Infallible, mem};

use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};
use shared::http::checked::Checked;

/// All headers.
pub(crate) struct Headers(pub(crate) HeaderMap);

impl<S: Send + Sync> FromRequestParts<S> for Headers {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(mem::take(&mut parts.headers)))
    }
}

impl Checked for Headers {}
