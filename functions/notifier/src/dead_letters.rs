//! Records that were tried for the last time.
//!
//! Protocol: SQS would move such a record to the dead-letter queue as it is. It is put there here,
//! with the attributes `reason` and `record`, and counts as done. Where that fails, it comes back,
//! and SQS moves it. So no record is lost, and one can be among the dead letters twice.

use shared::app::AppState;

use crate::{delivered::Delivered, delivery::Delivery, trouble::Trouble};

/// Makes a dead letter of a record whose last delivery this was; otherwise `trouble` again. The
/// record is its id and its body.
pub(crate) async fn settle(
    app: &AppState,
    (id, body): (&str, &str),
    delivery: Delivery,
    trouble: Trouble,
) -> Result<Delivered, Trouble> {
    let is_last = app.settings.inbox().is_ok_and(|inbox| delivery.receives >= inbox.tries);
    let Some(topic) = app.dead_letters.as_ref().filter(|_| is_last) else { return Err(trouble) };
    let attributes = [("reason", trouble.to_string()), ("record", id.to_owned())];
    match topic.publish_with(body, &attributes).await {
        Ok(()) => {
            tracing::error!(record = id, error = %trouble, "a message is a dead letter");
            Ok(Delivered::default())
        }
        Err(error) => {
            tracing::warn!(record = id, %error, "a message becomes a dead letter without a reason");
            Err(trouble)
        }
    }
}
