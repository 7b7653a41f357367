//! Publishing a message to all, stopping its pushes, and how far they have come.
//!
//! Protocol: the message is one item, written once under its number. Its pushes walk 256 ranges of
//! the list of customers with devices. Each range has an item that says where its walk is: a page
//! moves it on after its pushes, from the place where the page began, and only then publishes the
//! next page. So two pages of one place cannot both go on, and a page that is delivered again knows
//! whether it was the one that moved it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use table::{EXPIRES, Query, Write, Written, boolean, item, kinds, number, records, text};

use crate::{
    device::DeviceRange,
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{
        audience::Audience,
        broadcast::{BROADCAST_LIFE, Broadcast, MOST_BROADCASTS, SILENT_LIFE},
        broadcast_cache::BroadcastCache,
        keys,
    },
    random::Random,
    store::{Store, StoreError},
};

/// A message to all that is not published yet.
#[derive(Debug, Clone)]
pub struct NewBroadcast {
    /// Hash of the publisher's id.
    pub message: ContentHash,
    /// What the publisher calls its kind.
    pub category: String,
    /// Its heading.
    pub title: String,
    /// Its text.
    pub body: String,
    /// A JSON object, as text.
    pub data: String,
    /// A picture.
    pub image_url: Option<String>,
    /// Whether it is for apps alone.
    pub silent: bool,
    /// Whom it is for.
    pub audience: Audience,
}

/// What came of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// It is in every inbox, now or since it was published before, under this number.
    Published(u64),
    /// As many live as there may be.
    Full,
}

/// How far the pushes of a range of customers have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeProgress {
    /// The last customer who was served; none at the beginning.
    #[serde(default)]
    pub next: Option<CustomerId>,
    /// Whether all were.
    #[serde(default)]
    pub done: bool,
    /// How many were.
    #[serde(default)]
    pub customers: u64,
    /// How many pushes SNS accepted.
    #[serde(default)]
    pub pushes: u64,
    /// When it was moved on last; none where an earlier version did that.
    #[serde(
        default,
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub moved: Option<Timestamp>,
}

/// What a page has served.
#[derive(Debug, Clone, Copy)]
pub struct ServedPage {
    /// The customer behind whom the page began.
    pub after: Option<CustomerId>,
    /// Where the next page begins; none where the range is done.
    pub next: Option<CustomerId>,
    /// How many customers were served.
    pub customers: usize,
    /// How many pushes SNS accepted.
    pub pushes: usize,
}

/// How long a page can be under way, with some of its tries.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// How far all pushes of a message have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushProgress {
    /// Of [`DeviceRange::COUNT`], how many ranges are done.
    pub ranges: usize,
    /// How many customers were served.
    pub customers: u64,
    /// How many pushes SNS accepted.
    pub pushes: u64,
}

kinds! {
    Broadcast: "broadcast",
    RangeProgress: "push_range",
}

impl RangeProgress {
    /// Whether the walk has gone on from the place where a page begins.
    pub fn is_behind(&self, after: Option<CustomerId>) -> bool {
        self.done || self.next != after
    }

    /// Whether nobody has moved it on for as long as no page is under way.
    pub fn has_rested(&self, now: Timestamp) -> bool {
        self.moved.is_some_and(|moved| now.duration_since(moved) > REST)
    }
}

impl Store {
    /// The messages to all with a higher number, in their order. One trip for each MB; half a read
    /// unit for each 4 KB, one where `consistent`.
    pub(crate) async fn broadcasts_behind(
        &self,
        last: u64,
        consistent: bool,
    ) -> Result<Vec<Broadcast>, StoreError> {
        let query = Query::of(keys::BROADCASTS).after((last > 0).then(|| keys::broadcast(last)));
        let query = if consistent { query.consistent() } else { query };
        records(self.table.all(query).await?)
    }

    /// A message to all, strongly consistent. One trip, a read unit for each 4 KB.
    pub async fn broadcast(&self, number: u64) -> Result<Option<Broadcast>, StoreError> {
        self.table.get(keys::broadcast(number), true).await
    }

