//! Reading and writing what the move-in remembers.

use jiff::{SignedDuration, Timestamp};
use table::{Item, Write, expiring_item, kinds, number};

use crate::{
    hashes::ContentHash,
    move_in::{MovedIn, keys},
    store::{Store, StoreError},
};

/// How long it is kept after the dump.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);

kinds! { MovedIn: "moved_in" }

/// Writes it of a user who has just moved in by a dump of this time. Two write units for each KB.
pub fn new_moved_in(
    user: &ContentHash,
    moved: &MovedIn,
    as_of: Timestamp,
) -> Result<Write, StoreError> {
    Ok(Write::new_item(stored(user, moved, as_of)?))
}

/// Writes it in place of its revision before. Two write units for each KB.
pub fn replace_moved_in(
    user: &ContentHash,
    moved: &MovedIn,
    as_of: Timestamp,
) -> Result<Write, StoreError> {
    let put = Write::put(stored(user, moved, as_of)?);
    Ok(put.when_is("revision", number(moved.revision - 1)))
}

pub(super) fn stored(
    user: &ContentHash,
    moved: &MovedIn,
    as_of: Timestamp,
) -> Result<Item, StoreError> {
    let expires = as_of.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
    expiring_item(keys::moved_in(user), moved, expires)
}

impl Store {
    /// What the move-in remembers of a user, strongly consistent. One trip, one read unit.
    pub async fn moved_in(&self, user: &ContentHash) -> Result<Option<MovedIn>, StoreError> {
        self.table.get(keys::moved_in(user), true).await
    }
}
