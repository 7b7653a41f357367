//! A device that logged in before, known by a refresh token of any generation: it opens no session,
//! but its requests for codes are counted apart from those of strangers.
//!
//! Invariant: a token that proves nothing is ignored, and no answer tells why.

use jiff::Timestamp;
use table::{SET_EXPIRY, Write};

use crate::{
    app::AppState,
    auth::{
        claims::TokenType,
        tokens::{VerifyingKey, kid_of, verify},
    },
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    limits::keys,
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
    /// Reads a refresh token, spent or expired ones too. No trip.
    pub fn of(app: &AppState, token: Option<&str>) -> Option<Self> {
        let (token, tokens) = (token?, app.settings.tokens().ok()?);
        let kid = kid_of(token)?;
        let published = app.issuer().ok()?.published();
        let key = published.iter().find(|key| key.kid == kid)?;
        let key = VerifyingKey::new(&key.x)?;
        // Its age is judged by when it was issued, not by when it expires.
        let claims = verify(token, &key, TokenType::Refresh, tokens, Timestamp::UNIX_EPOCH).ok()?;
        let age = app.now().as_second() - claims.iat;
        let known_for = app.settings.lanes().ok()?.known_for.as_secs();
        (age < known_for).then_some(Self { customer: claims.user_id, session: claims.sid })
    }

    /// Whether the customer has this phone, and the session did not end as stolen. One trip, two
    /// read units.
    pub async fn has_phone(&self, store: &Store, phone: &PhoneHash) -> Result<bool, StoreError> {
        let (account, stolen) = tokio::join!(
            store.account(self.customer),
            store.table.get_item(keys::stolen_session(self.session), true)
        );
        let (account, stolen) = (account?, stolen?);
        Ok(stolen.is_none() && account.is_some_and(|account| account.phone == *phone))
    }
}

impl Store {
    /// Notes until `until` that a session ended as stolen. One trip, two write units.
    pub async fn note_stolen(
        &self,
        session: SessionId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let note = Write::update(keys::stolen_session(session), &format!("SET {SET_EXPIRY}"));
        self.table.write(note.expiring(until)).await.map(drop)
    }
}
