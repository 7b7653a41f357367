//! What became of the last messages that came into an inbox.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::inbox::octets;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum State {
    /// It is an item.
    There = 1,
    /// It is an item that was marked as read by itself.
    Read = 2,
    /// It is no item: it was deleted by itself, or is for apps alone.
    Gone = 3,
}

/// The states of the newest messages of [`Recent`], two bits for each, the newest one's lowest. Two
/// zero bits end the list.
///
/// Invariant: every change of single items notes their states, in the same transaction; marks up to
/// which all is read or deleted stand beside them. A version that does not know states drops all of
/// them with its first change.
///
/// [`Recent`]: crate::inbox::Recent
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States(u128);

const BITS: u32 = 2;
const MASK: u128 = 0b11;

impl States {
    pub(super) fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// All bits in base64url.
    pub(super) fn shown(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_be_bytes())
    }

    /// With that of one more message; the 64th before it is forgotten.
    #[must_use]
    pub(super) fn with(self, state: State) -> Self {
        Self(self.0 << BITS | state as u128)
    }

    /// Changes that of the message after which so many came, if it is known.
    pub(super) fn set(&mut self, later: usize, state: State) {
        let place = u32::try_from(later).unwrap_or(u32::MAX).saturating_mul(BITS);
        if self.at(place).is_some() {
            self.0 = self.0 & !(MASK << place) | (state as u128) << place;
        }
    }

    /// All that are known, newest first.
    pub(super) fn newest_first(self) -> impl Iterator<Item = State> {
        (0..u128::BITS).step_by(BITS as usize).map_while(move |place| self.at(place))
    }

    fn at(self, place: u32) -> Option<State> {
        let bits = self.0.checked_shr(place)? & MASK;
        [State::There, State::Read, State::Gone].into_iter().find(|state| *state as u128 == bits)
    }
}

impl Serialize for States {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        octets::serialize(&self.0.to_be_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for States {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = octets::deserialize(deserializer)?;
        // Of another form, nothing is known.
        Ok(Self(bytes.try_into().map_or(0, u128::from_be_bytes)))
    }
}
