//! The last messages that came into an inbox, by short hashes of their ids, so that a message that
//! is delivered again is known.
//!
//! A hash has 48 bits: of a billion messages one would be taken for an earlier one by mistake with
//! a probability of 1 in 4,000.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{hashes::ContentHash, inbox::octets};

/// How many messages are known.
pub const MOST_RECENT: usize = 64;
const BYTES: usize = 6;

/// Hashes of the last [`MOST_RECENT`] messages, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recent(#[serde(with = "octets")] Vec<u8>);

impl Recent {
    /// Whether a message is among them.
    pub fn has(&self, message: &ContentHash) -> bool {
        self.later_than(message).is_some()
    }

    /// Whether the next message takes the place of the oldest.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_RECENT * BYTES
    }

    /// How many came after a message; none where it is not known.
    pub(super) fn later_than(&self, message: &ContentHash) -> Option<usize> {
        let hash = short(message);
        self.0.rchunks_exact(BYTES).position(|known| known == hash)
    }

    /// Whether a message is the one after which so many came.
    pub(super) fn is(&self, message: &ContentHash, later: usize) -> bool {
        let known = self.0.rchunks_exact(BYTES).nth(later);
        known.is_some_and(|known| known == short(message))
    }

    /// With one more message.
    #[must_use]
    pub fn with(&self, message: &ContentHash) -> Self {
        let forgotten = if self.is_full() { BYTES } else { 0 };
        let mut hashes = self.0.get(forgotten..).unwrap_or_default().to_vec();
        hashes.extend(short(message));
        Self(hashes)
    }

    /// All hashes in base64url, eight characters each.
    pub fn shown(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

/// The first bytes of a hash.
fn short(message: &ContentHash) -> [u8; BYTES] {
    let whole = URL_SAFE_NO_PAD.decode(message.as_str()).unwrap_or_default();
    whole.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sixty_four_are_known() {
        let hash = |n: usize| ContentHash::of(&format!("m{n}"));
        let mut recent = Recent::default();
        for n in 0..70 {
            assert!(!recent.has(&hash(n)) && recent.is_full() == (n >= MOST_RECENT));
            recent = recent.with(&hash(n));
        }
        assert!((6..70).all(|n| recent.has(&hash(n))) && !(0..6).any(|n| recent.has(&hash(n))));
        assert_eq!(recent.shown().len(), MOST_RECENT * 8);
    }
}
