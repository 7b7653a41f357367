//! The newest items of an inbox, as its head has them.
//!
//! The head keeps what became of the last messages, so it alone says which the newest items are. A
//! read of the items that may be stale costs half, and is enough where it finds those.
//!
//! Invariant: every change of an item notes it here, in the same transaction. A version that does
//! not know of this drops all of it with its first change. So what is here is true.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::inbox::{
    model::{Inbox, Notification},
    octets,
    recent::MOST_RECENT,
};

/// It is an item.
const THERE: u8 = b'.';
/// It is an item that was marked as read by itself.
const READ: u8 = b'r';
/// It is no item: it was deleted by itself, or is for apps alone.
const GONE: u8 = b'-';

/// What became of the newest messages of [`Recent`], oldest first: a letter for each. Of messages
/// before them it is not known.
///
/// [`Recent`]: crate::inbox::Recent
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct States(#[serde(with = "octets")] Vec<u8>);

impl States {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One letter for each: `.` an item, `r` one that was read by itself, `-` no item.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    fn add(&mut self, state: u8) {
        if self.0.len() >= MOST_RECENT {
            self.0.remove(0);
        }
        self.0.push(state);
    }
}

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
        let states = self.states.0.iter().rev().enumerate().filter(|(_, state)| **state != GONE);
        let mut found = found.into_iter();
        let mut newest = Vec::with_capacity(count);
        for (later, state) in states.take(count) {
            let mut item = found.find(|item| self.has_come(item, later))?;
            item.read |= *state == READ;
            newest.push(item);
        }
        (newest.len() == count).then_some(newest)
    }

    /// Whether an item is the message after which so many came.
    fn has_come(&self, item: &Notification, later: usize) -> bool {
        let recent = self.recent.as_ref().zip(item.message.as_ref());
        recent.is_some_and(|(recent, message)| recent.is(message, later))
    }

    /// Notes a message that has come.
    pub(super) fn note_new(&mut self, is_item: bool) {
        self.states.add(if is_item { THERE } else { GONE });
    }

    /// Notes that an item was marked as read by itself.
    pub(super) fn note_read(&mut self, item: &Notification) {
        self.note(item, READ);
    }

    /// Notes that an item was deleted by itself.
    pub(super) fn note_gone(&mut self, item: &Notification) {
        self.note(item, GONE);
    }

    fn note(&mut self, item: &Notification, state: u8) {
        let recent = self.recent.as_ref().zip(item.message.as_ref());
        let later = recent.and_then(|(recent, message)| recent.later_than(message));
        if let Some(noted) = later.and_then(|later| self.states.0.iter_mut().rev().nth(later)) {
            *noted = state;
        }
    }
}
