//! How many codes were tried: counters of each lane, and of customers who try codes that were sent
//! to their own phone.

use jiff::Timestamp;
use table::{Image, Key, Returned, SET_MARK, Write, number};

use crate::{
    hashes::{AddressHash, NetworkHash, PhoneHash},
    ids::{CustomerId, SessionId},
    limits::{
        Counted, LaneSettings, TryLimits, keys,
        networks::{VERIFIED, counter_of_day, is_known},
        store::count_in,
        to_next_day, to_next_hour,
    },
    store::{Store, StoreError},
};

/// What tries are counted on.
#[derive(Debug, Clone)]
pub enum TriesOn {
    /// The session of a known device.
    Device(SessionId),
    /// A phone, and one of its known networks.
    Network(PhoneHash, NetworkHash),
    /// A phone, and the address of a stranger who claims it.
    Stranger(PhoneHash, AddressHash),
    /// The customer to whose own phone the code was sent, and the address. Apart from the phone's,
    /// so that the thief of a token cannot use up the tries that the phone has for its log-ins.
    Customer(CustomerId, AddressHash),
}

/// What came of counting a try in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriedIn {
    /// The lane fits.
    Lane(Counted),
    /// The network is not known. Nothing is counted.
    NoLane,
}

impl Store {
    /// Counts a try against all limits of its lane: in all of them or in none. Gives the count that
    /// its headers show. One trip, one write unit.
    pub async fn count_try(
        &self,
        on: &TriesOn,
        (limits, lanes): (&TryLimits, &LaneSettings),
        now: Timestamp,
    ) -> Result<TriedIn, StoreError> {
        let key = on.key(now);
        match on {
            TriesOn::Device(_) => {
                let counted = self.count_in_hour(key, limits.per_device_hourly, now).await?;
                Ok(TriedIn::Lane(counted))
            }
            TriesOn::Network(..) => {
                self.count_try_from(key, limits.per_network_daily, lanes, now).await
            }
            TriesOn::Stranger(_, address) | TriesOn::Customer(_, address) => {
                self.count_try_by(key, address, limits, now).await.map(TriedIn::Lane)
            }
        }
    }

    /// Counts a try by an address in an item of a day.
    async fn count_try_by(
        &self,
        key: Key,
        address: &AddressHash,
        limits: &TryLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let [hour, day] = counters(address, now);
        let limits = [
            (hour.as_str(), limits.per_phone_and_address_hourly),
            (day.as_str(), limits.per_phone_and_address_daily),
            ("n", limits.per_phone_daily),
        ];
        let refused = match self.count_within(key, &limits, now, 48).await? {
            Ok(counts) => return Ok(Counted::Within(count_in(&counts, &hour))),
            Err(item) => item,
        };
        let reached = |name: &str, limit: u32| count_in(&refused, name) >= limit;
        let for_the_day = limits[1..].iter().any(|(name, limit)| reached(name, *limit));
        Ok(Counted::Over(if for_the_day { to_next_day(now) } else { to_next_hour(now) }))
    }

    /// Counts a try from a network if it is known: one write decides both, so that no try is
    /// counted for a network that is not.
    async fn count_try_from(
        &self,
        network: Key,
        most: u32,
        lanes: &LaneSettings,
        now: Timestamp,
    ) -> Result<TriedIn, StoreError> {
        let day = counter_of_day(now);
        let since = now.saturating_sub(lanes.known_for).unwrap_or(Timestamp::MIN);
        let count = Write::update(network, &format!("ADD #day :one SET {SET_MARK}"))
            .when("#verified > :since AND (attribute_not_exists(#day) OR #day < :most)")
            .name("#verified", VERIFIED)
            .name("#day", &day)
            .value(":since", number(since.as_millisecond()))
            .value(":one", number(1))
            .value(":most", number(most));
        Ok(match self.table.write_once(count, Image::Changed).await? {
            Returned::Done(counts) => TriedIn::Lane(Counted::Within(count_in(&counts, &day))),
            Returned::Refused(Some(item)) if is_known(&item, lanes.known_for, now) => {
                TriedIn::Lane(Counted::Over(to_next_day(now)))
            }
            Returned::Refused(_) => TriedIn::NoLane,
        })
    }

    /// Takes back a try that turned out right, or in another lane. One trip, one write unit.
    pub async fn uncount_try(&self, on: &TriesOn, now: Timestamp) -> Result<(), StoreError> {
        let counters = on.counters(now);
        let counters: Vec<&str> = counters.iter().map(String::as_str).collect();
        self.uncount(on.key(now), &counters).await.map(drop)
    }

    /// Counts a try from an address at a code that does not exist. One trip, one write unit; two
    /// for the first of an hour.
    pub async fn count_unknown_challenge(
        &self,
        address: &AddressHash,
        limits: &TryLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let key = keys::unknown_challenges(address, now);
        self.count_in_hour(key, limits.unknown_per_address_hourly, now).await
    }
}

impl TriesOn {
    fn key(&self, now: Timestamp) -> Key {
        match self {
            Self::Device(session) => keys::tries_of_device(*session, now),
            Self::Network(phone, network) => keys::known_network(phone, network),
            Self::Stranger(phone, _) => keys::tries_on_phone(phone, now),
            Self::Customer(customer, _) => keys::tries_of_customer(*customer, now),
        }
    }

    /// Everything in the item that a try adds to.
    fn counters(&self, now: Timestamp) -> Vec<String> {
        match self {
            Self::Device(_) => vec!["n".to_owned()],
            Self::Network(..) => vec![counter_of_day(now)],
            Self::Stranger(_, address) | Self::Customer(_, address) => {
                let [hour, day] = counters(address, now);
                vec![hour, day, "n".to_owned()]
            }
        }
    }
}

/// The counters of one address in a day's item: this hour's, and the day's.
fn counters(address: &AddressHash, now: Timestamp) -> [String; 2] {
    let hour = now.as_second().div_euclid(3_600) % 24;
    [format!("{}_{hour}", address.as_str()), address.as_str().to_owned()]
}
