//! How many codes were sent to a phone, and from an address.

use jiff::{SignedDuration, Timestamp};
use table::{Write, Written, expiring_item, number};

use crate::{
    hashes::{AddressHash, PhoneHash},
    limits::{Counted, SendLimits, SendLog, keys, store::count_in, to_next_hour},
    store::{Store, StoreError},
};

impl Store {
    /// The sends to a phone, strongly consistent. One trip, one read unit.
    pub async fn send_log(&self, phone: &PhoneHash) -> Result<SendLog, StoreError> {
        Ok(self.table.get(keys::sends_to_phone(phone), true).await?.unwrap_or_default())
    }

    /// Writes the sends to a phone in place of the revision before; false where another send came
    /// between. One trip, one write unit; two where there were none.
    pub async fn replace_send_log(
        &self,
        phone: &PhoneHash,
        log: &SendLog,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hour = SignedDuration::from_hours(1);
        let item = expiring_item(keys::sends_to_phone(phone), "send_log", log, now + hour)?;
        let put = Write::put(item)
            .when("attribute_not_exists(pk) OR revision = :before")
            .value(":before", number(log.revision - 1));
        self.table.write(put).await.map(Written::is_done)
    }

    /// Counts a send from an address in this hour. One trip, one write unit; two for the first.
    pub async fn count_send(
        &self,
        address: &AddressHash,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let key = keys::sends_from_address(address, now);
        let limits = [("n", limits.per_address_hourly)];
        let counts = self.count_within(key, &limits, now, 2).await?;
        Ok(counts.map_or(Counted::Over(to_next_hour(now)), |counts| {
            Counted::Within(count_in(&counts, "n"))
        }))
    }
}
