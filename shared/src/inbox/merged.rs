//! An inbox together with the messages to all: what is counted, read and deleted of both.

use jiff::Timestamp;

use crate::inbox::{
    broadcast::Visible,
    model::{Inbox, Notification, SeenItem},
};

/// The factor of a 64-bit FNV hash.
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// An inbox after a change of some of its messages.
#[derive(Debug)]
pub struct Changed {
    /// Its head.
    pub inbox: Inbox,
    /// The items that change.
    pub items: Vec<SeenItem>,
    /// How many messages to all change for the customer.
    pub for_all: usize,
}

/// Messages that a request names.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Items of the inbox.
    pub items: &'a [Notification],
    /// Numbers of messages to all.
    pub numbers: &'a [u64],
}

impl Inbox {
    /// How many messages are not read at `now`.
    pub fn unread_with(&self, visible: &Visible, now: Timestamp) -> u64 {
        let unread = visible.iter().filter(|one| !self.marks.is_read(one.number));
        self.unread(now) + unread.count() as u64
    }

    /// How many messages there are at `now`.
    pub fn total_with(&self, visible: &Visible, now: Timestamp) -> u64 {
        let there = visible.iter().filter(|one| !self.marks.is_deleted(one.number));
        self.total(now) + there.count() as u64
    }

    /// Names what is visible at `now`: changes with every change, with every message to all, and
    /// whenever something expires.
    pub fn version_with(&self, visible: &Visible, now: Timestamp) -> String {
        let own = self.version(now);
        match (visible.iter().next(), visible.iter().last()) {
            (Some(first), Some(last)) => {
                // Those between may be for others, as soon as a profile changes.
                let between = visible
                    .iter()
                    .fold(0_u64, |hash, one| hash.wrapping_mul(FNV_PRIME).wrapping_add(one.number));
                format!("{own}-{:x}-{:x}-{between:x}", first.number, last.number)
            }
            _ => own,
        }
    }

    /// The inbox after these messages were read; none where nothing changes.
    pub fn with_read_of(
        &self,
        Named { items, numbers }: Named<'_>,
        visible: &Visible,
        now: Timestamp,
    ) -> Option<Changed> {
        let is_unread = |number: &u64| !self.marks.is_read(*number);
        let numbers: Vec<u64> = numbers.iter().copied().filter(is_unread).collect();
        let (mut inbox, items) = self.changed(self.with_read(items, now), &numbers, now)?;
        inbox.marks = inbox.marks.with_read(&numbers, visible);
        Some(Changed { inbox, items, for_all: numbers.len() })
    }

    /// The inbox after everything that exists was read; none where everything is.
    pub fn with_all_read_of(&self, visible: &Visible, now: Timestamp) -> Option<Self> {
        (self.unread_with(visible, now) > 0).then(|| {
            let mut after = self.with_all_read(now).unwrap_or_else(|| self.next(now));
            after.marks = after.marks.with_all_read(visible);
            after
        })
    }

    /// The inbox without these messages; none where none of them is there.
    pub fn without_of(
        &self,
        Named { items, numbers }: Named<'_>,
        visible: &Visible,
        now: Timestamp,
    ) -> Option<Changed> {
        let is_there = |number: &u64| !self.marks.is_deleted(*number);
        let numbers: Vec<u64> = numbers.iter().copied().filter(is_there).collect();
        let (mut inbox, items) = self.changed(self.without(items, now), &numbers, now)?;
        inbox.marks = inbox.marks.without(&numbers, visible);
        Some(Changed { inbox, items, for_all: numbers.len() })
    }

    /// The inbox without anything that exists, and how many that are; none where there is nothing.
    pub fn without_all_of(&self, visible: &Visible, now: Timestamp) -> Option<(Self, u64)> {
        let total = self.total_with(visible, now);
        (total > 0).then(|| {
            let own = self.without_all(now).map(|(after, _)| after);
            let mut after = own.unwrap_or_else(|| self.next(now));
            after.marks = after.marks.without_all(visible);
            (after, total)
        })
    }

    fn changed(
        &self,
        own: Option<(Self, Vec<SeenItem>)>,
        numbers: &[u64],
        now: Timestamp,
    ) -> Option<(Self, Vec<SeenItem>)> {
        own.or_else(|| (!numbers.is_empty()).then(|| (self.next(now), Vec::new())))
    }
}
