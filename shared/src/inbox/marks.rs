//! What a customer has read and deleted of the messages to all: two marks up to which all of it is,
//! and the exceptions above them.
//!
//! Invariants: there are no more exceptions than messages to all that live, because each change
//! takes away those that a mark covers or whose message is gone. A mark never rises above what the
//! process knew when it was set, so a message that is published meanwhile is not covered.

use serde::{Deserialize, Serialize};

use crate::inbox::broadcast::Visible;

/// Marks by the numbers of messages to all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Every message up to this one is read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) read_to: u64,
    /// Every message up to this one is deleted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) deleted_to: u64,
    /// Those above the first mark that are read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) read: Vec<u64>,
    /// Those above the second mark that are deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) deleted: Vec<u64>,
}

impl Marks {
    /// Whether nothing was ever marked.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a message is read or deleted.
    pub fn is_read(&self, number: u64) -> bool {
        number <= self.read_to || self.read.contains(&number) || self.is_deleted(number)
    }

    /// Whether a message is deleted.
    pub fn is_deleted(&self, number: u64) -> bool {
        number <= self.deleted_to || self.deleted.contains(&number)
    }

    /// After these were read.
    pub(crate) fn with_read(&self, numbers: &[u64], visible: &Visible) -> Self {
        let mut after = self.clone();
        after.read.extend(numbers);
        after.settled(visible)
    }

    /// After all that are known were read.
    pub(crate) fn with_all_read(&self, visible: &Visible) -> Self {
        let read_to = self.read_to.max(visible.last());
        Self { read_to, ..self.clone() }.settled(visible)
    }

    /// After these were deleted.
    pub(crate) fn without(&self, numbers: &[u64], visible: &Visible) -> Self {
        let mut after = self.clone();
        after.deleted.extend(numbers);
        after.settled(visible)
    }

    /// After all that are known were deleted.
    pub(crate) fn without_all(&self, visible: &Visible) -> Self {
        let deleted_to = self.deleted_to.max(visible.last());
        Self { deleted_to, ..self.clone() }.settled(visible)
    }

    /// The same with the marks as high as they can be, and without the exceptions that are not
    /// needed. Of messages that the process does not know yet nothing is forgotten.
    fn settled(mut self, visible: &Visible) -> Self {
        let known = visible.last();
        let highest = |is_done: &dyn Fn(u64) -> bool| {
            let first_left = visible.iter().map(|one| one.number).find(|number| !is_done(*number));
            first_left.map_or(known, |number| number - 1)
        };
        self.deleted_to = self.deleted_to.max(highest(&|number| self.is_deleted(number)));
        self.read_to = self.read_to.max(highest(&|number| self.is_read(number)));
        let is_kept = |number: u64| number > known || visible.has(number);
        self.deleted.retain(|number| *number > self.deleted_to && is_kept(*number));
        let deleted = &self.deleted;
        self.read.retain(|number| {
            *number > self.read_to && is_kept(*number) && !deleted.contains(number)
        });
        for list in [&mut self.deleted, &mut self.read] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
