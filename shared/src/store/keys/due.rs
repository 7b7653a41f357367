//! The partitions of the index of what is due.

use jiff::Timestamp;

use crate::{
    ids::CustomerId,
    store::keys::{Key, SHARDS},
};

const DAY: i64 = 86_400;

/// What the clean-up finds on the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueList {
    /// Records that are over, by their ends: all of a domain (`OTP`, `RATE`, …) that are made to
    /// expire.
    Expired(&'static str),
    /// Accounts, by the end of the session that ends first as far as is known.
    Sessions,
    /// Push devices, by when each was last seen as far as is known.
    Devices,
    /// Pets of the sample shop, by their ends. None goes by itself: what counts it has to change
    /// with it.
    Pets,
}

impl DueList {
    /// One of its sixteen partitions.
    pub(crate) fn partition(self, shard: char) -> String {
        match self {
            Self::Expired(domain) => due_partition(domain, shard),
            Self::Sessions => due_partition("AUTH", shard),
            Self::Devices => format!("DEV#SEEN#{shard}"),
            Self::Pets => format!("PET#OVER#{shard}"),
        }
    }
}

impl Key {
    /// Where the item stands among those of its domain that are made to expire.
    pub fn due_for_expiry(&self) -> String {
        let domain = self.partition.split('#').next().unwrap_or_default();
        due_partition(domain, self.shard())
    }

    /// Where the item stands on a list.
    pub(crate) fn due_on(&self, list: DueList) -> String {
        list.partition(self.shard())
    }

    /// Whose partition it is, where it is a customer's.
    pub fn customer(&self) -> Option<CustomerId> {
        self.partition.split_once('#').and_then(|(_, id)| id.parse().ok())
    }

    /// Which pet it is, where it is one's.
    pub fn pet(&self) -> Option<i64> {
        crate::petstore::keys::pet_of(&self.partition)
    }

    /// One of sixteen, the same for the same key; a key holds hashes and ids, so all are as full.
    fn shard(&self) -> char {
        let bytes = self.partition.bytes().chain(self.sort.bytes());
        let sum = bytes.fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        SHARDS.chars().nth(sum % SHARDS.len()).unwrap_or('0')
    }
}

/// The first full UTC day from `time` on, in seconds since 1970. What is written again on the same
/// day keeps its place on the index, which costs nothing; another place would cost two write units.
pub fn due_day(time: Timestamp) -> i64 {
    let seconds = time.as_second();
    seconds.saturating_add(DAY - 1).div_euclid(DAY).saturating_mul(DAY)
}

fn due_partition(domain: &str, shard: char) -> String {
    format!("{domain}#DUE#{shard}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ChallengeId;

    #[test]
    fn a_day_is_full_and_never_before_the_end() {
        let at = |text: &str| due_day(text.parse().unwrap());
        assert_eq!(at("2026-11-22T00:00:00Z"), 1_795_305_600);
        assert_eq!(at("2026-11-22T00:00:01Z"), 1_795_305_600 + DAY);
        assert_eq!(at("2026-11-22T23:59:59Z"), at("2026-11-22T00:00:01Z"));
    }

    #[test]
    fn a_key_has_one_place_among_those_of_its_domain() {
        let key = |id: &str| crate::otp::keys::challenge(id.parse::<ChallengeId>().unwrap());
        let first = key("019aac3f-0000-7000-8000-000000000001");
        assert_eq!(first.due_for_expiry(), first.due_for_expiry());
        let places: std::collections::BTreeSet<String> = (0..400)
            .map(|n| key(&format!("019aac3f-0000-7000-8000-000000000{n:03x}")).due_for_expiry())
            .collect();
        assert!(
            places.len() == 16 && places.iter().all(|place| place.starts_with("OTP#DUE#")),
            "{places:?}"
        );
    }
}
