//! Puts the customers on the list of those with devices whose devices were registered before there
//! was the list. It is done once.
//!
//! Protocol: a sweep goes through all devices by when they were last seen, shard by shard, and
//! stores its place after each run. A day later a second pass goes through the devices that were
//! seen since shortly before the first one began, because functions of the last release may still
//! register devices while a release is deployed. After that a run only reads that all is done.
//! Invariant: the place moves on only behind customers who are on the list.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    DuePosition, KIND, Key, Record, SHARDS, Write, attribute, due_day, kinds, number, text,
};

use crate::{
    account,
    device::{
        DeviceHead,
        keys::{self, DEVICES_BY_LAST_SEEN},
    },
    domain::clean_up::{AT_ONCE, Counts, Run},
    ids::CustomerId,
    store::{Store, StoreError},
};

const PASSES: u32 = 2;
/// How long after the first pass the second one begins. A deploy takes less.
const BETWEEN_PASSES: SignedDuration = SignedDuration::from_hours(24);

/// How far the sweep has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// When the first pass began.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    began: Timestamp,
    /// How many passes are complete.
    passes: u32,
    /// The number of the shard.
    shard: usize,
    /// The last device of the shard that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Place>,
}

/// A place in a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    partition: String,
    sort: String,
    day: i64,
}

kinds! { Listing: "device_listing" }

/// Goes on with the sweep. One trip and half a read unit once it is done; before that a trip and
/// half a read unit for each thirty devices, half a unit for each device, and two write units for
/// each customer who is put on the list.
pub(super) async fn list_customers(run: &Run) -> Result<Counts, StoreError> {
    let stored: Option<Listing> = run.store.table.get(keys::listing(), false).await?;
    let mut listing = stored.clone().unwrap_or_else(|| Listing::beginning(run.now));
    let mut counts = Counts::default();
    let swept = listing.sweep(run, &mut counts).await;
    if stored.as_ref() != Some(&listing) {
        // There is no condition that could refuse.
        let _ = run.store.table.write(listing.write()?).await?;
    }
    swept.map(|()| counts)
}

impl Listing {
    fn beginning(now: Timestamp) -> Self {
        Self { began: now, passes: 0, shard: 0, after: None }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.passes == 0 || self.passes < PASSES && now.duration_since(self.began) >= BETWEEN_PASSES
    }

    /// The day from which on this pass looks at devices.
    fn since(&self) -> i64 {
        match self.passes {
            0 => 0,
            _ => due_day(self.began.saturating_sub(BETWEEN_PASSES).unwrap_or(self.began)),
        }
    }

    fn write(&self) -> Result<Write, StoreError> {
        let set = "SET #kind = :kind, began = :began, passes = :passes, #shard = :shard";
        let change = match self.after {
            Some(_) => format!("{set}, #after = :after"),
            None => format!("{set} REMOVE #after"),
        };
        let write = Write::update(keys::listing(), &change)
            .name("#kind", KIND)
            .name("#after", "after")
            .name("#shard", "shard")
            .value(":kind", text(<Self as Record>::KIND))
            .value(":began", number(self.began.as_millisecond()))
            .value(":passes", number(self.passes))
            .value(":shard", number(self.shard));
        Ok(match &self.after {
            Some(after) => write.value(":after", attribute(after)?),
            None => write,
        })
    }

    async fn sweep(&mut self, run: &Run, counts: &mut Counts) -> Result<(), StoreError> {
        if !self.is_due(run.now) {
            return Ok(());
        }
        while let Some(shard) = SHARDS.chars().nth(self.shard) {
            if run.is_over() {
                counts.unfinished = true;
                return Ok(());
            }
            let from = self.after.clone().map(|after| after.position(shard));
            let table = &run.store.table;
            let page = table.page_since(DEVICES_BY_LAST_SEEN, shard, self.since(), from).await?;
            let customers = page.keys.iter().filter_map(account::keys::customer_of);
            let listed: Vec<bool> = stream::iter(customers)
                .map(|customer| run.store.list_customer_of_before(customer))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            counts.done += listed.iter().map(|listed| u64::from(*listed)).sum::<u64>();
            self.after = page.next.and_then(|next| next.last()).map(Place::of);
            if self.after.is_none() {
                self.shard += 1;
            }
        }
        (self.passes, self.shard) = (self.passes + 1, 0);
        Ok(())
    }
}

impl Place {
    fn of((key, day): (Key, i64)) -> Self {
        Self { partition: key.partition().to_owned(), sort: key.sort().to_owned(), day }
    }

    fn position(self, shard: char) -> DuePosition {
        let key = Key::new(self.partition, self.sort);
        DuePosition::behind(DEVICES_BY_LAST_SEEN, shard, (key, self.day))
    }
}

impl Store {
    /// Puts a customer with devices on the list; false for one who is on it. One trip and half a
    /// read unit; for one who is not on it a trip and two write units more.
    async fn list_customer_of_before(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let head: Option<DeviceHead> = self.table.get(keys::device_head(customer), false).await?;
        if head.is_none_or(|head| head.list.is_some()) {
            return Ok(false);
        }
        self.list_customer_with_devices(customer).await?;
        Ok(true)
    }
}