    /// Publishes a message to all, unless one with its id lives. Two trips, more where others
    /// publish at the same time; one write unit for each KB, and one for each KB of those that have
    /// expired since the last one.
    pub async fn publish_to_all(
        &self,
        cache: &BroadcastCache,
        new: &NewBroadcast,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Publication, StoreError> {
        loop {
            let known = cache.read_consistently(self, now).await?;
            let mut alive = known.iter().filter(|one| one.is_alive(now));
            if let Some(before) = alive.find(|one| one.message == new.message) {
                return Ok(Publication::Published(before.number));
            }
            if known.alive(now) >= MOST_BROADCASTS {
                return Ok(Publication::Full);
            }
            let last = known.iter().last().map(|last| last.id);
            let broadcast = new.numbered(known.last() + 1, last, now, random);
            let number = broadcast.number;
            let put = Write::new_item(item(keys::broadcast(number), &broadcast)?);
            if self.table.write(put).await?.is_done() {
                let expired = known.iter().filter(|one| !one.is_alive(now));
                let expired: Vec<u64> = expired.map(|one| one.number).collect();
                self.delete_broadcasts(&expired).await?;
                cache.forget(&expired);
                return Ok(Publication::Published(number));
            }
        }
    }

    /// Never the last one, which keeps the numbers from beginning anew.
    async fn delete_broadcasts(&self, numbers: &[u64]) -> Result<(), StoreError> {
        for number in numbers {
            // There is no condition that could refuse.
            let _ = self.table.write(Write::delete(keys::broadcast(*number))).await?;
        }
        Ok(())
    }

    /// Stops the pushes of a message to all, which stays in inboxes; false where there is none with
    /// this id. Two trips, one write unit for each KB.
    pub async fn stop_pushes(
        &self,
        cache: &BroadcastCache,
        message: &ContentHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let known = cache.read_consistently(self, now).await?;
        let Some(found) = known.iter().rfind(|one| one.message == *message) else {
            return Ok(false);
        };
        let stop = Write::update(keys::broadcast(found.number), "SET stopped = :true")
            .when_exists()
            .value(":true", boolean(true));
        Ok(self.table.write(stop).await?.is_done())
    }

    /// How far the pushes of a range have come, strongly consistent. One trip, one read unit.
    pub async fn range_progress(
        &self,
        message: &ContentHash,
        range: DeviceRange,
    ) -> Result<RangeProgress, StoreError> {
        Ok(self.table.get(keys::push_range(message, range), true).await?.unwrap_or_default())
    }

    /// Moves a range on behind a page; false where another page of the same place has. One trip,
    /// one write unit.
    pub async fn move_range_on(
        &self,
        message: &ContentHash,
        range: DeviceRange,
        served: ServedPage,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let count = |count: usize| number(count);
        let change = match served.next {
            Some(_) => "SET #done = :done, #expires = :expires, moved = :moved, #next = :next",
            None => "SET #done = :done, #expires = :expires, moved = :moved",
        };
        let change = format!("{change} ADD #customers :customers, #pushes :pushes");
        let write = Write::update(keys::push_range(message, range), &change)
            .name("#done", "done")
            .name("#next", "next")
            .name("#expires", EXPIRES)
            .name("#customers", "customers")
            .name("#pushes", "pushes")
            .value(":done", boolean(served.next.is_none()))
            .value(":expires", number(until.as_second()))
            .value(":moved", number(now.as_millisecond()))
            .value(":customers", count(served.customers))
            .value(":pushes", count(served.pushes));
        let write = match served.next {
            Some(next) => write.value(":next", text(next)),
            None => write,
        };
        let write = match served.after {
            None => write.when("attribute_not_exists(#done) AND attribute_not_exists(#next)"),
            Some(after) => write
                .when("#next = :after AND #done = :going")
                .value(":after", text(after))
                .value(":going", boolean(false)),
        };
        self.table.write(write).await.map(Written::is_done)
    }

    /// How far all pushes of a message have come. One trip, half a read unit for each 4 KB.
    pub async fn push_progress(&self, message: &ContentHash) -> Result<PushProgress, StoreError> {
        let query = Query::of(keys::pushes_of(message)).beginning(keys::RANGES);
        let ranges: Vec<RangeProgress> = records(self.table.all(query).await?)?;
        Ok(PushProgress {
            ranges: ranges.iter().filter(|range| range.done).count(),
            customers: ranges.iter().map(|range| range.customers).sum(),
            pushes: ranges.iter().map(|range| range.pushes).sum(),
        })
    }
}

impl NewBroadcast {
    fn numbered(
        &self,
        number: u64,
        last: Option<NotificationId>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Broadcast {
        let life = if self.silent { SILENT_LIFE } else { BROADCAST_LIFE };
        Broadcast {
            number,
            id: NotificationId::after(last, now, random),
            message: self.message.clone(),
            category: self.category.clone(),
            title: self.title.clone(),
            body: self.body.clone(),
            data: self.data.clone(),
            image_url: self.image_url.clone(),
            published: now,
            until: now.saturating_add(life).unwrap_or(Timestamp::MAX),
            stopped: false,
            silent: self.silent,
            audience: self.audience.clone(),
        }
    }
}
