//! The end of pets that strangers left.
//!
//! Invariant: a pet that expires goes by the same transaction as one that is deleted, and only
//! while its time is over: one that was written again meanwhile stays.

use jiff::Timestamp;

use crate::{
    petstore::PetChange,
    store::{Store, StoreError},
};

impl Store {
    /// Takes a pet whose time is over at `now`; false where it is not, or somebody else was faster.
    /// Two trips, the units of a deletion.
    pub async fn expire_pet(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let change = self
            .change_stored_pet(id, |stored| {
                let over = stored.is_some_and(|stored| !stored.is_alive(now));
                Ok(if over { PetChange::Delete } else { PetChange::Nothing })
            })
            .await?;
        Ok(change == PetChange::Delete)
    }
}
