//! Typed ids: version 7 UUIDs in hyphenated form, or version 8 for sessions from before a move, so
//! that no id can hold a character that has a meaning in a key.

use jiff::Timestamp;
use uuid::Uuid;

use crate::random::Random;

/// A new version 7 UUID: 48 bits of `now` in milliseconds, 74 random bits (RFC 9562 section
/// 5.7).
pub fn uuid_v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

fn millis_of(id: Uuid) -> i64 {
    id.as_bytes()[..6].iter().fold(0, |millis, byte| millis << 8 | i64::from(*byte))
}

/// Declares the type of an id. That of one domain alone is declared beside its model.
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// A new id that sorts by its time.
            pub fn new(now: ::jiff::Timestamp, random: &dyn $crate::random::Random) -> Self {
                Self($crate::ids::uuid_v7(now, random))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                ::uuid::Uuid::try_parse(text).map(Self)
            }
        }
    };
}

pub(crate) use typed_id;

typed_id!(
    /// A customer; it never changes.
    CustomerId
);
impl CustomerId {
    /// When the account was created, to the millisecond.
    pub fn time(self) -> Timestamp {
        Timestamp::from_millisecond(millis_of(self.0)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The last 32 bits, which are random.
    pub fn low_bits(self) -> u32 {
        self.0.as_bytes()[12..].iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte))
    }
}

typed_id!(
    /// One log-in on one device.
    SessionId
);

impl SessionId {
    /// The session of a log-in that was made before its stack moved in. Its id tells so: it has
    /// version 8 (RFC 9562 section 5.8), and is otherwise as others.
    pub fn moved_in(now: Timestamp, random: &dyn Random) -> Self {
        Self(with_version_8(uuid_v7(now, random)))
    }

    /// The session that stands for all log-ins of a customer from before the move, until each of
    /// them has its own: the customer's id with version 8.
    pub fn before_the_move(customer: CustomerId) -> Self {
        Self(with_version_8(customer.0))
    }

    /// Whether it is the session of a log-in from before the move.
    pub fn has_moved_in(self) -> bool {
        self.0.get_version_num() == 8
    }
}

fn with_version_8(id: Uuid) -> Uuid {
    uuid::Builder::from_u128(id.as_u128()).with_version(uuid::Version::Custom).into_uuid()
}

typed_id!(
    /// A code that was sent.
    ChallengeId
);
typed_id!(
    /// One message in an inbox.
    NotificationId
);

impl NotificationId {
    /// A new id that sorts after `last`, even by a clock that is behind.
    pub fn after(last: Option<Self>, now: Timestamp, random: &dyn Random) -> Self {
        let new = Self::new(now, random);
        match last {
            Some(last) if new <= last => {
                let next = Timestamp::from_millisecond(last.millis() + 1).unwrap_or(now);
                Self::new(next, random)
            }
            _ => new,
        }
    }

    /// When the message arrived, in milliseconds since 1970.
    pub fn millis(self) -> i64 {
        millis_of(self.0)
    }

    /// When the message arrived.
    pub fn time(self) -> Timestamp {
        Timestamp::from_millisecond(self.millis()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

typed_id!(
    /// One entry of a ledger. Its last ten bits are the ISO 4217 number of its currency, so that
    /// an entry can be looked up by its id alone.
    EntryId
);
typed_id!(
    /// The ledger of one wallet. It does not reveal whose wallet it is.
    LedgerId
);

/// The bits of an [`EntryId`] that hold the currency.
const CURRENCY_BITS: u128 = 0x3ff;

impl EntryId {
    /// The id of a new entry in a ledger whose newest entry is `last`: later than that, even by a
    /// clock that is behind.
    pub fn following(
        last: Option<Self>,
        currency: u16,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        let after_last = last.map_or(i64::MIN, |last| last.millis() + 1);
        let at = Timestamp::from_millisecond(now.as_millisecond().max(after_last)).unwrap_or(now);
        let bits = uuid_v7(at, random).as_u128() & !CURRENCY_BITS;
        Self(Uuid::from_u128(bits | (u128::from(currency) & CURRENCY_BITS)))
    }

    /// The ISO 4217 number of the entry's currency.
    pub fn currency(self) -> u16 {
        u16::try_from(self.0.as_u128() & CURRENCY_BITS).unwrap_or_default()
    }

    fn millis(self) -> i64 {
        i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_notification_sorts_behind_the_last_one_even_by_a_clock_that_is_behind() {
        let now: Timestamp = "2026-11-22T20:52:24.123Z".parse().unwrap();
        let mut last = NotificationId::new(now, &SystemRandom);
        assert_eq!(last.time(), now);
        for clock in [now, now, now - jiff::SignedDuration::from_secs(5)] {
            let next = NotificationId::after(Some(last), clock, &SystemRandom);
            assert!(next > last && next.to_string() > last.to_string());
            last = next;
        }
    }

    #[test]
    fn a_session_from_before_the_move_is_known_by_its_id() {
        let now: Timestamp = "2026-11-22T20:52:24.123Z".parse().unwrap();
        let customer = CustomerId::new(now, &SystemRandom);
        let (one, other) =
            (SessionId::moved_in(now, &SystemRandom), SessionId::before_the_move(customer));
        assert!(one.has_moved_in() && other.has_moved_in() && one != other);
        assert_eq!(other, SessionId::before_the_move(customer));
        assert!(!SessionId::new(now, &SystemRandom).has_moved_in());
        assert_eq!(other.to_string().replacen("-8", "-7", 1), customer.to_string());
    }

    #[test]
    fn entries_of_a_ledger_rise_whatever_the_clock_says_and_tell_their_currency() {
        let mut last = None;
        for (step, millis) in [1_000, 1_000, 999, 0, 5_000, -7].into_iter().enumerate() {
            let currency = [840, 414, 999, 8][step % 4];
            let now = Timestamp::from_millisecond(millis).unwrap();
            let id = EntryId::following(last, currency, now, &SystemRandom);
            assert!(
                Some(id) > last
                    && id.to_string() > last.map(|last| last.to_string()).unwrap_or_default()
            );
            assert_eq!(id.currency(), currency);
            assert_eq!(id.0.get_version_num(), 7);
            last = Some(id);
        }
    }
}
