//! The list of customers with devices, which a message to all walks.
//!
//! The head of a customer's devices is the entry: it stands on the index from the first
//! registration on. It is taken off where the list is walked and there are no devices left. Both
//! change the same item, so no race leaves out a customer with devices.

use table::{Key, RankRange, SET_DUE, Write, number};

use crate::{
    account::keys::customer_of,
    device::keys::{self, CUSTOMERS_WITH_DEVICES},
    ids::CustomerId,
    store::{Store, StoreError},
};

/// Into how many ranges each of the sixteen shards of the list is split.
const PARTS: u32 = 16;

/// One of the 256 ranges of the list of customers with devices. They are about equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceRange(u8);

impl DeviceRange {
    /// The first range.
    pub const FIRST: Self = Self(0);

    /// All ranges.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    /// The number of ranges.
    pub const COUNT: usize = 256;

    /// Reads the two hexadecimal digits of [`DeviceRange::name`].
    pub fn parse(name: &str) -> Option<Self> {
        let is_hexadecimal = name.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u8::from_str_radix(name, 16).ok().filter(|_| is_hexadecimal);
        number.filter(|_| name.len() == 2).map(Self)
    }

    /// Two hexadecimal digits.
    pub fn name(self) -> String {
        format!("{:02x}", self.0)
    }

    fn ranks(self) -> RankRange {
        let shard = char::from_digit(u32::from(self.0) / PARTS, 16).unwrap_or('0');
        let width = (i64::from(u32::MAX) + 1) / i64::from(PARTS);
        let first = i64::from(u32::from(self.0) % PARTS) * width;
        RankRange { shard, first, last: first + width - 1 }
    }
}

impl Store {
    /// Up to `most` customers of a range of those with devices, in the order of the list, those
    /// behind `after`. Customers whose devices are gone can be among them. One trip, half a read
    /// unit for each 4 KB, which is about thirty-five customers.
    pub async fn customers_with_devices(
        &self,
        range: DeviceRange,
        after: Option<CustomerId>,
        most: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let after = after.map(|customer| (keys::device_head(customer), keys::rank(customer)));
        let found =
            self.table.ranked_page(CUSTOMERS_WITH_DEVICES, range.ranks(), after, most).await?;
        Ok(found.iter().filter_map(|key: &Key| customer_of(key)).collect())
    }

    /// Puts a customer whose devices were registered before there was the list on it. One trip, two
    /// write units.
    pub async fn list_customer_with_devices(&self, customer: CustomerId) -> Result<(), StoreError> {
        let list = Write::update(keys::device_head(customer), &format!("SET {SET_DUE}"))
            .when_exists()
            .ranked(CUSTOMERS_WITH_DEVICES, keys::rank(customer));
        // Refused where there is no device any more.
        let _ = self.table.write(list).await?;
        Ok(())
    }

    /// Takes a customer who has no devices off the list. One trip, two write units.
    pub async fn unlist_customer_without_devices(
        &self,
        customer: CustomerId,
    ) -> Result<(), StoreError> {
        let unlist = Write::update(keys::device_head(customer), "REMOVE #due, #due_at")
            .when("n <= :none")
            .name("#due", table::DUE)
            .name("#due_at", table::DUE_AT)
            .value(":none", number(0));
        // Refused where there is a device again.
        let _ = self.table.write(unlist).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_cover_every_rank_of_every_shard_once() {
        for shard in table::SHARDS.chars() {
            let mut next = 0;
            for range in DeviceRange::all().map(DeviceRange::ranks).filter(|one| one.shard == shard)
            {
                assert_eq!(range.first, next);
                next = range.last + 1;
            }
            assert_eq!(next, 1 << 32);
        }
        assert!(DeviceRange::all().all(|one| DeviceRange::parse(&one.name()) == Some(one)));
        for wrong in ["", "0", "000", "0g", "+1", "é"] {
            assert_eq!(DeviceRange::parse(wrong), None, "{wrong}");
        }
    }
}
