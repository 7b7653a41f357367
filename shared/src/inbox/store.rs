//! Inboxes: a head, and items in the order of their ids.
//!
//! Invariant: whatever changes an item changes the head in the same transaction, from the revision
//! that was seen; so a change holds for the inbox that it was decided on, or is decided anew.

use jiff::Timestamp;
use table::{
    Committed, EXPIRES, Query, Transaction, Verdict, Write, Written, boolean, item, kinds, number,
    record, records,
};

use crate::{
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{Inbox, MOST_RECENT, Notification, Receipt, SeenItem, keys},
    paging::Span,
    store::{Store, StoreError},
};

/// The most items that one change of an inbox can hold beside its head.
pub const MOST_CHANGES: usize = 99;

/// A change of one item, if it still is as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemChange {
    /// It is read.
    Read(SeenItem),
    /// It goes.
    Delete(SeenItem),
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
}

/// What came of a message.
#[derive(Debug)]
pub enum Arrived {
    /// It is in the inbox.
    Now,
    /// The inbox has changed meanwhile: as it stands.
    Changed(Box<Inbox>),
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

    /// The head, eventually consistent. A change that is decided by it is refused if another head
    /// stands there by then; that there is nothing to change has to be decided by [`Store::inbox`].
    /// One trip, half a read unit.
    pub async fn recent_inbox(&self, customer: CustomerId) -> Result<Inbox, StoreError> {
        Ok(self.table.get(keys::inbox(customer), false).await?.unwrap_or_default())
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
        self.stretch(items_of(customer).after(after).consistent(), span).await
    }

    /// The same from the newest on, eventually consistent; [`Inbox::vouches_for`] tells whether it
    /// is enough. One trip; half a read unit for each 4 KB.
    pub async fn recent_notifications(
        &self,
        customer: CustomerId,
        span: &Span,
    ) -> Result<Vec<Notification>, StoreError> {
        self.stretch(items_of(customer), span).await
    }

    async fn stretch(&self, query: Query, span: &Span) -> Result<Vec<Notification>, StoreError> {
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
    /// One trip; two write units for the head and for each KB of each item; one for each KB of a
    /// head alone.
    pub async fn change_inbox(
        &self,
        customer: CustomerId,
        before: &Inbox,
        after: &Inbox,
        changes: &[ItemChange],
    ) -> Result<bool, StoreError> {
        let head = replace_head(customer, before, after)?;
        if changes.is_empty() {
            return self.table.write(head).await.map(Written::is_done);
        }
        let mut transaction = Transaction::new();
        transaction.add(head);
        for change in changes {
            let (write, seen) = match change {
                ItemChange::Read(seen) => (mark_read(customer, seen.id), seen),
                ItemChange::Delete(seen) => {
                    (Write::delete(keys::notification(customer, seen.id)), seen)
                }
            };
            // Otherwise what is unread would be counted by what is no longer so.
            transaction.add(write.when_is("read", boolean(seen.read)));
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }

    /// Puts a message into a customer's inbox. One trip; four write units, two more for each
    /// further KB of the item or of the head.
    pub async fn receive(&self, arrival: Arrival<'_>) -> Result<Arrived, StoreError> {
        let Arrival { customer, before, after, notification } = arrival;
        let key = keys::notification(customer, notification.id);
        let mut item = item(key, notification)?;
        // DynamoDB deletes it, so the clean-up need not find it.
        item.insert(EXPIRES.to_owned(), number(notification.until.as_second()));
        let mut transaction = Transaction::new();
        let head = transaction.add(replace_head(customer, before, after)?);
        transaction.add(Write::new_item(item));
        let Committed::Refused(mut refusals) = self.table.commit(transaction).await? else {
            return Ok(Arrived::Now);
        };
        match refusals.of(head) {
            Verdict::Refused(Some(head)) => Ok(Arrived::Changed(Box::new(record(head)?))),
            _ => Ok(Arrived::Changed(Box::new(self.inbox(customer).await?))),
        }
    }

    /// The item that a message became, as its receipt has it. One trip, one read unit.
    pub async fn receipt(
        &self,
        customer: CustomerId,
        message: &ContentHash,
        now: Timestamp,
    ) -> Result<Option<NotificationId>, StoreError> {
        let receipt: Option<Receipt> =
            self.table.get(keys::receipt(customer, message), true).await?;
        Ok(receipt.filter(|receipt| receipt.until > now).map(|receipt| receipt.notification))
    }

    /// The item that a message became, if it is stored: among the newest [`MOST_RECENT`] and all
    /// others since `since`, strongly consistent. One trip, and one more for each further hundred
    /// items; a read unit for each 4 KB.
    pub async fn item_of_message(
        &self,
        customer: CustomerId,
        message: &ContentHash,
        since: Timestamp,
    ) -> Result<Option<NotificationId>, StoreError> {
        let (mut from, mut looked_at) = (None, 0);
        loop {
            let span = Span { from: None, backward: false, limit: 100 };
            let items = self.notifications(customer, from, &span).await?;
            for item in &items {
                if item.message.as_ref() == Some(message) {
                    return Ok(Some(item.id));
                }
                looked_at += 1;
                if looked_at >= MOST_RECENT && item.id.time() < since {
                    return Ok(None);
                }
            }
            from = items.last().map(|last| last.id);
            if items.len() < span.limit {
                return Ok(None);
            }
        }
    }
}

fn items_of(customer: CustomerId) -> Query {
    Query::of(keys::inbox_of(customer)).beginning(keys::NOTIFICATIONS)
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
}
