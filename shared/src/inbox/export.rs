//! The inbox in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use table::{Item, Query, record, sort_in};
use utoipa::ToSchema;

use crate::{
    domain::export::{ExportPart, Members, PageOf, Pages, Reading, Shown, Source, members},
    hashes::ContentHash,
    ids::NotificationId,
    inbox::{
        keys,
        model::{Inbox, Notification, Receipt, Week},
    },
    store::StoreError,
    times::in_millis,
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] = &[ExportPart::of::<InboxExport>(Source::Pages(Pages {
    prefix: "INBOX#",
    read: |reading, page| read(reading, page).boxed(),
}))];

#[derive(Default, Serialize, ToSchema)]
struct InboxExport {
    /// What is counted of the inbox; null but on the page that its messages begin on.
    #[schema(required)]
    inbox: Option<ExportedInbox>,
    /// The messages of the inbox that have not expired.
    notifications: Vec<ExportedNotification>,
    /// That messages came, so that none comes twice.
    receipts: Vec<ExportedReceipt>,
}

/// What is counted of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedInbox {
    /// How often it changed.
    revision: u64,
    /// The newest message that ever came.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last: Option<NotificationId>,
    /// Every message up to this one is read.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    read_to: Option<NotificationId>,
    /// Every message up to this one is deleted.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    deleted_to: Option<NotificationId>,
    weeks: Vec<ExportedWeek>,
}

/// What is counted of a week's messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWeek {
    /// Weeks since 1970.
    week: i64,
    total: u64,
    unread: u64,
    /// When they expire.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A message of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedNotification {
    #[schema(value_type = String, format = "uuid")]
    id: NotificationId,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    body: String,
    /// As it is kept: the text of a JSON object.
    data: String,
    #[schema(required)]
    image_url: Option<String>,
    /// Whether it was marked by itself.
    read: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// That a message came.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedReceipt {
    /// Hash of its id.
    #[schema(value_type = String)]
    message: ContentHash,
    /// What it became in the inbox.
    #[schema(value_type = String, format = "uuid")]
    notification: NotificationId,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

async fn read(
    Reading { store, customer, now }: Reading<'_>,
    PageOf { after, most }: PageOf<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let after = after.map(|position| keys::inbox_at(customer, position));
    let query = Query::of(keys::inbox_of(customer)).consistent().after(after);
    let page = store.table.first(query, most).await?;
    page.items.into_iter().map(|item| show(item, now)).collect()
}

fn show(item: Item, now: Timestamp) -> Result<Shown, StoreError> {
    let position = sort_in(&item).to_owned();
    let mut part = InboxExport::default();
    let until = match position.split_once('#') {
        Some(("ITEM", _)) => {
            let notification: Notification = record(item)?;
            let until = notification.until;
            part.notifications.push(notification.into());
            Some(until)
        }
        Some(_) => {
            let receipt: Receipt = record(item)?;
            let until = receipt.until;
            part.receipts.push(receipt.into());
            Some(until)
        }
        None => {
            part.inbox = Some(record::<Inbox>(item)?.into());
            None
        }
    };
    let has_expired = until.is_some_and(|until| until <= now);
    let members = if has_expired { Members::new() } else { members(&part)? };
    Ok(Shown { position, members })
}

impl From<Inbox> for ExportedInbox {
    fn from(Inbox { revision, last, read_to, deleted_to, weeks }: Inbox) -> Self {
        let week = |Week { number, total, unread, until }| ExportedWeek {
            week: number,
            total,
            unread,
            until,
        };
        Self { revision, last, read_to, deleted_to, weeks: weeks.into_iter().map(week).collect() }
    }
}

impl From<Notification> for ExportedNotification {
    fn from(item: Notification) -> Self {
        let Notification { id, category: kind, title, body, data, image_url, read, until } = item;
        Self { id, kind, title, body, data, image_url, read, until }
    }
}

impl From<Receipt> for ExportedReceipt {
    fn from(Receipt { notification, message, until }: Receipt) -> Self {
        Self { message, notification, until }
    }
}
