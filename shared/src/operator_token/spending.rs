//! Spending a token: a part of the transaction of its movement.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Item, Write, expiring_item, kinds, record};

use crate::{
    operator_token::{TokenId, keys},
    store::StoreError,
};

/// How long a spent token is stored after it expires, so that no clock that is behind finds the
/// item gone and the token valid.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// The use of a token for one movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// The token.
    pub token: TokenId,
    /// When the token expires.
    pub expires: Timestamp,
    /// The movement, by the hash of its `Idempotency-Key`.
    pub movement: String,
}

/// What is stored of a spent token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SpentToken {
    movement: String,
}

kinds! { SpentToken: "spent_token" }

impl Spending {
    /// Writes that the token is spent, and sees by which movement where it was spent before. Two
    /// write units.
    pub(crate) fn write(&self) -> Result<Write, StoreError> {
        let spent = SpentToken { movement: self.movement.clone() };
        let until = self.expires.saturating_add(MARGIN).unwrap_or(self.expires);
        let key = keys::spent(self.token);
        Ok(Write::new_item(expiring_item(key, &spent, until)?))
    }

    /// Whether the item that refused [`Self::write`] is of this very movement: then the same
    /// request is about to be done, even if its answer is not there yet.
    pub(crate) fn is_of_same_movement(&self, stored: Option<Item>) -> Result<bool, StoreError> {
        let Some(stored) = stored else { return Ok(false) };
        Ok(record::<SpentToken>(stored)?.movement == self.movement)
    }
}

#[cfg(test)]
mod tests {
    use table::item;

    use super::*;

    #[test]
    fn the_same_movement_may_meet_its_own_token() {
        let spending = |movement: &str| Spending {
            token: "019aac3f-0000-7000-8000-000000000001".parse().unwrap(),
            expires: Timestamp::UNIX_EPOCH,
            movement: movement.to_owned(),
        };
        let stored = SpentToken { movement: "one".to_owned() };
        let stored = item(keys::spent(spending("one").token), &stored).unwrap();
        let same = |movement: &str| spending(movement).is_of_same_movement(Some(stored.clone()));
        assert!(same("one").unwrap());
        assert!(!same("two").unwrap());
        assert!(!spending("one").is_of_same_movement(None).unwrap());
    }
}
