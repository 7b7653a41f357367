//! Keys of sent codes.

use table::Key;

use crate::ids::ChallengeId;

/// A sent code.
pub fn challenge(id: ChallengeId) -> Key {
    Key::new(format!("OTP#{id}"), "CHALLENGE")
}
