//! An inbox: what is visible in it, what is read, and how many. Everything that is true of all its
//! items together stands in its head.
//!
//! Invariants: every change of an inbox is one transaction that raises its head's revision, so
//! nothing is counted twice or not at all, whoever races; ids rise in the order of writing, so all
//! that exists at a moment is what is not above the last id; items live by whole weeks, so the
//! counts of a week leave with its items and nobody counts what has expired.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    hashes::ContentHash,
    ids::NotificationId,
    inbox::{
        marks::Marks,
        recent::Recent,
        states::{State, States},
    },
    random::Random,
};

const WEEK_MILLIS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// The head of an inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Counts the changes; 0 is an inbox that was never written.
    pub revision: u64,
    /// The newest item ever written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<NotificationId>,
    /// Every item up to this one is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_to: Option<NotificationId>,
    /// Every item up to this one is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_to: Option<NotificationId>,
    /// The weeks that hold items, oldest first.
    #[serde(default)]
    pub weeks: Vec<Week>,
    /// What is read and deleted of the messages to all.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// The last messages that came; none where all came before inboxes had this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent: Option<Recent>,
    /// What became of the newest of them.
    #[serde(default, skip_serializing_if = "States::is_empty")]
    pub states: States,
    /// Until when messages that came before that may have receipts.
    #[serde(
        default,
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub receipts_to: Option<Timestamp>,
}

/// The items of one week. Stored as a list of its fields, in this order: the names would take a
/// third of a head of many weeks, and a head above 1 KB costs two write units more for each
/// message. Earlier versions stored a map, which is read as well.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Week {
    /// Weeks since 1970.
    pub number: i64,
    /// How many items it holds.
    pub total: u64,
    /// How many of them are not read.
    pub unread: u64,
    /// When its items expire, all at once and never before those of an earlier week.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

impl Serialize for Week {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let until = self.until.as_millisecond();
        (self.number, self.total, self.unread, until).serialize(serializer)
    }
}

/// An item of an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id, which also says when it came.
    pub id: NotificationId,
    /// What the publisher calls its kind.
    pub category: String,
    /// Its heading.
    pub title: String,
    /// Its text.
    pub body: String,
    /// What the app makes of it: a JSON object, as text, so that its numbers stay as they were
    /// written.
    pub data: String,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether it was marked as read by itself; see [`Inbox::is_read`].
    pub read: bool,
    /// Hash of the publisher's id; none where it came before items had this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<ContentHash>,
    /// When it expires.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

/// That a message of a publisher came into an inbox, so that it comes once. None is written any
/// more: [`Recent`] has taken their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The item that it became; it may be deleted.
    pub notification: NotificationId,
    /// Hash of the publisher's id.
    pub message: ContentHash,
    /// Until when it is known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
}

/// An item as it was when a change of it was decided. What is counted depends on the flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenItem {
    /// Its id.
    pub id: NotificationId,
    /// See [`Notification::read`].
    pub read: bool,
}

impl SeenItem {
    fn of(item: &Notification) -> Self {
        Self { id: item.id, read: item.read }
    }
}

impl Inbox {
    /// Whether an item exists at `now`.
    pub fn is_visible(&self, id: NotificationId, now: Timestamp) -> bool {
        self.deleted_to.is_none_or(|to| id > to)
            && self.week_of(id).is_some_and(|week| week.until > now)
    }

    /// Whether an item is read.
    pub fn is_read(&self, item: &Notification) -> bool {
        item.read || self.read_to.is_some_and(|to| item.id <= to)
    }

    /// How many items are not read at `now`.
    pub fn unread(&self, now: Timestamp) -> u64 {
        self.live(now).map(|week| week.unread).sum()
    }

    /// How many items there are at `now`.
    pub fn total(&self, now: Timestamp) -> u64 {
        self.live(now).map(|week| week.total).sum()
    }

    /// Names what is visible at `now`: changes with every change, and whenever something expires.
    pub fn version(&self, now: Timestamp) -> String {
        let oldest = self.live(now).map(|week| week.number).next().unwrap_or(0);
        format!("{:x}-{oldest:x}", self.revision)
    }

    /// The inbox with the item of one more message, which is known from then on, and is kept for
    /// `kept` or up to a week longer: with it, the item's id and its end.
    pub fn with_message(
        &self,
        message: &ContentHash,
        now: Timestamp,
        kept: SignedDuration,
        random: &dyn Random,
    ) -> (Self, NotificationId, Timestamp) {
        let (mut after, id, until) = self.with_new(now, kept, random);
        after.states = after.states.with(State::There);
        (after.knowing(message, self, now, kept), id, until)
    }

    fn with_new(
        &self,
        now: Timestamp,
        kept: SignedDuration,
        random: &dyn Random,
    ) -> (Self, NotificationId, Timestamp) {
        let id = NotificationId::after(self.last, now, random);
        let mut after = self.next(now);
        let number = week_number(id);
        let ends = Timestamp::from_millisecond((number + 1) * WEEK_MILLIS)
            .unwrap_or(now)
            .saturating_add(kept)
            .unwrap_or(Timestamp::MAX);
        let ends = after.weeks.iter().map(|week| week.until).fold(ends, Timestamp::max);
        after.last = Some(id);
        if let Some(week) = after.weeks.last_mut().filter(|week| week.number == number) {
            week.total += 1;
            week.unread += 1;
            let until = week.until;
            return (after, id, until);
        }
        after.weeks.push(Week { number, total: 1, unread: 1, until: ends });
        (after, id, ends)
    }

