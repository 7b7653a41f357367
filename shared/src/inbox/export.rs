//! The inbox in a customer's export.

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use table::{Item, Query, record, sort_in};
use utoipa::ToSchema;

use crate::{
    domain::export::{ExportPart, Members, PageOf, Pages, Reading, Shown, Source, join, members},
    hashes::ContentHash,
    ids::NotificationId,
    inbox::{
        audience::Traits,
        broadcast::{Broadcast, Visible},
        broadcast_cache::BroadcastCache,
        keys,
        marks::Marks,
        model::{Inbox, Notification, Receipt, Week},
        scheduled::{ScheduledState, ScheduledText},
    },
    store::StoreError,
    times::{in_millis, perhaps_in_millis},
};

/// The position of the inbox's head, which is the first.
const HEAD: &str = "HEAD";

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
    /// Messages that wait for their time.
    scheduled: Vec<ExportedScheduled>,
}

/// The counts of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedInbox {
    /// How often it changed.
    revision: u64,
    /// The newest message that ever arrived.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last: Option<NotificationId>,
    /// Every message up to this one is read.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    read_to: Option<NotificationId>,
    /// Every message up to this one is deleted.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    deleted_to: Option<NotificationId>,
    weeks: Vec<ExportedWeek>,
    /// Numbers of messages to all customers that are read or deleted.
    messages_to_all: ExportedMarks,
    /// Hashes of the ids of the last messages that came, eight characters each.
    recent: String,
    /// What became of the newest of them: the bits of 22 characters, two for a message, the newest
    /// last. 1 is a message of the inbox, 2 one that was read one by one, 3 one that was deleted
    /// so or never shown.
    states: String,
    /// Until when messages of before that may have receipts.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    receipts_to: Option<Timestamp>,
}

/// What is read and deleted of the messages to all customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMarks {
    /// Every message up to this one is read.
    read_to: u64,
    /// Every message up to this one is deleted.
    deleted_to: u64,
    /// Others that are read.
    read: Vec<u64>,
    /// Others that are deleted.
    deleted: Vec<u64>,
}

/// The counts of a week's messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWeek {
    /// Weeks since 1970.
    week: i64,
    total: u64,
    unread: u64,
    /// When the week's messages expire.
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
    /// Whether it was marked by itself. For a message to all customers, whether it is read.
    read: bool,
    /// Hash of the sender's id.
    #[schema(required, value_type = Option<String>)]
    message: Option<ContentHash>,
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

/// A message that waits for its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedScheduled {
    /// Hash of its id.
    #[schema(value_type = String)]
    message: ContentHash,
    /// What has become of it: it waits. One that was sent stands among the notifications.
    #[schema(value_type = String)]
    state: ScheduledState,
    /// As it is kept: the text of a JSON object.
    text: String,
    /// When it is due.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
}

async fn read(
    reading: Reading<'_>,
    PageOf { after, most }: PageOf<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let Reading { store, customer, now, .. } = reading;
    let is_continued = after.is_some();
    let after = after.map(|position| keys::inbox_at(customer, position));
    let query = Query::of(keys::inbox_of(customer)).after(after);
    let own = store.table.first(query, most);
    if is_continued {
        return own.await?.items.into_iter().map(|item| show(item, now)).collect();
    }
    let cache = BroadcastCache::default();
    let (own, broadcasts) = tokio::try_join!(own, cache.read(store, now))?;
    let profile = if broadcasts.asks_for_traits(now) { reading.profile().await? } else { None };
    let traits = profile.map(|one| Traits::of(one.details.language.as_deref(), &one.phone));
    let visible = broadcasts.visible_with(customer, &traits.unwrap_or_default(), now);
    show_first(own.items, &visible, now)
}

/// The messages to all customers stand on the first page, beside the inbox's head.
fn show_first(
    items: Vec<Item>,
    visible: &Visible,
    now: Timestamp,
) -> Result<Vec<Shown>, StoreError> {
    let head = items.first().filter(|item| sort_in(item) == HEAD).cloned();
    let head: Inbox = head.map(record).transpose()?.unwrap_or_default();
    let there = visible.iter().filter(|one| !head.marks.is_deleted(one.number));
    let notifications: Vec<ExportedNotification> = there
        .map(|one| ExportedNotification::of_all(one, head.marks.is_read(one.number)))
        .collect();
    let mut shown: Vec<Shown> =
        items.into_iter().map(|item| show(item, now)).collect::<Result<_, _>>()?;
    if notifications.is_empty() {
        return Ok(shown);
    }
    let part = InboxExport { notifications, ..InboxExport::default() };
    match shown.first_mut().filter(|first| first.position == HEAD) {
        Some(head) => join(&mut head.members, members(&part)?),
        None => shown.insert(0, Shown { position: HEAD.to_owned(), members: members(&part)? }),
    }
    Ok(shown)
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
        Some(("SCHEDULED", _)) => {
            let ScheduledText { message, text, at } = record(item)?;
            part.scheduled.push(ExportedScheduled {
                message,
                state: ScheduledState::Waiting,
                text,
                at,
            });
            None
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
    fn from(inbox: Inbox) -> Self {
        let Inbox {
            revision,
            last,
            read_to,
            deleted_to,
            weeks,
            marks,
            recent,
            states,
            receipts_to,
        } = inbox;
        let week = |Week { number, total, unread, until }| ExportedWeek {
            week: number,
            total,
            unread,
            until,
        };
        Self {
            revision,
            last,
            read_to,
            deleted_to,
            weeks: weeks.into_iter().map(week).collect(),
            messages_to_all: marks.into(),
            recent: recent.map(|recent| recent.shown()).unwrap_or_default(),
            states: states.shown(),
            receipts_to,
        }
    }
}

impl From<Marks> for ExportedMarks {
    fn from(Marks { read_to, deleted_to, read, deleted }: Marks) -> Self {
        Self { read_to, deleted_to, read, deleted }
    }
}

impl From<Notification> for ExportedNotification {
    fn from(item: Notification) -> Self {
        let Notification { id, title, body, data, image_url, read, message, until, .. } = item;
        Self { id, kind: item.category, title, body, data, image_url, read, message, until }
    }
}

impl ExportedNotification {
    /// A message to all customers.
    fn of_all(one: &Broadcast, read: bool) -> Self {
        let Broadcast { id, category: kind, title, body, data, image_url, .. } = one.clone();
        let message = Some(one.message.clone());
        Self { id, kind, title, body, data, image_url, read, message, until: one.until }
    }
}

impl From<Receipt> for ExportedReceipt {
    fn from(Receipt { notification, message, until }: Receipt) -> Self {
        Self { message, notification, until }
    }
}
