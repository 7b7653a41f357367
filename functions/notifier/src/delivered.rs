//! What came of a message: counts for the log, and what a push says of the inbox.

use std::ops::AddAssign;

use jiff::Timestamp;
use shared::{
    app::AppState,
    ids::{CustomerId, NotificationId},
    inbox::Audience,
};

use crate::{message::Message, trouble::Trouble};

/// Counts of what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Inboxes that received the message.
    pub(crate) inboxes: usize,
    /// Pushes that SNS accepted.
    pub(crate) pushes: usize,
    /// Devices that were silenced.
    pub(crate) silenced: usize,
}

/// What a push says of the inbox, and which devices it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// The message's item in the inbox; none of a silent message.
    pub(crate) notification: Option<NotificationId>,
    /// Number of unread notifications, where they are counted.
    pub(crate) unread: Option<u64>,
    /// Only devices that were registered by then.
    pub(crate) registered_by: Option<Timestamp>,
    /// Only devices on the platforms of an audience.
    pub(crate) audience: Option<&'a Audience>,
}

impl AddAssign for Delivered {
    fn add_assign(&mut self, more: Self) {
        self.inboxes += more.inboxes;
        self.pushes += more.pushes;
        self.silenced += more.silenced;
    }
}

/// What a page did, and the customers that come back.
pub(crate) fn sum(
    app: &AppState,
    message: &Message,
    outcomes: Vec<(CustomerId, Result<Delivered, Trouble>)>,
) -> (Delivered, Vec<CustomerId>) {
    let (mut delivered, mut left) = (Delivered::default(), Vec::new());
    for (customer, outcome) in outcomes {
        match outcome {
            Ok(more) => delivered += more,
            Err(trouble) => {
                tracing::warn!(
                    correlation = message.correlation,
                    customer = app.pseudonym(customer),
                    error = %trouble,
                    "a customer of a page comes back"
                );
                left.push(customer);
            }
        }
    }
    (delivered, left)
}
