//! What a handler works with: the table with the samples in it, and whether the caller may come in.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use jiff::Timestamp;
use shared::{
    app::AppState,
    http::{checked::Checked, error::ApiError},
    store::Store,
};
use tokio::sync::OnceCell;

/// The key that the document tells everybody.
const KEY: &str = "special-key";

/// The shop, with the samples in it. Getting it costs a trip, of one read unit, in the first
/// request of a process.
pub(crate) struct Shop(AppState);

/// A caller that may do what the document declares `api_key` for.
pub(crate) struct Keyed;

/// A caller that may do what the document declares `petstore_auth` for.
pub(crate) struct Granted;

/// Whether this process knows that the samples are there.
#[derive(Default)]
struct Loaded(OnceCell<()>);

impl Shop {
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// When what is written now counts as absent.
    pub(crate) fn until(&self) -> Timestamp {
        self.now().saturating_add(self.0.config.petstore.item_life).unwrap_or(Timestamp::MAX)
    }
}

impl FromRequestParts<AppState> for Shop {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let loaded = app.own::<Loaded>();
        loaded.0.get_or_try_init(|| app.store.load_samples(app.now())).await?;
        Ok(Self(app.clone()))
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
        _ if !app.config.petstore.authenticates => Ok(()),
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::bearer_token_not_valid()),
        None => Err(ApiError::not_authenticated()),
    }
}
