//! How many codes were tried: one item a day for each phone or customer, with counters for each
//! address.

use jiff::Timestamp;
use table::Key;

use crate::{
    hashes::{AddressHash, PhoneHash},
    ids::CustomerId,
    limits::{Counted, TryLimits, keys, store::count_in, to_next_day, to_next_hour},
    store::{Store, StoreError},
};

/// What tries are counted on.
#[derive(Debug, Clone)]
pub enum TriesOn {
    /// A phone that somebody claims as theirs.
    Phone(PhoneHash),
    /// The customer to whose own phone the code was sent. Apart from the phone's, so that the thief
    /// of a token cannot use up the tries that the phone has for its log-ins.
    Customer(CustomerId),
}

impl Store {
    /// Counts a try from an address against all three of its limits: in all of them or in none.
    /// Gives the count of the hour from that address. One trip, one write unit; two for the first
    /// of a day.
    pub async fn count_try(
        &self,
        on: &TriesOn,
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
        let refused = match self.count_within(on.key(now), &limits, now, 48).await? {
            Ok(counts) => return Ok(Counted::Within(count_in(&counts, &hour))),
            Err(item) => item,
        };
        let reached = |name: &str, limit: u32| count_in(&refused, name) >= limit;
        let for_the_day = limits[1..].iter().any(|(name, limit)| reached(name, *limit));
        Ok(Counted::Over(if for_the_day { to_next_day(now) } else { to_next_hour(now) }))
    }

    /// Takes back a try that turned out right. One trip, one write unit.
    pub async fn uncount_try(
        &self,
        on: &TriesOn,
        address: &AddressHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let [hour, day] = counters(address, now);
        self.uncount(on.key(now), &[&hour, &day, "n"]).await.map(drop)
    }
}

impl TriesOn {
    fn key(&self, now: Timestamp) -> Key {
        match self {
            Self::Phone(phone) => keys::tries_on_phone(phone, now),
            Self::Customer(customer) => keys::tries_of_customer(*customer, now),
        }
    }
}

/// The counters of one address in a day's item: this hour's, and the day's.
fn counters(address: &AddressHash, now: Timestamp) -> [String; 2] {
    let hour = now.as_second().div_euclid(3_600) % 24;
    [format!("{}_{hour}", address.as_str()), address.as_str().to_owned()]
}
