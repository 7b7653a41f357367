//! One message to one customer: into the inbox once, then to the devices.

use jiff::{SignedDuration, Timestamp};
use shared::{
    account::Status,
    app::AppState,
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{Arrival, Arrived, Inbox, Notification},
};

use crate::{
    delivered::{About, Delivered},
    delivery::Delivery,
    message::Message,
    push,
    trouble::Trouble,
};

/// How often the writing is decided anew where others change the inbox.
const TRIES: usize = 20;
/// How long ago a record can have come for the first time: two weeks in the queue, as long among
/// the dead letters, and then back.
const LONGEST_WAY: SignedDuration = SignedDuration::from_hours(24 * 42);
/// How old the messages to all may be by which a badge is counted.
const BADGE_AGE: SignedDuration = SignedDuration::from_secs(5);

/// What became of a message in an inbox.
enum Placed {
    /// It is a new item.
    New(NotificationId, Inbox),
    /// It came before, as this item; none where that is deleted.
    Before(Option<NotificationId>, Inbox),
}

/// Delivers a message that people see. A customer who is not there, or left, gets none.
///
/// Two sequential trips to storage; with active devices three, and the pushes. Three read units,
/// four write units for the inbox; with devices two read units more, or three where the push needs
/// consent.
pub(crate) async fn to_customer(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    delivery: Delivery,
) -> Result<Delivered, Trouble> {
    let (account, inbox, devices) = tokio::try_join!(
        app.store.account(customer),
        app.store.inbox(customer),
        app.store.devices_to_push_to(customer, true)
    )?;
    let (devices, preferences) = devices;
    let Some(account) = account.filter(|account| account.status != Status::Deleted) else {
        return Ok(Delivered::default());
    };
    let (notification, inbox, is_new) = match place(app, message, customer, inbox, delivery).await?
    {
        Placed::New(notification, inbox) => (notification, inbox, true),
        Placed::Before(Some(notification), inbox) => (notification, inbox, false),
        // The customer has seen it.
        Placed::Before(None, _) => return Ok(Delivered::default()),
    };
    let mut delivered = Delivered { inboxes: usize::from(is_new), ..Delivered::default() };
    if app.push.is_configured()
        && preferences.admit(message.push_kind(), true)
        && devices.iter().any(|device| device.is_active(&account, app.now()))
    {
        let now = app.now();
        let (reading, broadcasts) = tokio::try_join!(
            push::read(app, message, customer, None),
            app.broadcasts.read_after(BADGE_AGE, &app.store, now)
        )?;
        let visible = app.visible_of(&broadcasts, customer, now).await?;
        let unread = inbox.unread_with(&visible, now);
        let about = About {
            notification: Some(notification),
            unread: Some(unread),
            registered_by: None,
            audience: None,
        };
        delivered += push::to_devices(app, message, customer, about, reading).await?;
    }
    Ok(delivered)
}

/// Puts the message into the inbox, unless it came before.
async fn place(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    mut inbox: Inbox,
    delivery: Delivery,
) -> Result<Placed, Trouble> {
    let hash = ContentHash::of(&message.id);
    let life = app.settings.inbox()?.life;
    for _ in 0..TRIES {
        let now = app.now();
        let is_known = inbox.knows(&hash);
        let item = if is_known {
            app.store.item_of_message(customer, &hash, now).await?
        } else {
            find_forgotten(app, customer, &inbox, &hash, delivery).await?
        };
        if is_known || item.is_some() {
            let item = item.filter(|item| inbox.is_visible(*item, now));
            return Ok(Placed::Before(item, inbox));
        }
        let (after, id, until) = inbox.with_message(&hash, now, life, &*app.random);
        let notification = notification(message, hash.clone(), id, until);
        let arrival =
            Arrival { customer, before: &inbox, after: &after, notification: &notification };
        match app.store.receive(arrival).await? {
            Arrived::Now => return Ok(Placed::New(id, after)),
            Arrived::Changed(head) => inbox = *head,
        }
    }
    Err(Trouble::Busy)
}

/// The item of a message that the head does not know: one that came before heads knew any, or whose
/// record came back after many others had come.
async fn find_forgotten(
    app: &AppState,
    customer: CustomerId,
    inbox: &Inbox,
    hash: &ContentHash,
    delivery: Delivery,
) -> Result<Option<NotificationId>, Trouble> {
    let now = app.now();
    if inbox.may_have_receipts(now)
        && let Some(item) = app.store.receipt(customer, hash, now).await?
    {
        return Ok(Some(item));
    }
    if inbox.has_forgotten() && delivery.is_repeated() {
        let sent = delivery.sent.or_else(|| now.checked_sub(LONGEST_WAY).ok()).unwrap_or(now);
        return Ok(app.store.item_of_message(customer, hash, sent).await?);
    }
    Ok(None)
}

fn notification(
    message: &Message,
    hash: ContentHash,
    id: NotificationId,
    until: Timestamp,
) -> Notification {
    Notification {
        id,
        category: message.kind.clone(),
        title: message.title.clone(),
        body: message.body.clone(),
        data: message.data_text(),
        image_url: message.appearance.image_url.clone(),
        read: false,
        message: Some(hash),
        until,
    }
}
