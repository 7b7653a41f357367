//! Sessions that ended because their refresh token was stolen: their tokens prove nothing any more.

use jiff::Timestamp;
use table::{SET_EXPIRY, Write};

use crate::{
    ids::SessionId,
    limits::keys,
    store::{Store, StoreError},
};

impl Store {
    /// Notes until `until` that a session ended as stolen. One trip, one write unit.
    pub async fn note_stolen(
        &self,
        session: SessionId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let note = Write::update(keys::stolen_session(session), &format!("SET {SET_EXPIRY}"));
        self.table.write(note.expiring(until)).await.map(drop)
    }

    /// Whether a session ended as stolen. One trip, one read unit.
    pub async fn ended_as_stolen(&self, session: SessionId) -> Result<bool, StoreError> {
        Ok(self.table.get_item(keys::stolen_session(session), true).await?.is_some())
    }
}
