//! One silent message to one customer: to the devices, and into no inbox.
//!
//! Protocol: the inbox's head notes the message after its pushes, beside those that became items.
//! So it is pushed at least once, and a record that comes again after that pushes nothing.

use shared::{account::Status, app::AppState, hashes::ContentHash, ids::CustomerId, inbox::Inbox};

use crate::{
    delivered::{About, Delivered},
    message::Message,
    push,
    trouble::Trouble,
};

/// How often the note is tried where others change the inbox.
const TRIES: usize = 20;

/// Pushes a message. A customer who is not there, left, or has no active device gets none.
///
/// One trip to storage, three read units; with active devices the pushes, another trip and a write
/// unit.
pub(crate) async fn to_customer(
    app: &AppState,
    message: &Message,
    customer: CustomerId,
) -> Result<Delivered, Trouble> {
    if !app.push.is_configured() {
        return Ok(Delivered::default());
    }
    let ((account, devices), inbox) =
        tokio::try_join!(push::read(app, customer), app.store.inbox(customer))?;
    let account = account.filter(|account| account.status != Status::Deleted);
    let Some(account) = account else { return Ok(Delivered::default()) };
    let hash = ContentHash::of(&message.id);
    let is_reachable = devices.iter().any(|device| device.is_active(&account, app.now()));
    if !is_reachable || inbox.knows(&hash) {
        return Ok(Delivered::default());
    }
    let about = About { notification: None, unread: None, registered_by: None, audience: None };
    let reading = (Some(account), devices);
    let delivered = push::to_devices(app, message, customer, about, reading).await?;
    if let Err(trouble) = note(app, customer, inbox, &hash).await {
        // To come back would push it once more.
        let correlation = &message.correlation;
        tracing::warn!(correlation, error = %trouble, "a silent message is not noted");
    }
    Ok(delivered)
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
