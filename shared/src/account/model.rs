//! A customer's account: its status, its epoch and its sessions, all in one record so that one
//! conditional write settles every race.
//!
//! Invariants: a session is alive while the record has it, it carries the record's epoch and has
//! not expired; raising the epoch ends every session at once, whatever the clocks of the machines
//! say; there are at most [`MOST_SESSIONS`], and one more until the log-in that added it has
//! removed the one longest unused.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    account::{RefreshSettings, SessionSettings},
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
};

/// How many sessions an account holds; the next log-in takes the place of the one longest unused.
pub const MOST_SESSIONS: usize = 20;

/// The epoch of a new account.
pub const FIRST_EPOCH: u64 = 0;

/// How often a generation's refresh token is given again.
pub const MOST_REPEATS: u32 = 20;

/// How long after a log-in its session may change the phone or delete the account without a further
/// code.
pub const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// The device name of [`Session::before_the_move`].
const BEFORE_THE_MOVE: &str = "Before the move";

/// Whether a customer may use the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In use.
    Active,
    /// Closed by the operator.
    Disabled,
    /// Deleted by the customer; its items are being erased.
    Deleted,
}

/// The kind of device a session lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// An iPhone or iPad.
    Ios,
    /// An Android device.
    Android,
    /// A browser.
    Web,
}

impl Platform {
    /// The spellings of requests.
    pub const CHOICES: [&'static str; 3] = ["ios", "android", "web"];

    /// Reads the spelling of requests.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "ios" => Self::Ios,
            "android" => Self::Android,
            "web" => Self::Web,
            _ => return None,
        })
    }
}

/// One customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose it is.
    pub customer: CustomerId,
    /// Whether it may be used.
    pub status: Status,
    /// Hash of the phone that logs in to it.
    pub phone: PhoneHash,
    /// Raised to end all sessions at once.
    pub epoch: u64,
    /// The sessions by id.
    pub sessions: BTreeMap<SessionId, Session>,
    /// The epoch of each session, apart from it so that storage can copy the account's own in one
    /// update.
    pub epochs: BTreeMap<SessionId, u64>,
    /// What the operator did to its status last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_change: Option<StatusChange>,
    /// Names the log-out that changed it last, so that one that is sent again finds its own trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_log_out: Option<String>,
}

/// A change of an account's status by the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The operator's reason.
    pub why: String,
}

/// One log-in on one device. It has everything that its newest refresh token is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Counts the refreshes; the log-in, or the exchange of a token of the old stack, is generation
    /// 1.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// Thumbprint of the key that signed the newest refresh token.
    pub kid: String,
    /// When the newest generation was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub rotated: Timestamp,
    /// Generations made in the minute of `rotated`.
    pub in_minute: u32,
    /// The newest generation for which `acked` and `repeats` are kept. A version of the code that
    /// keeps none leaves all three as they are when it makes a generation. Zero after a log-in,
    /// whose generation took the place of none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tracked: u64,
    /// When the phone was first known to have the newest generation.
    #[serde(
        default,
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub acked: Option<Timestamp>,
    /// How often the newest generation was given again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeats: u32,
    /// Seconds the newest generation may rest.
    pub idle: i64,
    /// When the customer logged in.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// The end of the session, however often it is refreshed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub ends: Timestamp,
    /// What the device calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kind of device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// What a device says of itself at log-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceLabel {
    /// A name that the customer knows it by, such as `Amal's phone`.
    pub name: Option<String>,
    /// Its kind.
    pub platform: Option<Platform>,
}

/// Whether a session may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// It may.
    Alive,
    /// It has ended, or never was.
    Ended,
    /// The whole account may not.
    Inactive,
}

/// What to answer to a refresh token that storage did not accept as the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaleRefresh {
    /// The phone may not have its successor: give the same one again.
    Repeat(Box<Session>),
    /// Its successor was given too often; the session ends in so many seconds.
    TooManyRepeats(i64),
    /// Too many generations in this minute; come back after so many seconds.
    TooMany(i64),
    /// Somebody presents a token that was spent long ago: the session must end.
    Replay,
    /// The session is over.
    Ended,
    /// The account may not be used.
    Inactive,
}

