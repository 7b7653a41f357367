//! How often codes may be sent and tried: pure rules over what storage counted.
//!
//! Invariant: a refusal changes nothing that anybody else is counted by, so one address can never
//! use up the budget of an owner at another.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ids::ChallengeId,
    limits::{
        SendLimits,
        lanes::{Lane, LaneKey},
    },
};

/// The totals are kept in so many shards, so that no single item is written by all callers.
pub const SHARDS: u8 = 16;

/// The codes sent to one phone within the last day: a sliding window, exact to the millisecond.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendLog {
    /// Counts the changes of this record.
    pub revision: u64,
    /// The challenge of the send that changed it last, so that a write that is sent again finds its
    /// own trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ChallengeId>,
    /// Oldest first.
    pub sends: VecDeque<Send>,
}

/// One send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// When.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The lane of the request.
    #[serde(rename = "a")]
    pub by: LaneKey,
}

/// Wait so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub i64);

impl SendLog {
    /// The log after one more send in `lane`, or how long to wait for it. Each lane counts its own
    /// sends only; the time between two sends holds in all of them.
    pub fn admit(
        &self,
        now: Timestamp,
        lane: &Lane,
        id: ChallengeId,
        limits: &SendLimits,
    ) -> Result<Self, Wait> {
        let (hour, day) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
        let mut sends = self.sends.clone();
        sends.retain(|send| now.duration_since(send.at) < day);
        if let Some(last) = sends.back() {
            wait_until(last.at, limits.resend_after, now)?;
        }
        let by = lane.key();
        let times = |span: SignedDuration, counts: &dyn Fn(&LaneKey) -> bool| -> Vec<Timestamp> {
            let recent = sends.iter().filter(|send| now.duration_since(send.at) < span);
            recent.filter(|send| counts(&send.by)).map(|send| send.at).collect()
        };
        let own = |key: &LaneKey| *key == by;
        let windows = match lane {
            Lane::Device(_) => vec![(times(hour, &own), hour, limits.per_device_hourly)],
            Lane::Network(_) => vec![(times(hour, &own), hour, limits.per_network_hourly)],
            Lane::Stranger(_) => vec![
                (times(hour, &own), hour, limits.per_phone_and_address_hourly),
                (times(hour, &LaneKey::is_stranger), hour, limits.per_phone_hourly),
                (times(day, &LaneKey::is_stranger), day, limits.per_phone_daily),
            ],
        };
        for (times, span, limit) in windows {
            if let Some(freeing) = times.len().checked_sub(limit as usize) {
                wait_until(times[freeing], span, now)?;
            }
        }
        sends.push_back(Send { at: now, by });
        Ok(Self { revision: self.revision + 1, changed_by: Some(id), sends })
    }

    /// The sends of the last hour in `lane`, and how long until the first of them no longer counts.
    pub fn standing_of(&self, now: Timestamp, lane: &Lane) -> (u32, Wait) {
        let (hour, by) = (SignedDuration::from_hours(1), lane.key());
        let own = |send: &&Send| send.by == by && now.duration_since(send.at) < hour;
        let first = self.sends.iter().find(own).map(|send| send.at);
        let left = first.map_or(0, |first| (hour - now.duration_since(first)).as_secs());
        let used = self.sends.iter().filter(own).count();
        (u32::try_from(used).unwrap_or(u32::MAX), Wait(left))
    }

    /// The log after its last send turned out not to have happened.
    pub fn without_last(&self) -> Self {
        let mut sends = self.sends.clone();
        sends.pop_back();
        Self { revision: self.revision + 1, changed_by: self.changed_by, sends }
    }
}

/// The part of `budget` that `shard` may spend; the parts of all shards sum up to the budget.
pub fn share_of(budget: u32, shard: u8) -> u32 {
    (budget + u32::from(SHARDS - 1 - shard)) / u32::from(SHARDS)
}

/// Seconds from `now` to the end of its minute.
pub fn to_next_minute(now: Timestamp) -> Wait {
    Wait(60 - now.as_second().rem_euclid(60))
}

/// Seconds from `now` to the end of its UTC hour.
pub fn to_next_hour(now: Timestamp) -> Wait {
    Wait(3_600 - now.as_second().rem_euclid(3_600))
}

/// Seconds from `now` to the end of its UTC day.
pub fn to_next_day(now: Timestamp) -> Wait {
    Wait(86_400 - now.as_second().rem_euclid(86_400))
}

fn wait_until(since: Timestamp, span: SignedDuration, now: Timestamp) -> Result<(), Wait> {
    let left = span - now.duration_since(since);
    if left.is_positive() {
        let whole = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        return Err(Wait(whole));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_shards_sum_up_to_the_budget() {
        for budget in [1, 2, 15, 16, 17, 1_000, 5_000, 4_999] {
            assert_eq!((0..SHARDS).map(|shard| share_of(budget, shard)).sum::<u32>(), budget);
        }
    }
}
