//! The end of holds that nobody settled in time: their money is free again.
//!
//! Invariants: a hold ends by the same transaction as a release by hand, so it ends once, whoever
//! is first; a run that is stopped anywhere leaves on the list what it did not do.

use std::time::Duration;

use jiff::Timestamp;
use table::{
    Query, SHARDS, Write, records,
    retry::{self, Attempt, Policy},
};

use crate::{
    random::Random,
    store::{Store, StoreError},
    wallet::{DueHold, HoldStatus, Movement, Posted, Refusal, Wallet, keys},
};

/// How many holds are read from the list at once.
const PAGE: usize = 25;
/// For a hold whose wallet moves meanwhile; after that the next run ends it.
const EXPIRE: Policy =
    Policy::tries(10).waits(Duration::from_millis(100), Duration::from_millis(100));

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpiredHolds {
    /// Holds whose money is free again.
    pub released: u64,
    /// Whether everything that was due is done.
    pub complete: bool,
}

impl Store {
    /// Ends all holds whose time is over at `now`; `is_over` is asked before each, so that a run is
    /// as long as its caller has time.
    ///
    /// Sixteen trips of half a read unit where nothing is due; two trips, two read units and eight
    /// write units for each hold that is.
    pub async fn expire_holds(
        &self,
        now: Timestamp,
        random: &dyn Random,
        mut is_over: impl FnMut() -> bool,
    ) -> Result<ExpiredHolds, StoreError> {
        let mut done = ExpiredHolds::default();
        for digit in SHARDS.chars() {
            let mut after = None;
            loop {
                let stretch =
                    self.table.first(Query::of(keys::due_shard(digit)).after(after), PAGE).await?;
                let listed: Vec<DueHold> = records(stretch.items)?;
                // The list is in the order of time, so what comes after the first that is not due
                // is not due either.
                let due = listed.iter().take_while(|due| due.until <= now);
                for due in due.clone() {
                    if is_over() {
                        return Ok(done);
                    }
                    done.released += u64::from(self.expire_hold(due, now, random).await?);
                }
                let all_due = due.count() == listed.len();
                let Some(last) = listed.last().filter(|_| all_due && stretch.more) else { break };
                after = Some(keys::due_hold(last.until, last.customer, last.hold));
            }
        }
        done.complete = true;
        Ok(done)
    }

    /// Ends one hold; false where it is settled, its customer is leaving, or others keep moving the
    /// wallet.
    async fn expire_hold(
        &self,
        due: &DueHold,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<bool, StoreError> {
        let (wallet, hold) =
            tokio::try_join!(self.wallet(due.customer), self.hold(due.customer, due.hold))?;
        let Some(hold) = hold.filter(|hold| hold.status == HoldStatus::Open) else {
            return self.unlist_hold(due).await.map(|()| false);
        };
        let attempt = async |wallet: Option<Wallet>| {
            let settled = async || self.unlist_hold(due).await.map(|()| Attempt::Done(false));
            let Some(before) = wallet else { return settled().await };
            let posting = match before.post(&Movement::Expire(hold.clone()), None, now, random) {
                Ok(posting) => posting,
                // The wallet of a deleted account gave up what was held, too.
                Err(Refusal::Closed) => return settled().await,
                Err(_) => return Ok(Attempt::Done(false)),
            };
            Ok(match self.post(due.customer, &posting, None, None, now).await? {
                Posted::Done => Attempt::Done(true),
                Posted::Moved(other) => Attempt::Again(other),
                Posted::HoldSettled => return settled().await,
                Posted::Busy => Attempt::Reread,
                Posted::AlreadyReversed
                | Posted::Replayed(_)
                | Posted::Reused
                | Posted::TokenSpent => Attempt::Done(false),
            })
        };
        let read = async || self.wallet(due.customer).await;
        let done = retry::on_change(EXPIRE, random, wallet, read, attempt).await?;
        Ok(done.unwrap_or(false))
    }

    async fn unlist_hold(&self, due: &DueHold) -> Result<(), StoreError> {
        let key = keys::due_hold(due.until, due.customer, due.hold);
        self.table.write(Write::delete(key)).await.map(drop)
    }
}
