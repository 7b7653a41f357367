//! Messages to all customers: one item each, in one list that every inbox is merged with when it is
//! read.
//!
//! Invariants: messages are numbered without a gap, each written under the condition that nobody
//! has its number, so whoever knows a message knows all before it, and a mark up to a number means
//! the same to everybody. The last one stays in the list even if it has expired, so that no number
//! is given twice.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::audience::{Audience, Traits},
};

/// How many messages to all live at a time at most.
pub const MOST_BROADCASTS: usize = 200;

/// How long a message to all lives.
pub const BROADCAST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// How long a silent one lives: as long as a queue can keep a page of its pushes.
pub const SILENT_LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// A message to all customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    /// Its number in the list, from 1.
    pub number: u64,
    /// Its id in inboxes.
    pub id: NotificationId,
    /// Hash of the publisher's id.
    pub message: ContentHash,
    /// What the publisher calls its kind.
    pub category: String,
    /// Its heading.
    pub title: String,
    /// Its text.
    pub body: String,
    /// What the app makes of it: a JSON object, as text.
    pub data: String,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// When it was published. Customers who registered later do not see it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub published: Timestamp,
    /// When it expires.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub until: Timestamp,
    /// Whether the operator stopped its pushes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stopped: bool,
    /// Whether it is for apps alone, so that no inbox shows or counts it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub silent: bool,
    /// Whom it is for.
    #[serde(default, skip_serializing_if = "Audience::is_everybody")]
    pub audience: Audience,
}

impl Broadcast {
    /// Whether it has not expired.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.until > now
    }

    /// Whether a customer existed when it was published.
    pub fn is_for(&self, customer: CustomerId) -> bool {
        customer.time() <= self.published
    }
}

/// All messages to all that a process knows, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub struct Broadcasts(Arc<[Arc<Broadcast>]>);

impl Broadcasts {
    pub(crate) fn of(known: impl Iterator<Item = Arc<Broadcast>>) -> Self {
        Self(known.collect())
    }

    /// The messages.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Broadcast>> {
        self.0.iter()
    }

    /// The last number; 0 where nothing was ever published.
    pub fn last(&self) -> u64 {
        self.0.last().map_or(0, |last| last.number)
    }

    /// How many have not expired.
    pub fn alive(&self, now: Timestamp) -> usize {
        self.iter().filter(|one| one.is_alive(now)).count()
    }

    /// Whether anything in profiles decides who sees one of them.
    pub fn asks_for_traits(&self, now: Timestamp) -> bool {
        let asks = |one: &Arc<Broadcast>| one.audience.asks_for_traits();
        self.iter().any(|one| !one.silent && one.is_alive(now) && asks(one))
    }

    /// What of them a customer can see at `now` of whom no more is known.
    pub fn visible_to(&self, customer: CustomerId, now: Timestamp) -> Visible {
        self.visible_with(customer, &Traits::default(), now)
    }

    /// What of them a customer can see at `now`.
    pub fn visible_with(&self, customer: CustomerId, traits: &Traits, now: Timestamp) -> Visible {
        let is_visible = |one: &&Arc<Broadcast>| {
            let is_for = one.is_for(customer) && one.audience.admits(traits);
            !one.silent && one.is_alive(now) && is_for
        };
        Visible { last: self.last(), all: self.iter().filter(is_visible).cloned().collect() }
    }
}

/// The messages to all that a customer can see, deleted ones among them.
#[derive(Debug, Clone, Default)]
pub struct Visible {
    last: u64,
    all: Vec<Arc<Broadcast>>,
}

impl Visible {
    /// The last number that the process knows.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The messages in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Broadcast>> {
        self.all.iter()
    }

    pub(crate) fn has(&self, number: u64) -> bool {
        self.all.binary_search_by_key(&number, |one| one.number).is_ok()
    }

    /// The numbers of those that have one of these ids, which are sorted.
    pub fn numbers_of(&self, ids: &[NotificationId]) -> Vec<u64> {
        let is_named = |one: &&Arc<Broadcast>| ids.binary_search(&one.id).is_ok();
        self.iter().filter(is_named).map(|one| one.number).collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_false(flag: &bool) -> bool {
    !flag
}
