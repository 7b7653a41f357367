//! Refreshes of one session: its next generation, the repetition of an answer that was lost, and
//! the acknowledgement that the answer was received.
//!
//! Invariants: each is one conditional update of the account's one item. A generation is
//! acknowledged at most once, and only while it is the newest; its successor is made without an
//! acknowledgement. A repetition is counted under the condition that made it right, so an
//! acknowledgement that comes in between is seen.

use std::ops::ControlFlow;

use jiff::Timestamp;
use table::{Image, Returned, Write, Written, number, record, retry, text};

use crate::{
    account::{
        Account, MOST_REPEATS, RefreshSettings, Session, SessionSettings, StaleRefresh, keys,
        store::active_update,
    },
    clock::minute_of,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// How often a repetition is judged anew because the session changed meanwhile.
const TRIES: u32 = 4;

/// The generation that a token of the old stack counts as.
const BEFORE_THE_FIRST: u64 = 0;

/// What came of moving a session to its next generation.
#[derive(Debug)]
pub enum Rotation {
    /// Moved: the account after it.
    Rotated(Account),
    /// Not moved: the account as it is, if there is one.
    Refused(Option<Account>),
}

/// A generation of a session, as a token names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// The customer.
    pub customer: CustomerId,
    /// The session.
    pub session: SessionId,
    /// Its number.
    pub number: u64,
}

/// What the next generation of a session is made with.
#[derive(Debug, Clone, Copy)]
pub struct Successor<'a> {
    /// The present.
    pub now: Timestamp,
    /// Thumbprint of the key that will sign it.
    pub kid: &'a str,
    /// Life times of sessions.
    pub sessions: &'a SessionSettings,
    /// Rules of the exchange.
    pub refreshes: &'a RefreshSettings,
}

impl Store {
    /// Moves a session from `presented` to the next generation if `presented` is its newest. One
    /// trip; one write unit for each KB of the account.
    ///
    /// `made` is when the presented generation was made, by its token. Since the condition on the
    /// generation ensures that storage holds the same, it is known before the write whether a new
    /// minute of the session's limit begins.
    pub async fn rotate(
        &self,
        presented: Generation,
        made: Timestamp,
        successor: &Successor<'_>,
    ) -> Result<Rotation, StoreError> {
        let same_minute = minute_of(successor.now) <= minute_of(made);
        let count = if same_minute { "#s.#id.in_minute + :one" } else { ":one" };
        let change = format!(
            "SET #s.#id.gen = :next, #s.#id.tracked = :next, #s.#id.kid = :kid, \
             #s.#id.rotated = :now, #s.#id.idle = :idle, #s.#id.in_minute = {count} \
             REMOVE #s.#id.acked, #s.#id.repeats"
        );
        let mut rotate = active_update(presented.customer, presented.session, &change)
            .when("#s.#id.gen = :gen AND #e.#id = #epoch")
            .value(":gen", number(presented.number))
            .value(":next", number(presented.number + 1))
            .value(":kid", text(successor.kid))
            .value(":now", number(successor.now.as_millisecond()))
            .value(":idle", number(successor.sessions.idle.as_secs()))
            .value(":one", number(1));
        let limit = successor.refreshes.per_minute;
        if same_minute && limit > 0 {
            rotate = rotate.when("#s.#id.in_minute < :limit").value(":limit", number(limit));
        }
        Ok(match self.table.write_returning(rotate, Image::After).await? {
            Returned::Done(account) => Rotation::Rotated(record(account)?),
            Returned::Refused(account) => Rotation::Refused(account.map(record).transpose()?),
        })
    }

