//! The version of the app that a request comes from, where a handler keeps it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    http::{checked::Checked, checks::asking_app},
    version::AppVersion,
};

/// `X-App-Version`, where it can be read to its end.
#[derive(Debug)]
pub struct SentVersion(pub Option<AppVersion>);

impl<S: Sync> FromRequestParts<S> for SentVersion {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(asking_app(&parts.headers).version.and_then(AppVersion::read)))
    }
}

impl Checked for SentVersion {}
