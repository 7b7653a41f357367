//! The newest items of an inbox, as its head has them.
//!
//! The head knows what became of the last messages, so it alone says which the newest items are. A
//! read of the items that may be stale costs half, and is enough where it found those. It does not
//! know them of a page that goes back further than the last 64 messages, those among them that were
//! deleted or silent; then the list reads once more.
//!
//! An id that a publisher uses again, against the rules, after 64 others can have the state of its
//! first message here. At worst, a replica that lags then leaves out its second.

use jiff::Timestamp;

use crate::inbox::{
    model::{Inbox, Notification},
    states::State,
};

impl Inbox {
    /// Whether these are the newest items, up to `most`, as the head has them; false also where it
    /// knows fewer. `found` is newest first.
    pub fn vouches_for(&self, found: &[Notification], most: usize, now: Timestamp) -> bool {
        // Items expire in the order in which they came, so those that live are the newest ones.
        let count = usize::try_from(self.total(now)).unwrap_or(usize::MAX).min(most);
        let there = || found.iter().filter(|item| self.is_visible(item.id, now));
        let known = self.states.newest_first().enumerate();
        let named = known.filter(|(_, state)| *state != State::Gone);
        let matching = there().zip(named).take_while(|(item, (later, state))| {
            self.has_come(item, *later) && (*state != State::Read || item.read)
        });
        there().count() == count && matching.count() == count
    }

    /// Whether an item is the message after which so many came.
    fn has_come(&self, item: &Notification, later: usize) -> bool {
        let recent = self.recent.as_ref().zip(item.message.as_ref());
        recent.is_some_and(|(recent, message)| recent.is(message, later))
    }

    /// Whether an item came later than all that this head knows.
    pub fn is_older_than(&self, item: &Notification) -> bool {
        self.last.is_none_or(|last| last < item.id)
    }
}
