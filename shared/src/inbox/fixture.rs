//! What no operation stores, for tests: a receipt of earlier versions on the list of what expires,
//! and a message that waits for its time.

use jiff::{SignedDuration, Timestamp};
use table::{DUE, DUE_AT, EXPIRES, Write, due_day, item, number, text};

use crate::{
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{Receipt, ScheduledText, keys},
    random::SystemRandom,
    store::{Store, StoreError},
};

pub(super) async fn store_old(
    store: &Store,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let until = now.saturating_add(SignedDuration::from_hours(24 * 90)).unwrap_or(now);
    let message = ContentHash::of("a message of before");
    let key = keys::receipt(customer, &message);
    let list = key.expiry_partition();
    let receipt = Receipt { notification: NotificationId::new(now, &SystemRandom), message, until };
    let mut receipt = item(key, &receipt)?;
    receipt.insert(EXPIRES.to_owned(), number(until.as_second()));
    receipt.insert(DUE.to_owned(), text(list));
    receipt.insert(DUE_AT.to_owned(), number(due_day(until)));
    let head = Write::update(keys::inbox(customer), "SET receipts_to = :to")
        .when_exists()
        .value(":to", number(until.as_millisecond()));
    // Refused where the customer never got a message.
    let _ = store.table.write(head).await?;
    // There is no condition that could refuse.
    let _ = store.table.write(Write::put(receipt)).await?;
    let text = r#"{"id":"a reminder","title":"It is time"}"#.to_owned();
    let waiting = ScheduledText { message: ContentHash::of("a reminder"), text, at: until };
    store.schedule(Some(customer), &waiting).await.map(drop)
}
