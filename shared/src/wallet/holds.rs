//! The end of holds that nobody settled in time: their money is free again.
//!
//! Invariants: a hold ends by the same transaction as a release by hand, so it ends once, whoever
//! is first; a run that is stopped anywhere leaves on the list what it did not do.

use std::time::Duration;

use jiff::Timestamp;
use table::{Query, SHARDS, record};

use crate::{
    random::{Random, below},
    store::{Store, StoreError},
    wallet::{DueHold, HoldStatus, Movement, Posted, Refusal, Wallet, keys},
};

/// How many holds are read from the list at once.
const PAGE: usize = 25;
/// How often one hold is tried again when its wallet moves meanwhile; then the next run takes it.
const TRIES: usize = 10;

/// The longest pause between two tries.
const LONGEST_PAUSE_MILLIS: u32 = 100;

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
                let listed: Vec<DueHold> =
                    stretch.items.into_iter().map(record).collect::<Result<_, _>>()?;
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
            return self.forget_due(due).await.map(|()| false);
        };
        let mut wallet: Option<Wallet> = wallet;
        for _ in 0..TRIES {
            let Some(before) = wallet else { return self.forget_due(due).await.map(|()| false) };
            let posting = match before.post(&Movement::Expire(hold.clone()), None, now, random) {
                Ok(posting) => posting,
                // Whoever left gave up what was held, too.
                Err(Refusal::Closed) => return self.forget_due(due).await.map(|()| false),
                Err(_) => return Ok(false),
            };
            match self.post(due.customer, &posting, None, now).await {
                Ok(Posted::Done) => return Ok(true),
                Ok(Posted::Moved(other)) => wallet = other,
                Ok(Posted::HoldSettled) => return self.forget_due(due).await.map(|()| false),
                Ok(Posted::Busy) => {
                    pause(random).await;
                    wallet = self.wallet(due.customer).await?;
                }
                Ok(Posted::AlreadyReversed | Posted::Replayed(_) | Posted::Reused) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    async fn forget_due(&self, due: &DueHold) -> Result<(), StoreError> {
        let key = keys::due_hold(due.until, due.customer, due.hold).into_item();
        self.client.delete_item().table_name(&self.name).set_key(Some(key)).send().await?;
        Ok(())
    }
}

/// Lets the movement that is under way end.
async fn pause(random: &dyn Random) {
    let millis = below(random, LONGEST_PAUSE_MILLIS);
    tokio::time::sleep(Duration::from_millis(millis.into())).await;
}
