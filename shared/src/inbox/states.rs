//! What became of the last messages that came into an inbox.

use serde::{Deserialize, Serialize};

use crate::inbox::{octets, recent::MOST_RECENT};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is an item.
    There,
    /// It is an item that was marked as read by itself.
    Read,
    /// It is no item: it was deleted by itself, or is for apps alone.
    Gone,
}

/// The states of the newest messages of [`Recent`], oldest first, a letter for each. Those of
/// earlier ones are not known.
///
/// Invariant: every change of an item notes its state, in the same transaction. A version that does
/// not know states drops all of them with its first change. So what is here is true.
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

    /// Adds that of one more message.
    pub(super) fn add(&mut self, state: State) {
        if self.0.len() >= MOST_RECENT {
            self.0.remove(0);
        }
        self.0.push(state.letter());
    }

    /// Changes that of the message after which so many came, if it is known.
    pub(super) fn set(&mut self, later: usize, state: State) {
        if let Some(letter) = self.0.iter_mut().rev().nth(later) {
            *letter = state.letter();
        }
    }

    /// Those that this version knows, newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = State> {
        self.0.iter().rev().map_while(|letter| State::of(*letter))
    }
}

impl State {
    fn letter(self) -> u8 {
        match self {
            Self::There => b'.',
            Self::Read => b'r',
            Self::Gone => b'-',
        }
    }

    fn of(letter: u8) -> Option<Self> {
        [Self::There, Self::Read, Self::Gone].into_iter().find(|state| state.letter() == letter)
    }
}
