//! One message to one customer: into the inbox once, then to the devices.

use shared::{
    account::Status,
    app::AppState,
    hashes::ContentHash,
    ids::CustomerId,
    inbox::{Arrival, Arrived, Inbox, Notification, Receipt},
};

use crate::{
    delivered::{Delivered, InInbox},
    message::Message,
    push,
    trouble::Trouble,
};

/// How often the writing is decided anew where others change the inbox.
const TRIES: usize = 20;

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
