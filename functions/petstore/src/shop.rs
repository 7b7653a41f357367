//! What a handler works with: the table with the samples in it, and whether the caller may come in.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use shared::{
    app::AppState,
    http::{checked::Checked, error::ApiError},
    store::Store,
};
use tokio::sync::OnceCell;

/// The key that the document tells everybody.
const KEY: &str = "special-key";

/// The shop, with the samples in it. The first request of a process takes a trip, of one read unit,
/// to find them.
pub(crate) struct Shop {
    app: AppState,
    item_life: SignedDuration,
}

/// A caller that may do what the document declares `api_key` for.
pub(crate) struct Keyed;

/// A caller that may do what the document declares `petstore_auth` for.
pub(crate) struct Granted;

/// Whether this process knows that the samples are there.
#[derive(Clone, Default)]
pub(crate) struct Loaded(Arc<OnceCell<()>>);

impl Shop {
    pub(crate) fn store(&self) -> &Store {
        &self.app.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// When what is written now counts as absent.
    pub(crate) fn until(&self) -> Timestamp {
        self.now().saturating_add(self.item_life).unwrap_or(Timestamp::MAX)
    }
}

impl FromRequestParts<AppState> for Shop {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let loaded = parts.extensions.get::<Loaded>().cloned().unwrap_or_default();
        loaded.0.get_or_try_init(|| app.store.load_samples(app.now())).await?;
        Ok(Self { app: app.clone(), item_life: app.settings.shop()?.item_life })
    }
}

impl FromRequestParts<AppState> for Keyed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        admit(app, parts.headers.get("api_key").map(|key| key == KEY)).map(|()| Self)
    }
}

impl FromRequestParts<AppState> for Granted {
    type Rejection = ApiError;

    /// Nobody here gives tokens, so the key that everybody knows stands for one.
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        admit(app, token.map(|(_, token)| token.trim() == KEY)).map(|()| Self)
    }
}

/// The mock has no shop, and asks for no key.
impl Checked for Shop {}
impl Checked for Keyed {}
impl Checked for Granted {}

fn admit(app: &AppState, shown: Option<bool>) -> Result<(), ApiError> {
    match shown {
        _ if !app.settings.shop()?.authenticates => Ok(()),
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::bearer_token_not_valid()),
        None => Err(ApiError::not_authenticated()),
    }
}
