//! One silent message to one customer: to the devices, and into no inbox.
//!
//! Protocol: the inbox's head notes the message after its pushes, beside those that became items.
//! So it is pushed at least once, and a record that comes again after that pushes nothing.

use jiff::Timestamp;
use shared::{account::Status, app::AppState, hashes::ContentHash, ids::CustomerId, inbox::Inbox};

use crate::{
    delivered::{About, Delivered},
    message::Message,
    push::{self, Reading},
    trouble::Trouble,
};

/// How often the note is tried where others change the inbox.
const TRIES: usize = 20;

/// Pushes a message. A customer who is not there, left, has no active device, or has not given the
/// consent that it needs gets none.
///
/// One trip to storage, three read units, four where it needs consent; with active
/// devices the pushes, another trip and a write unit.
pub(crate) async fn to_customer(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
) -> Result<Delivered, Trouble> {
    if !app.push.is_configured() {
        return Ok(Delivered::default());
    }
    let (reading, inbox) =
        tokio::try_join!(push::read(app, message, customer, None), app.store.inbox(customer))?;
    let hash = ContentHash::of(&message.id);
    if !is_reachable(&reading, app.now()) || inbox.knows(&hash) {
        return Ok(Delivered::default());
    }
    let about = About { notification: None, unread: None, registered_by: None, audience: None };
    let delivered = push::to_devices(app, message, customer, about, reading).await?;
    if let Err(trouble) = note(app, customer, inbox, &hash).await {
        // To come back would push it once more.
        let correlation = &message.correlation;
        tracing::warn!(correlation, error = %trouble, "a silent message is not noted");
    }
    Ok(delivered)
}

fn is_reachable(reading: &Reading, now: Timestamp) -> bool {
    let account = reading.account.as_ref().filter(|account| account.status != Status::Deleted);
    let has_active = |account| reading.devices.iter().any(|device| device.is_active(account, now));
    reading.is_admitted && account.is_some_and(has_active)
}

async fn note(
    app: &AppState,
    customer: CustomerId,
    mut inbox: Inbox,
    hash: &ContentHash,
) -> Result<(), Trouble> {
    let life = app.settings.inbox()?.life;
    for _ in 0..TRIES {
        let after = inbox.with_known(hash, app.now(), life);
        if app.store.change_inbox(customer, &inbox, &after, &[]).await? {
            return Ok(());
        }
        inbox = app.store.inbox(customer).await?;
        if inbox.knows(hash) {
            return Ok(());
        }
    }
    Err(Trouble::Busy)
}
