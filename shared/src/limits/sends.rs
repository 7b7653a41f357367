//! How many codes were sent to a phone, and from an address.

use jiff::{SignedDuration, Timestamp, civil::Date};
use table::{Write, Written, expiring_item, kinds, number, record};

use crate::{
    hashes::{AddressHash, PhoneHash},
    limits::{Counted, SendLimits, SendLog, keys, store::count_in, to_next_day, to_next_hour},
    store::{Store, StoreError, keys::day_of},
};

kinds! { SendLog: "send_log" }

impl Store {
    /// The sends to a phone, strongly consistent. One trip, one read unit.
    pub async fn send_log(&self, phone: &PhoneHash) -> Result<SendLog, StoreError> {
        Ok(self.table.get(keys::sends_to_phone(phone), true).await?.unwrap_or_default())
    }

    /// Writes the sends to a phone in place of the revision before; false where another send came
    /// between. One trip, one write unit.
    pub async fn replace_send_log(
        &self,
        phone: &PhoneHash,
        log: &SendLog,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let day = SignedDuration::from_hours(24);
        let item = expiring_item(keys::sends_to_phone(phone), log, now + day)?;
        let put = Write::put(item)
            .when("attribute_not_exists(pk) OR revision = :before")
            .value(":before", number(log.revision - 1))
            .seeing_refused();
        Ok(match self.table.write(put).await? {
            Written::Done => true,
            // The SDK sends a write again whose answer was lost: it then finds itself.
            Written::Refused(Some(item)) => record::<SendLog>(item)? == *log,
            Written::Refused(None) => false,
        })
    }

    /// The sends from an address: in this hour, and the unverified ones of this day. One trip, one
    /// read unit.
    pub async fn sends_of_address(
        &self,
        address: &AddressHash,
        now: Timestamp,
    ) -> Result<(u32, u32), StoreError> {
        let item =
            self.table.get_item(keys::sends_from_address(address, day_of(now)), true).await?;
        let item = item.unwrap_or_default();
        Ok((count_in(&item, &hour_of(now)), count_in(&item, UNVERIFIED)))
    }

    /// Counts a stranger's send from an address, in this hour and among the unverified ones of the
    /// day. One trip, one write unit.
    pub async fn count_send(
        &self,
        address: &AddressHash,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let hour = hour_of(now);
        let key = keys::sends_from_address(address, day_of(now));
        let most = [
            (hour.as_str(), limits.per_address_hourly),
            (UNVERIFIED, limits.per_address_unverified_daily),
        ];
        Ok(match self.count_within(key, &most, now, 48).await? {
            Ok(counts) => Counted::Within(count_in(&counts, &hour)),
            Err(counts) if count_in(&counts, UNVERIFIED) >= most[1].1 => {
                Counted::Over(to_next_day(now))
            }
            Err(_) => Counted::Over(to_next_hour(now)),
        })
    }

    /// Counts a request of a stranger that was refused, in this hour. One trip, one write unit.
    pub async fn count_refused_send(
        &self,
        address: &AddressHash,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::sends_from_address(address, day_of(now));
        let most = [(&*hour_of(now), limits.per_address_hourly)];
        self.count_within(key, &most, now, 48).await.map(drop)
    }

    /// Takes back a send that did not happen. One trip, one write unit.
    pub async fn uncount_send(
        &self,
        address: &AddressHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::sends_from_address(address, day_of(now));
        self.uncount(key, &[&hour_of(now), UNVERIFIED]).await.map(drop)
    }

    /// Takes a code that was verified from the unverified ones of its day; false where none is
    /// counted. One trip, one write unit.
    pub async fn refund_address(
        &self,
        address: &AddressHash,
        day: Date,
    ) -> Result<bool, StoreError> {
        self.uncount(keys::sends_from_address(address, day), &[UNVERIFIED]).await
    }

    /// Counts one again that [`Store::refund_address`] gave back too early. One trip, one write
    /// unit.
    pub async fn charge_address(&self, address: &AddressHash, day: Date) -> Result<(), StoreError> {
        self.count_again(keys::sends_from_address(address, day), UNVERIFIED).await
    }

    /// How many text messages went to a phone today, or a moment ago: [`Store::count_text`]
    /// decides. One trip, half a read unit.
    pub async fn texts_to(&self, phone: &PhoneHash, now: Timestamp) -> Result<u32, StoreError> {
        let item = self.table.get_item(keys::texts_to_phone(phone, now), false).await?;
        Ok(count_in(&item.unwrap_or_default(), "n"))
    }

    /// Counts a text message to a phone today; false where the phone has had `most`. One trip, one
    /// write unit.
    pub async fn count_text(
        &self,
        phone: &PhoneHash,
        most: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = keys::texts_to_phone(phone, now);
        self.count_within(key, &[("n", most)], now, 48).await.map(|counted| counted.is_ok())
    }

    /// Takes back a text message that was not sent. One trip, one write unit.
    pub async fn uncount_text(&self, phone: &PhoneHash, now: Timestamp) -> Result<(), StoreError> {
        self.uncount(keys::texts_to_phone(phone, now), &["n"]).await.map(drop)
    }
}

/// The counter of the day's codes that nobody has used.
const UNVERIFIED: &str = "n";

/// The counter of the UTC hour of `now`.
fn hour_of(now: Timestamp) -> String {
    format!("h{:02}", now.as_second().div_euclid(3_600).rem_euclid(24))
}
