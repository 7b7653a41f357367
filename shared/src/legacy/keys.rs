//! Keys of what the old stack left.
//!
//! Invariant: a text of the old stack stands in a key as it is only where it is short and has no
//! character with a meaning there; otherwise its hash does. The two forms cannot meet.

use table::Key;

use crate::{
    hashes::ContentHash,
    legacy::{LegacyId, TokenName},
};

/// The longest text that stands in a key as it is: a UUID has 36.
const LONGEST_AS_IT_IS: usize = 64;

/// The partition of a user.
pub(crate) fn partition(user: &LegacyId) -> String {
    format!("LEGACY#{}", in_key(user.as_str()))
}

/// The customer that a user became.
pub fn user(user: &LegacyId) -> Key {
    Key::new(partition(user), "USER")
}

/// That a refresh token of a user is spent.
pub fn token(user: &LegacyId, token: &TokenName) -> Key {
    Key::new(partition(user), format!("TOKEN#{}", in_key(token.as_str())))
}

/// What stands at a place in the partition of a user.
pub(crate) fn at(user: &LegacyId, place: &str) -> Key {
    Key::new(partition(user), place)
}

fn in_key(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte);
    if text.len() <= LONGEST_AS_IT_IS && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("~{}", ContentHash::of(text).as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition_of(text: &str) -> String {
        user(&text.parse().unwrap()).partition().to_owned()
    }

    #[test]
    fn numbers_uuids_and_names_stand_in_keys_as_they_are() {
        for text in ["7", "0192f0c1-7d1e-7000-8000-000000000001", "amal@example.org", "a.b_c+d"] {
            assert_eq!(partition_of(text), format!("LEGACY#{text}"));
        }
    }

    #[test]
    fn what_has_a_meaning_in_a_key_or_is_long_is_hashed() {
        let odd = ["7#USER", "~7", "TOKEN#1", "a b", "عمل", &"7".repeat(65), &"é".repeat(127)];
        let partitions = odd.map(partition_of);
        for partition in &partitions {
            assert_eq!((partition.len(), &partition[..8]), (51, "LEGACY#~"));
            assert_eq!(partition.matches('#').count(), 1);
        }
        assert_ne!(partitions[0], partitions[1]);
        assert!("7".repeat(256).parse::<LegacyId>().is_err() && "".parse::<LegacyId>().is_err());
    }
}
