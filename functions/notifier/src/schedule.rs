//! Messages that are to be sent later: they wait in the table, and the clean-up publishes them
//! again without `send_at` when their time has come.

use jiff::SignedDuration;
use shared::{
    account::Status, app::AppState, hashes::ContentHash, ids::CustomerId, inbox::ScheduledText,
};

use crate::{message::Message, recipient::To, trouble::Trouble, unreadable::Unreadable};

/// How far ahead a message can be scheduled.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Whether there is nothing to do for a message now, since it waits for its time, or its id is that
/// of one that waited. One trip and one read unit; two trips more, five write units and two for
/// each further KB of the text where it begins to wait.
pub(crate) async fn waits(app: &AppState, message: &Message) -> Result<bool, Trouble> {
    let Some(at) = message.send_at else { return Ok(false) };
    let now = app.now();
    if at.duration_since(now) > MOST_AHEAD {
        return Err(Unreadable("send_at must be at most 30 days ahead").into());
    }
    let hash = ContentHash::of(&message.id);
    // A record that comes again after its time, or after it was cancelled, sends nothing.
    if app.store.scheduled(&hash).await?.is_some() {
        return Ok(true);
    }
    if at <= now {
        return Ok(false);
    }
    let customer = recipient(app, message).await?;
    if let Some(customer) = customer {
        let account = app.store.account(customer).await?;
        if account.is_none_or(|account| account.status == Status::Deleted) {
            return Ok(true);
        }
    }
    let waiting = ScheduledText { message: hash, text: message.for_its_time(), at };
    let is_new = app.store.schedule(customer, &waiting).await?;
    tracing::info!(correlation = message.correlation, %at, is_new, "a message waits for its time");
    Ok(true)
}

/// The customer whom a message is about: with them its text leaves.
async fn recipient(app: &AppState, message: &Message) -> Result<Option<CustomerId>, Trouble> {
    match &message.to {
        To::Customer(customer) => Ok(Some(*customer)),
        To::Phone(phone) => Ok(app.store.owner_of_phone(&app.hashes()?.phone(phone)).await?),
        _ => Ok(None),
    }
}
