//! The id in a path, alone or before a body.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    response::Response,
};
use http::request::Parts;
use shared::{
    app::AppState,
    http::{
        checked::{self, Checked},
        error::ApiError,
    },
};

use crate::{api_response::not_an_id, read};

/// An int64 in the path.
pub(crate) struct PathId(pub(crate) i64);

/// An int64 in the path and a body, whose errors come first.
pub(crate) struct WithPathId<B>(pub(crate) i64, pub(crate) B);

impl FromRequestParts<AppState> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        read::path_id(&path.map_err(|_| not_an_id())?).map(Self)
    }
}

impl<B> FromRequest<AppState> for WithPathId<B>
where
    B: FromRequest<AppState, Rejection = ApiError> + Send,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let id = PathId::from_request_parts(&mut parts, app).await;
        let body = B::from_request(Request::from_parts(parts, body), app).await?;
        Ok(Self(id?.0, body))
    }
}

impl Checked for PathId {
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_head::<Self>(request, app).await
    }
}

impl<B> Checked for WithPathId<B>
where
    B: FromRequest<AppState, Rejection = ApiError> + Send,
{
    async fn check(request: &mut Request, app: &AppState) -> Result<(), Response> {
        checked::by_reading::<Self>(request, app).await
    }
}
