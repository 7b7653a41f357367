//! One message to one customer: into the inbox once, then to the devices.

use std::ops::AddAssign;

use shared::{
    account::Status,
    app::AppState,
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{Arrival, Arrived, Inbox, Notification, Receipt},
};

use crate::{message::Message, push, trouble::Trouble};

/// How often the writing is decided anew where others change the inbox.
const TRIES: usize = 20;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Inboxes that the message came into now.
    pub(crate) inboxes: usize,
    /// Pushes that SNS took.
    pub(crate) pushes: usize,
    /// Devices that were given up.
    pub(crate) silenced: usize,
}

/// What a push says of the inbox.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InInbox {
    /// The item that the message is.
    pub(crate) notification: NotificationId,
    /// How many are not read.
    pub(crate) unread: u64,
}

impl AddAssign for Delivered {
    fn add_assign(&mut self, more: Self) {
        self.inboxes += more.inboxes;
        self.pushes += more.pushes;
        self.silenced += more.silenced;
    }
}

/// Delivers a message. A customer who is not there, or left, gets none.
///
/// Two sequential trips to storage; with active devices three, and the pushes. Three read units,
/// eight write units for the inbox; with devices two read units more.
pub(crate) async fn to_customer(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
) -> Result<Delivered, Trouble> {
    let (account, inbox, devices) = tokio::try_join!(
        app.store.account(customer),
        app.store.inbox(customer),
        app.store.devices(customer)
    )?;
    let Some(account) = account.filter(|account| account.status != Status::Deleted) else {
        return Ok(Delivered::default());
    };
    let (in_inbox, is_new) = write(app, message, customer, inbox).await?;
    let mut delivered = Delivered { inboxes: usize::from(is_new), ..Delivered::default() };
    if app.push.is_configured()
        && devices.iter().any(|device| device.is_active(&account, app.now()))
    {
        delivered += push::to_devices(app, message, customer, in_inbox).await?;
    }
    Ok(delivered)
}

/// Puts the message into the inbox, unless it came before.
async fn write(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
    mut inbox: Inbox,
) -> Result<(InInbox, bool), Trouble> {
    let hash = ContentHash::of(&message.id);
    let life = app.settings.inbox()?.life;
    for _ in 0..TRIES {
        let now = app.now();
        let (after, id, until) = inbox.with_new(now, life, &*app.random);
        let notification = Notification {
            id,
            category: message.kind.clone(),
            title: message.title.clone(),
            body: message.body.clone(),
            data: serde_json::Value::Object(message.data.clone()).to_string(),
            image_url: message.image_url.clone(),
            read: false,
            until,
        };
        let receipt = Receipt { notification: id, message: hash.clone(), until };
        let arrival = Arrival {
            customer,
            before: &inbox,
            after: &after,
            notification: &notification,
            receipt: &receipt,
            now,
        };
        match app.store.receive(arrival).await? {
            Arrived::Now => {
                return Ok((InInbox { notification: id, unread: after.unread(now) }, true));
            }
            Arrived::Before(id) => {
                return Ok((InInbox { notification: id, unread: inbox.unread(now) }, false));
            }
            Arrived::Changed(head) => inbox = head,
        }
    }
    Err(Trouble::Busy)
}
