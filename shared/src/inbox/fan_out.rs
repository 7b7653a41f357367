//! How far a message to all customers has come.

use jiff::Timestamp;
use table::{SET_EXPIRY, Write, Written, text};

use crate::{
    hashes::ContentHash,
    ids::CustomerId,
    inbox::keys,
    store::{Store, StoreError},
};

impl Store {
    /// Notes that a message to all goes on behind `next` in a shard; false where it was further
    /// already, so that a page that is delivered twice does not start the rest again. One trip, one
    /// write unit, another for the first.
    pub async fn advance_fan_out(
        &self,
        message: &ContentHash,
        digit: char,
        next: CustomerId,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = format!("SET #next = :next, {SET_EXPIRY}");
        let advance = Write::update(keys::fan_out(message, digit), &change)
            .when("attribute_not_exists(#next) OR #next <= :next")
            .name("#next", "next")
            .value(":next", text(next))
            .expiring(until);
        self.table.write(advance).await.map(Written::is_done)
    }
}
