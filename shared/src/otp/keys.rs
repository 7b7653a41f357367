//! Keys of sent codes.

use crate::{ids::ChallengeId, store::keys::Key};

/// A sent code.
pub fn challenge(id: ChallengeId) -> Key {
    Key::new(format!("OTP#{id}"), "CHALLENGE")
}
