//! Tasks of the clean-up: what a task is given, what it reports, and the walk through a list of the
//! expiry index.
//!
//! Protocol: the index is a little behind the table and holds keys alone, so each item is read, or
//! written under the condition that it still is due. Invariant: a task that is stopped anywhere,
//! repeated, or run by two at once has the effect of one whole run.

use std::{future::Future, ops::AddAssign, pin::pin, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use table::{IndexList, Key, SHARDS};

use crate::{
    aws::Topic,
    deadline::Deadline,
    device::Push,
    domain::erasure::ErasePage,
    hashes::Signer,
    random::Random,
    store::{Store, StoreError},
};

/// How many items of a list, or customers, are worked on at once.
pub(crate) const AT_ONCE: usize = 8;
/// After so many failures the fault is hardly in the items, and the task ends.
const MOST_FAILURES: u64 = 10;

/// A task of the clean-up.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// Its name in metrics and log.
    pub name: &'static str,
    /// When it runs.
    pub stage: Stage,
    /// What it does.
    pub work: Work,
}

/// What a task does.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Anything.
    By(for<'a> fn(&'a Run) -> BoxFuture<'a, Result<Counts, StoreError>>),
    /// Deletes the items of a list that have expired. None is put on such a list any more, since
    /// DynamoDB's TTL deletes what only expires.
    DeleteExpired(IndexList),
}

/// The order of tasks. Those of one stage run in the order of their domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Somebody waits for money.
    Money,
    /// Somebody waits for a message. These tasks have a schedule of their own besides.
    Messages,
    /// Deleted accounts are erased.
    Erasure,
    /// Things that nobody has used for long are removed.
    Unused,
    /// Expired data of customers is deleted.
    Expired,
    /// Data of no customer, which nobody waits for.
    Other,
    /// What has changed is checked.
    Audit,
    /// All that is stored is checked, over many runs.
    Sweep,
}

impl Stage {
    /// The last one.
    pub const LAST: Self = Self::Sweep;
}

/// A run of one task.
pub struct Run {
    /// The table.
    pub store: Store,
    /// Deletes endpoints at SNS.
    pub push: Push,
    /// Takes messages whose time has come, where this function may publish to it.
    pub topic: Option<Topic>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
    /// Makes pseudonyms for the log.
    pub signer: Signer,
    /// The settings of all tasks.
    pub settings: RunSettings,
    /// How a customer's items are erased.
    pub erasures: &'static [ErasePage],
    /// The beginning of the run: what is due by then is due.
    pub now: Timestamp,
    /// The end of the task's slice of the time.
    pub deadline: Deadline,
    /// The shard at which lists are begun, another in each run: where the time is not enough, no
    /// shard is always the last.
    pub first_shard: usize,
}

/// What tasks are configured with.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// How long an unused push device, and an ended session, is kept.
    pub device_life: SignedDuration,
    /// About how many items of one customer are erased before it is another customer's turn.
    pub erasure_turn: u32,
    /// How long an expired item is left to DynamoDB's TTL, which deletes it for free.
    pub expiry_grace: SignedDuration,
    /// How many ledger entries a run audits beside the wallets that have moved.
    pub audit_entries: u64,
    /// How long after its first movement since the last audit a wallet is audited.
    pub audit_after: SignedDuration,
    /// Whether the Petstore's samples are restored once a day.
    pub restores_samples: bool,
}

/// What a task did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Items that were removed, ended, erased or audited.
    pub done: u64,
    /// Items that are in use after all, to be looked at later.
    pub put_off: u64,
    /// Failures. The next run tries again.
    pub failed: u64,
    /// Whether the time was over before the work was.
    pub unfinished: bool,
    /// How many seconds ago what waits longest was due; zero where nothing was left. Of a sweep:
    /// how many seconds ago its last complete round began.
    pub behind: u64,
}

/// What came of one item that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is in use, and due later.
    PutOff,
    /// Somebody else did it, or changed the item.
    Nothing,
}

impl Task {
    /// Deletes the expired items of a list of customers' data that was stored before such items
    /// were left to DynamoDB's TTL.
    pub const fn expired(name: &'static str, list: IndexList) -> Self {
        Self { name, stage: Stage::Expired, work: Work::DeleteExpired(list) }
    }