    /// The same inbox, in which a message that makes no item is known from then on.
    pub fn with_known(&self, message: &ContentHash, now: Timestamp, kept: SignedDuration) -> Self {
        let mut after = self.next(now);
        after.states = after.states.with(State::Gone);
        after.knowing(message, self, now, kept)
    }

    fn knowing(
        self,
        message: &ContentHash,
        before: &Self,
        now: Timestamp,
        kept: SignedDuration,
    ) -> Self {
        let recent = Some(before.recent.clone().unwrap_or_default().with(message));
        let receipts_to = if before.recent.is_none() && before.revision > 0 {
            // An item, and with it its receipt, lives for up to a week longer.
            now.saturating_add(kept + SignedDuration::from_hours(24 * 7)).ok()
        } else {
            before.receipts_to.filter(|to| *to > now)
        };
        Self { recent, receipts_to, ..self }
    }

    /// Whether a message is among the last that came.
    pub fn knows(&self, message: &ContentHash) -> bool {
        self.recent.as_ref().is_some_and(|recent| recent.has(message))
    }

    /// Whether messages came that are not known any more.
    pub fn has_forgotten(&self) -> bool {
        self.recent.as_ref().is_some_and(Recent::is_full)
    }

    /// Whether there can be receipts of messages that are not known.
    pub fn may_have_receipts(&self, now: Timestamp) -> bool {
        self.revision > 0 && (self.recent.is_none() || self.receipts_to.is_some_and(|to| to > now))
    }

    /// The inbox after these items of it were read, and which of them change; none where none does.
    pub fn with_read(
        &self,
        items: &[Notification],
        now: Timestamp,
    ) -> Option<(Self, Vec<SeenItem>)> {
        let mut after = self.next(now);
        let mut changing = Vec::new();
        for item in self.visible(items, now).filter(|item| !self.is_read(item)) {
            changing.push(SeenItem::of(item));
            after.note(item, State::Read);
            after.count(item.id, |week| week.unread = week.unread.saturating_sub(1));
        }
        (!changing.is_empty()).then_some((after, changing))
    }

    /// The inbox after everything that exists was read; none where everything is.
    pub fn with_all_read(&self, now: Timestamp) -> Option<Self> {
        let mut after = self.next(now);
        after.read_to = self.last;
        for week in &mut after.weeks {
            week.unread = 0;
        }
        (self.unread(now) > 0).then_some(after)
    }

    /// The inbox without these items of it, and which of them there are; none where there is none.
    pub fn without(&self, items: &[Notification], now: Timestamp) -> Option<(Self, Vec<SeenItem>)> {
        let mut after = self.next(now);
        let mut leaving = Vec::new();
        for item in self.visible(items, now) {
            let unread = u64::from(!self.is_read(item));
            leaving.push(SeenItem::of(item));
            after.note(item, State::Gone);
            after.count(item.id, |week| {
                week.total = week.total.saturating_sub(1);
                week.unread = week.unread.saturating_sub(unread);
            });
        }
        (!leaving.is_empty()).then_some((after, leaving))
    }

    /// The inbox without anything that exists, and how many that are; none where there is nothing.
    pub fn without_all(&self, now: Timestamp) -> Option<(Self, u64)> {
        let total = self.total(now);
        let after = Self { deleted_to: self.last, weeks: Vec::new(), ..self.next(now) };
        (total > 0).then_some((after, total))
    }

    /// The next revision, with no week that is over.
    pub(super) fn next(&self, now: Timestamp) -> Self {
        Self {
            revision: self.revision + 1,
            weeks: self.live(now).cloned().collect(),
            ..self.clone()
        }
    }

    fn live(&self, now: Timestamp) -> impl Iterator<Item = &Week> {
        self.weeks.iter().filter(move |week| week.until > now)
    }

    fn visible<'a>(
        &'a self,
        items: &'a [Notification],
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Notification> {
        items.iter().filter(move |item| self.is_visible(item.id, now))
    }

    fn note(&mut self, item: &Notification, state: State) {
        let recent = self.recent.as_ref().zip(item.message.as_ref());
        let later = recent.and_then(|(recent, message)| recent.later_than(message));
        if let Some(later) = later {
            self.states.set(later, state);
        }
    }

    fn week_of(&self, id: NotificationId) -> Option<&Week> {
        let number = week_number(id);
        self.weeks.iter().find(|week| week.number == number)
    }

    fn count(&mut self, id: NotificationId, change: impl FnOnce(&mut Week)) {
        let number = week_number(id);
        if let Some(week) = self.weeks.iter_mut().find(|week| week.number == number) {
            change(week);
        }
    }
}

fn week_number(id: NotificationId) -> i64 {
    id.millis().div_euclid(WEEK_MILLIS)
}

#[cfg(test)]
mod tests;
