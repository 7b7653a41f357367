//! Keys of what the move-in wrote.

use table::Key;

use crate::hashes::ContentHash;

/// What the move-in wrote of a user, by a keyed hash.
pub fn moved_in(user: &ContentHash) -> Key {
    Key::new(format!("MOVED#{}", user.as_str()), "STATE")
}
