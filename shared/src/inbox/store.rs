//! Inboxes: a head, items in the order of their ids, and receipts of the messages that came.
//!
//! Invariant: whatever changes an item changes the head in the same transaction, from the revision
//! that was seen; so a change holds for the inbox that it was decided on, or is decided anew.

use jiff::Timestamp;
use table::{
    Committed, Query, Transaction, Verdict, Write, boolean, expiring_item, item, kinds, number,
    record, records,
};

use crate::{
    ids::{CustomerId, NotificationId},
    inbox::{Inbox, Notification, Receipt, keys},
    paging::Span,
    store::{Store, StoreError},
};

/// The most items that one change of an inbox can hold beside its head.
pub const MOST_CHANGES: usize = 99;

/// A change of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemChange {
    /// It is read.
    Read(NotificationId),
    /// It goes.
    Delete(NotificationId),
}

/// A message about to come into an inbox.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Whose inbox.
    pub customer: CustomerId,
    /// The inbox as it was seen.
    pub before: &'a Inbox,
    /// The inbox with the message.
    pub after: &'a Inbox,
    /// The message.
    pub notification: &'a Notification,
    /// That it came.
    pub receipt: &'a Receipt,
    /// The present.
    pub now: Timestamp,
}

/// What came of a message.
#[derive(Debug)]
pub enum Arrived {
    /// It is in the inbox.
    Now,
    /// It came before, as this item.
    Before(NotificationId),
    /// The inbox has changed meanwhile: as it stands.
    Changed(Inbox),
}

kinds! {
    Inbox: "inbox",
    Notification: "notification",
    Receipt: "receipt",
}

impl Store {
    /// The head of a customer's inbox, strongly consistent. One trip, one read unit.
    pub async fn inbox(&self, customer: CustomerId) -> Result<Inbox, StoreError> {
        Ok(self.table.get(keys::inbox(customer), true).await?.unwrap_or_default())
    }

    /// A stretch of a customer's items, newest first, strongly consistent; those that are deleted
    /// or over by the head among them. One trip; a read unit for each 4 KB.
    pub async fn notifications(
        &self,
        customer: CustomerId,
        from: Option<NotificationId>,
        span: &Span,
    ) -> Result<Vec<Notification>, StoreError> {
        let after = from.map(|id| keys::notification(customer, id));
        let query = Query::of(keys::inbox_of(customer))
            .beginning(keys::NOTIFICATIONS)
            .after(after)
            .consistent();
        let query = if span.backward { query } else { query.newest_first() };
        self.table.first(query, span.limit).await?.items.into_iter().map(record).collect()
    }

    /// One item of a customer, strongly consistent. One trip, one read unit for each 4 KB.
    pub async fn notification(
        &self,
        customer: CustomerId,
        id: NotificationId,
    ) -> Result<Option<Notification>, StoreError> {
        self.table.get(keys::notification(customer, id), true).await
    }

    /// Those of up to a hundred items that are stored, strongly consistent, in no order. One trip,
    /// another where DynamoDB leaves some out; a read unit for each and each further 4 KB.
    pub async fn notifications_by_id(
        &self,
        customer: CustomerId,
        ids: &[NotificationId],
    ) -> Result<Vec<Notification>, StoreError> {
        let keys = ids.iter().map(|id| keys::notification(customer, *id)).collect();
        records(self.table.batch_get(keys, true).await?)
    }

    /// Changes a customer's inbox and up to 99 of its items; false where it is no longer as it was.
    /// One trip; two write units for the head and for each KB of each item; one for a head alone.
    pub async fn change_inbox(
        &self,
        customer: CustomerId,
        before: &Inbox,
        after: &Inbox,
        changes: &[ItemChange],
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::new();
        transaction.add(replace_head(customer, before, after)?);
        for change in changes {
            transaction.add(match change {
                ItemChange::Read(id) => mark_read(customer, *id),
                ItemChange::Delete(id) => {
                    Write::delete(keys::notification(customer, *id)).when_exists()
                }
            });
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }

    /// Puts a message into a customer's inbox, once. One trip; eight write units, two more for each
    /// further KB.
    pub async fn receive(&self, arrival: Arrival<'_>) -> Result<Arrived, StoreError> {
        let Arrival { customer, before, after, notification, receipt, now } = arrival;
        let key = keys::notification(customer, notification.id);
        let item = expiring_item(key, notification, notification.until)?;
        let mut transaction = Transaction::new();
        let received = transaction.add(put_receipt(customer, receipt, now)?);
        let head = transaction.add(replace_head(customer, before, after)?);
        transaction.add(Write::new_item(item));
        let Committed::Refused(mut refusals) = self.table.commit(transaction).await? else {
            return Ok(Arrived::Now);
        };
        if let Verdict::Refused(Some(known)) = refusals.of(received) {
            return Ok(Arrived::Before(record::<Receipt>(known)?.notification));
        }
        match refusals.of(head) {
            Verdict::Refused(Some(head)) => Ok(Arrived::Changed(record(head)?)),
            _ => Ok(Arrived::Changed(self.inbox(customer).await?)),
        }
    }
}

fn replace_head(customer: CustomerId, before: &Inbox, after: &Inbox) -> Result<Write, StoreError> {
    let put = Write::put(item(keys::inbox(customer), after)?).seeing_refused();
    Ok(match before.revision {
        0 => put.when("attribute_not_exists(pk)"),
        seen => put.when_is("revision", number(seen)),
    })
}

fn mark_read(customer: CustomerId, id: NotificationId) -> Write {
    Write::update(keys::notification(customer, id), "SET #read = :read")
        .name("#read", "read")
        .value(":read", boolean(true))
        .when_exists()
}

/// Refused where the message came before and its receipt still counts.
fn put_receipt(
    customer: CustomerId,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<Write, StoreError> {
    let key = keys::receipt(customer, &receipt.message);
    let item = expiring_item(key, receipt, receipt.until)?;
    Ok(Write::put(item)
        .when("(attribute_not_exists(pk) OR #until <= :now)")
        .name("#until", "until")
        .value(":now", number(now.as_millisecond()))
        .seeing_refused())
}