impl Account {
    /// Whether `session` may act at `now`.
    pub fn liveness(&self, session: SessionId, now: Timestamp) -> Liveness {
        if self.status != Status::Active {
            return Liveness::Inactive;
        }
        match self.alive(session, now) {
            Some(_) => Liveness::Alive,
            None => Liveness::Ended,
        }
    }

    /// What a refresh token of `generation` deserves that is not the newest of `session`, or is but
    /// was not accepted.
    pub fn judge_stale(
        &self,
        session: SessionId,
        generation: u64,
        now: Timestamp,
        rules: &RefreshSettings,
    ) -> StaleRefresh {
        if self.status != Status::Active {
            return StaleRefresh::Inactive;
        }
        let Some(newest) = self.alive(session, now) else { return StaleRefresh::Ended };
        if newest.generation == generation {
            return StaleRefresh::TooMany(seconds_to_next_minute(now));
        }
        let in_grace = |acknowledged| now.duration_since(acknowledged) <= rules.grace;
        if newest.generation != generation + 1 || !newest.acknowledged().is_none_or(in_grace) {
            return StaleRefresh::Replay;
        }
        if newest.is_tracked() && newest.repeats >= MOST_REPEATS {
            let left = newest.expires().duration_since(now).as_secs();
            return StaleRefresh::TooManyRepeats(left.max(1));
        }
        StaleRefresh::Repeat(Box::new(newest.clone()))
    }

    /// The answer to a repetition that storage has just counted in this account: it knows nothing
    /// of times that have passed.
    pub(crate) fn repeat_of(&self, session: SessionId, now: Timestamp) -> StaleRefresh {
        match self.alive(session, now) {
            Some(newest) => StaleRefresh::Repeat(Box::new(newest.clone())),
            None => StaleRefresh::Ended,
        }
    }

    /// Whether an access token of `generation` shows for the first time that the phone has it. The
    /// first generation of a log-in takes the place of none, so nothing depends on its
    /// acknowledgement.
    pub fn awaits_acknowledgement(&self, session: SessionId, generation: u64) -> bool {
        self.sessions.get(&session).is_some_and(|newest| {
            newest.generation == generation && newest.is_tracked() && newest.acked.is_none()
        })
    }

    /// Whether all sessions were ended at once since the account was made.
    pub fn has_ended_all(&self) -> bool {
        self.epoch > FIRST_EPOCH
    }

    /// The sessions to take away so that one more fits: those that are over, then the ones longest
    /// unused.
    pub fn to_make_room(&self, now: Timestamp) -> Vec<SessionId> {
        self.to_make_room_among(self.sessions.keys().copied().collect(), now)
    }

    /// The sessions to take away after `newest` was added, where that made one too many. The
    /// account may be as it was before or after that.
    pub fn surplus(&self, newest: SessionId, now: Timestamp) -> Vec<SessionId> {
        let others: Vec<_> = self.sessions.keys().copied().filter(|id| *id != newest).collect();
        if others.len() < MOST_SESSIONS {
            return Vec::new();
        }
        self.to_make_room_among(others, now)
    }

    fn to_make_room_among(&self, sessions: Vec<SessionId>, now: Timestamp) -> Vec<SessionId> {
        let over = |id: &SessionId| self.alive(*id, now).is_none();
        let (mut removed, mut kept): (Vec<_>, Vec<_>) = sessions.into_iter().partition(over);
        kept.sort_by_key(|id| self.sessions.get(id).map(|session| session.rotated));
        let too_many = (kept.len() + 1).saturating_sub(MOST_SESSIONS);
        removed.extend(kept.into_iter().take(too_many));
        removed
    }

    /// The sessions that may act at `now`, were the account in use.
    pub fn live_sessions(&self, now: Timestamp) -> impl Iterator<Item = (SessionId, &Session)> {
        self.sessions.keys().filter_map(move |id| Some((*id, self.alive(*id, now)?)))
    }