    /// Runs the task.
    pub async fn run(&self, run: &Run) -> Result<Counts, StoreError> {
        match self.work {
            Work::By(work) => work(run).await,
            Work::DeleteExpired(list) => run.delete_expired(list).await,
        }
    }
}

impl Run {
    /// The shards of a list, in the order of this run.
    pub(crate) fn shards(&self) -> impl Iterator<Item = char> + use<> {
        SHARDS.chars().cycle().skip(self.first_shard % SHARDS.len()).take(SHARDS.len())
    }

    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        self.deadline.is_over()
    }

    /// So long before the beginning of the run.
    pub fn before(&self, span: SignedDuration) -> Timestamp {
        self.now.saturating_sub(span).unwrap_or(Timestamp::MIN)
    }

    /// Deletes the items of a list that expired so long ago that DynamoDB's TTL, which takes days
    /// and costs nothing, should have deleted them. Two write units each.
    async fn delete_expired(&self, list: IndexList) -> Result<Counts, StoreError> {
        let until = self.before(self.settings.expiry_grace);
        let delete = async |key| {
            let is_deleted = self.store.table.delete_expired(key, until).await?;
            Ok(if is_deleted { Outcome::Done } else { Outcome::Nothing })
        };
        self.walk(list, until, delete).await
    }

    /// Does `work` on everything on `list` that was due by `until`: shard by shard, page by page,
    /// several items at once, until the time is over.
    ///
    /// Beside the work itself a trip and half a read unit for each of sixteen shards, and half a
    /// read unit for each further thirty items; the sixteen once more where something is left.
    pub async fn walk<W, F>(
        &self,
        list: IndexList,
        until: Timestamp,
        work: W,
    ) -> Result<Counts, StoreError>
    where
        W: Fn(Key) -> F,
        F: Future<Output = Result<Outcome, StoreError>>,
    {
        let counts = self.walk_shards(list, until, work).await?;
        if counts.unfinished || counts.failed > 0 {
            let behind = self.behind(list, until).await?;
            return Ok(Counts { behind, ..counts });
        }
        Ok(counts)
    }

    /// How many seconds before `until` what is due longest on `list` was due. Sixteen calls at
    /// once of half a read unit.
    async fn behind(&self, list: IndexList, until: Timestamp) -> Result<u64, StoreError> {
        let since = SHARDS.chars().map(|shard| self.store.table.due_since(list, shard, until));
        let since: Vec<_> = stream::iter(since).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(seconds_between(since.into_iter().flatten().min(), until))
    }

    async fn walk_shards<W, F>(
        &self,
        list: IndexList,
        until: Timestamp,
        work: W,
    ) -> Result<Counts, StoreError>
    where
        W: Fn(Key) -> F,
        F: Future<Output = Result<Outcome, StoreError>>,
    {
        let mut counts = Counts::default();
        for shard in self.shards() {
            let mut from = None;
            loop {
                if self.is_over() {
                    return Ok(Counts { unfinished: true, ..counts });
                }
                let page = self.store.table.due_page(list, shard, until, from).await?;
                let mut worked = pin!(stream::iter(page.keys).map(&work).buffer_unordered(AT_ONCE));
                while let Some(outcome) = worked.next().await {
                    counts.count(outcome)?;
                    if self.is_over() {
                        return Ok(Counts { unfinished: true, ..counts });
                    }
                }
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
        }
        Ok(counts)
    }
}

/// Zero where there is no beginning.
pub(crate) fn seconds_between(since: Option<Timestamp>, until: Timestamp) -> u64 {
    since.map_or(0, |since| until.duration_since(since).as_secs().try_into().unwrap_or(0))
}

impl Counts {
    /// The counts of two slices of one task: what is left is what the later one left.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        Self {
            done: self.done + later.done,
            put_off: self.put_off + later.put_off,
            failed: self.failed + later.failed,
            ..later
        }
    }

    /// Counts what came of an item; the error where there were too many before.
    fn count(&mut self, outcome: Result<Outcome, StoreError>) -> Result<(), StoreError> {
        match outcome {
            Ok(outcome) => *self += outcome,
            Err(error) if self.failed >= MOST_FAILURES => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a due item is left for the next run");
                self.failed += 1;
            }
        }
        Ok(())
    }
}

impl AddAssign<Outcome> for Counts {
    fn add_assign(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::PutOff => self.put_off += 1,
            Outcome::Nothing => {}
        }
    }
}
