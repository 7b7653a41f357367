//! The newest items of an inbox, as its head has them.
//!
//! The head knows what became of the last messages, so it alone says which the newest items are. A
//! read of the items that may be stale costs half, and is enough where it finds those.

use jiff::Timestamp;

use crate::inbox::{
    model::{Inbox, Notification},
    states::State,
};

impl Inbox {
    /// The newest items, up to `most`, newest first: those of `found` that the head names, as it has
    /// them; none where one is missing, or the head does not know so many. `found` is newest first,
    /// as storage had it then or before.
    pub fn newest(
        &self,
        found: Vec<Notification>,
        most: usize,
        now: Timestamp,
    ) -> Option<Vec<Notification>> {
        // Items expire in the order in which they came, so those that live are the newest ones.
        let count = usize::try_from(self.total(now)).unwrap_or(usize::MAX).min(most);
        let known = self.states.newest_first().enumerate();
        let mut found = found.into_iter();
        let mut newest = Vec::with_capacity(count);
        for (later, state) in known.filter(|(_, state)| *state != State::Gone).take(count) {
            let mut item = found.find(|item| self.has_come(item, later))?;
            item.read |= state == State::Read;
            newest.push(item);
        }
        (newest.len() == count).then_some(newest)
    }

    /// Whether an item is the message after which so many came.
    fn has_come(&self, item: &Notification, later: usize) -> bool {
        let recent = self.recent.as_ref().zip(item.message.as_ref());
        recent.is_some_and(|(recent, message)| recent.is(message, later))
    }
}