    /// When a session ends if nobody refreshes it. One that ended before that, by the epoch, ended
    /// at a time that nobody noted: it counts from its last refresh.
    pub fn end_of(&self, id: SessionId) -> Option<Timestamp> {
        let session = self.sessions.get(&id)?;
        let current = self.epochs.get(&id) == Some(&self.epoch);
        Some(if current { session.expires() } else { session.rotated })
    }

    /// The sessions that were over by `time`.
    pub fn over_by(&self, time: Timestamp) -> Vec<SessionId> {
        self.sessions
            .keys()
            .copied()
            .filter(|id| self.end_of(*id).is_some_and(|end| end <= time))
            .collect()
    }

    fn alive(&self, id: SessionId, now: Timestamp) -> Option<&Session> {
        let session = self.sessions.get(&id)?;
        let current = self.epochs.get(&id) == Some(&self.epoch);
        (current && now < session.expires()).then_some(session)
    }
}

impl Session {
    /// A new session at its first generation.
    pub fn begin(now: Timestamp, kid: &str, device: DeviceLabel, rules: &SessionSettings) -> Self {
        Self {
            generation: 1,
            kid: kid.to_owned(),
            rotated: now,
            in_minute: 1,
            tracked: 0,
            acked: None,
            repeats: 0,
            idle: rules.idle.as_secs(),
            created: now,
            ends: now.saturating_add(rules.absolute).unwrap_or(Timestamp::MAX),
            name: device.name,
            platform: device.platform,
        }
    }

    /// The session of a log-in from before its stack moved in, whose refresh token of the old stack
    /// was issued at `issued`. That token is generation 0, so this is a generation that took the
    /// place of another. The log-in is not fresh, since nobody knows when it was.
    pub fn moved_in(
        now: Timestamp,
        issued: Option<Timestamp>,
        kid: &str,
        rules: &SessionSettings,
    ) -> Self {
        let stale = now.saturating_sub(FRESH).unwrap_or(Timestamp::MIN);
        let created = issued.unwrap_or(stale).min(stale);
        Self { created, tracked: 1, ..Self::begin(now, kid, DeviceLabel::default(), rules) }
    }

    /// The session that stands for the log-ins of a customer from before the move until `ends`, so
    /// that the push devices of those are active. Its id is [`SessionId::before_the_move`]. No
    /// token of it was or will be issued: it has no key. `used` is when the customer was last seen
    /// there.
    pub fn before_the_move(used: Timestamp, ends: Timestamp) -> Self {
        let idle = ends.duration_since(used);
        let device = DeviceLabel { name: Some(BEFORE_THE_MOVE.to_owned()), platform: None };
        let rules = SessionSettings { idle, absolute: idle };
        Self { ends, ..Self::begin(used, "", device, &rules) }
    }

    /// When the phone was first known to have the newest generation. One that was made without a
    /// trace of it counts as received at once: nobody can tell whether it was.
    pub fn acknowledged(&self) -> Option<Timestamp> {
        if self.is_tracked() { self.acked } else { Some(self.rotated) }
    }

    /// Whether `acked` and `repeats` are those of the newest generation.
    pub(crate) fn is_tracked(&self) -> bool {
        self.tracked == self.generation
    }

    /// Whether the customer logged in so recently that this alone proves who acts. A refresh makes
    /// no session fresh again.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.created) < FRESH
    }

    /// When the newest refresh token, and with it the session, expires.
    pub fn expires(&self) -> Timestamp {
        let rested = self
            .rotated
            .saturating_add(SignedDuration::from_secs(self.idle))
            .unwrap_or(Timestamp::MAX);
        rested.min(self.ends)
    }
}

fn is_zero<T: Default + PartialEq>(count: &T) -> bool {
    *count == T::default()
}

fn seconds_to_next_minute(now: Timestamp) -> i64 {
    60 - now.as_second().rem_euclid(60)
}

#[cfg(test)]
mod tests;