    /// What to answer to the refresh token of `presented`, which is not the newest or was not
    /// accepted; `account` is the account as it was found. Counts a repetition before it is
    /// answered: one trip, one write unit for each KB of the account. Otherwise no trip.
    pub async fn judge_stale(
        &self,
        presented: Generation,
        account: Account,
        now: Timestamp,
        rules: &RefreshSettings,
    ) -> Result<StaleRefresh, StoreError> {
        let attempt = |account: Option<Account>| async move {
            let judged = account.map_or(StaleRefresh::Inactive, |account| {
                account.judge_stale(presented.session, presented.number, now, rules)
            });
            let StaleRefresh::Repeat(newest) = &judged else {
                return Ok(ControlFlow::Break(judged));
            };
            let count = if newest.is_tracked() {
                count_repeat(presented, newest.generation, now, rules)
            } else {
                count_first_repeat(presented, newest)
            };
            Ok::<_, StoreError>(match self.table.write(count).await? {
                Written::Done => ControlFlow::Break(judged),
                Written::Refused(account) => {
                    ControlFlow::Continue(account.map(record).transpose()?)
                }
            })
        };
        let judged = retry::on_refusal(TRIES, Some(account), attempt).await?;
        judged.ok_or(StoreError::Conflict)
    }

    /// The same for a token that took part in no generation before the first: one of the old stack,
    /// which was exchanged for the session. The account is not read: one trip in the most frequent
    /// case, that the answer is repeated, and a write unit for each KB of the account.
    pub async fn judge_exchanged(
        &self,
        customer: CustomerId,
        session: SessionId,
        now: Timestamp,
        rules: &RefreshSettings,
    ) -> Result<StaleRefresh, StoreError> {
        let presented = Generation { customer, session, number: BEFORE_THE_FIRST };
        let count = count_repeat(presented, BEFORE_THE_FIRST + 1, now, rules);
        let account = match self.table.write_returning(count, Image::After).await? {
            Returned::Done(account) => {
                let account: Account = record(account)?;
                return Ok(account.repeat_of(session, now));
            }
            Returned::Refused(None) => return Ok(StaleRefresh::Inactive),
            Returned::Refused(Some(account)) => record(account)?,
        };
        self.judge_stale(presented, account, now, rules).await
    }

    /// Records that the phone has received a generation, if it is the newest and nothing recorded
    /// that before. One trip; one write unit for each KB of the account.
    pub async fn acknowledge(
        &self,
        received: Generation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let acknowledge =
            Write::update(keys::account(received.customer), "SET #s.#id.acked = :now")
                .when("#s.#id.gen = :gen AND #s.#id.tracked = :gen")
                .when("attribute_not_exists(#s.#id.acked)")
                .name("#s", "sessions")
                .name("#id", &received.session.to_string())
                .value(":gen", number(received.number))
                .value(":now", number(now.as_millisecond()));
        self.table.write(acknowledge).await.map(drop)
    }
}

/// Counts that the generation `newest`, whose repetitions are counted, is given again, under the
/// conditions of [`Account::judge_stale`].
fn count_repeat(
    presented: Generation,
    newest: u64,
    now: Timestamp,
    rules: &RefreshSettings,
) -> Write {
    let grace = i64::try_from(rules.grace.as_millis()).unwrap_or(i64::MAX);
    let since = now.as_millisecond().saturating_sub(grace);
    let count = "SET #s.#id.repeats = if_not_exists(#s.#id.repeats, :zero) + :one";
    update_newest(presented, newest, count)
        .when("#s.#id.tracked = :gen")
        .when("(attribute_not_exists(#s.#id.repeats) OR #s.#id.repeats < :most)")
        .when("(attribute_not_exists(#s.#id.acked) OR #s.#id.acked >= :since)")
        .value(":zero", number(0))
        .value(":most", number(MOST_REPEATS))
        .value(":since", number(since))
}

/// The same for a generation whose repetitions nobody counted before.
fn count_first_repeat(presented: Generation, newest: &Session) -> Write {
    let adopt = "SET #s.#id.tracked = :gen, #s.#id.acked = :made, #s.#id.repeats = :one";
    update_newest(presented, newest.generation, adopt)
        .when("(attribute_not_exists(#s.#id.tracked) OR #s.#id.tracked <> :gen)")
        .value(":made", number(newest.rotated.as_millisecond()))
}

fn update_newest(presented: Generation, newest: u64, change: &str) -> Write {
    active_update(presented.customer, presented.session, change)
        .when("#e.#id = #epoch AND #s.#id.gen = :gen")
        .value(":gen", number(newest))
        .value(":one", number(1))
}
