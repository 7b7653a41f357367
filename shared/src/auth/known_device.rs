//! A device that logged in before, known by a refresh token of any generation: it opens no session,
//! but its requests for codes are counted apart from those of strangers.
//!
//! Invariant: a token that proves nothing is ignored, and no answer tells why.

use crate::{
    app::AppState,
    hashes::PhoneHash,
    http::error::ApiError,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// A device that presented a refresh token which we signed. Whose phone it is is not known yet.
#[derive(Debug, Clone, Copy)]
pub struct PresentedDevice {
    customer: CustomerId,
    /// The session of the token, alive or not.
    pub session: SessionId,
}

impl PresentedDevice {
    /// Reads a refresh token, which may be spent or expired. No trip in a function that has the
    /// token secret.
    pub async fn of(app: &AppState, token: Option<&str>) -> Result<Option<Self>, ApiError> {
        let Some(token) = token else { return Ok(None) };
        let (tokens, known_for) = (app.settings.tokens()?, app.settings.lanes()?.known_for);
        let presented = app
            .keyring()
            .verify_refresh_of_any_age(token, known_for, tokens, &app.store, app.now())
            .await?;
        Ok(presented.ok().map(|presented| Self {
            customer: presented.of.customer,
            session: presented.of.session,
        }))
    }

    /// Whether the customer has this phone, and the session did not end as stolen. One trip, two
    /// read units.
    pub async fn has_phone(&self, store: &Store, phone: &PhoneHash) -> Result<bool, StoreError> {
        let (account, is_stolen) =
            tokio::join!(store.account(self.customer), store.ended_as_stolen(self.session));
        let (account, is_stolen) = (account?, is_stolen?);
        Ok(!is_stolen && account.is_some_and(|account| account.phone == *phone))
    }
}
