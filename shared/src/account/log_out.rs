//! Log-outs: one conditional update of the account's one item, whichever and however many sessions
//! end.
//!
//! Invariants: the condition includes that the session that asks is alive, so a log-out needs no
//! read before it and an ended session ends no other; all sessions end by the epoch, never by a
//! comparison of times between machines; an update whose answer got lost, and that was therefore
//! sent again, counts as done; with a session of a log-in from before the move of its stack goes
//! the one that stands for all of these, since nobody knows which of the devices is its own and a
//! phone that is logged out gets no pushes.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use table::{Image, Returned, Write, empty_map, number, record, retry, text};

use crate::{
    account::{Account, Liveness, keys},
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// How often the update is tried with the rest that the account itself allows the session, which
/// changes with a refresh.
const TRIES: u32 = 4;

/// Which sessions of its customer a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogOutScope {
    /// Itself.
    Own,
    /// This one.
    One(SessionId),
    /// All.
    All,
    /// All but itself.
    Others,
}

impl LogOutScope {
    /// Whether `session`, which asks, ends too.
    pub(crate) fn ends(self, session: SessionId) -> bool {
        match self {
            Self::Own | Self::All => true,
            Self::One(one) => one == session,
            Self::Others => false,
        }
    }
}

/// A log-out about to be written.
#[derive(Debug, Clone)]
pub struct LogOut {
    /// The customer.
    pub customer: CustomerId,
    /// The session that asks.
    pub by: SessionId,
    /// What ends.
    pub scope: LogOutScope,
    /// A name that no other log-out has, by which one that is sent twice is recognized.
    pub name: String,
    /// The present.
    pub now: Timestamp,
    /// How long a session may rest, unless the account says otherwise.
    pub idle: SignedDuration,
}

/// What came of a log-out.
#[derive(Debug)]
pub enum LoggedOut {
    /// The sessions have ended: the account before it, or after it if the update was sent twice.
    Done(Box<Account>),
    /// The one session that was to end was not alive.
    Absent,
    /// The session that asked is not alive: the account as it is, if there is one.
    Refused(Option<Account>),
}

impl Store {
    /// Ends sessions of a customer if the one that asks is alive. One trip; one write unit for each
    /// KB of the account.
    ///
    /// A second trip where the session was last refreshed under a longer rest than the present
    /// setting's and has rested longer than that.
    pub async fn log_out(&self, log_out: &LogOut) -> Result<LoggedOut, StoreError> {
        let attempt = |idle| async move {
            let returned = self.table.write_returning(log_out.update(idle), Image::Before).await?;
            let (was_written, before) = match returned {
                Returned::Done(account) => (true, Some(account)),
                Returned::Refused(account) => (false, account),
            };
            let before: Option<Account> = before.map(record).transpose()?;
            Ok::<_, StoreError>(log_out.judge(was_written, before, idle))
        };
        let done = retry::on_refusal(TRIES, log_out.idle.as_secs(), attempt).await?;
        done.ok_or(StoreError::Conflict)
    }
}

impl LogOut {
    /// What came of the update on the account as it was before: done with it, or to be tried with
    /// another rest.
    fn judge(
        &self,
        was_written: bool,
        before: Option<Account>,
        idle: i64,
    ) -> ControlFlow<LoggedOut, i64> {
        let Some(account) = before else { return ControlFlow::Break(LoggedOut::Refused(None)) };
        if account.last_log_out.as_ref() == Some(&self.name) {
            return ControlFlow::Break(LoggedOut::Done(Box::new(account)));
        }
        let alive = |session| account.liveness(session, self.now) == Liveness::Alive;
        match (was_written, self.scope) {
            (true, LogOutScope::One(session)) if !alive(session) => {
                ControlFlow::Break(LoggedOut::Absent)
            }
            (true, _) => ControlFlow::Break(LoggedOut::Done(Box::new(account))),
            (false, _) if !alive(self.by) => ControlFlow::Break(LoggedOut::Refused(Some(account))),
            (false, _) => {
                let session = account.sessions.get(&self.by);
                ControlFlow::Continue(session.map_or(idle, |session| session.idle))
            }
        }
    }

    /// The update for a session that may rest `idle` seconds.
    ///
    /// Conditions cannot add, so a session's rest is compared as `rotated > now - idle`. That its
    /// own is at least `idle` makes this sufficient, and exact where `idle` is the session's own.
    fn update(&self, idle: i64) -> Write {
        let now = self.now.as_millisecond();
        let before_the_move = self.before_the_move();
        let and_before = if before_the_move.is_some() { ", #s.#before, #e.#before" } else { "" };
        let change = match self.scope {
            LogOutScope::Own => &format!(" REMOVE #s.#by, #e.#by{and_before}"),
            LogOutScope::One(_) => &format!(" REMOVE #s.#one, #e.#one{and_before}"),
            LogOutScope::All => ", #epoch = #epoch + :one, #s = :none, #e = :none",
            LogOutScope::Others => ", #epoch = #epoch + :one, #e.#by = #epoch + :one",
        };
        let change = format!("SET #trace = :trace{change}");
        let update = Write::update(keys::account(self.customer), &change)
            .when("#status = :active AND #e.#by = #epoch AND #s.#by.ends > :now")
            .when("#s.#by.rotated > :rested AND #s.#by.idle >= :idle")
            .name("#s", "sessions")
            .name("#e", "epochs")
            .name("#epoch", "epoch")
            .name("#status", "status")
            .name("#trace", "last_log_out")
            .name("#by", &self.by.to_string())
            .value(":active", text("active"))
            .value(":now", number(now))
            .value(":rested", number(now.saturating_sub(idle.saturating_mul(1_000))))
            .value(":idle", number(idle))
            .value(":trace", text(&self.name))
            .seeing_refused();
        let update = match before_the_move {
            Some(before) => update.name("#before", &before.to_string()),
            None => update,
        };
        match self.scope {
            LogOutScope::Own => update,
            LogOutScope::One(session) => update.name("#one", &session.to_string()),
            LogOutScope::All => update.value(":one", number(1)).value(":none", empty_map()),
            LogOutScope::Others => update.value(":one", number(1)),
        }
    }

    /// The session that goes with the one that ends, where that is of a log-in from before the
    /// move. Where all end, it does so by the epoch.
    fn before_the_move(&self) -> Option<SessionId> {
        let ends = match self.scope {
            LogOutScope::Own => self.by,
            LogOutScope::One(session) => session,
            LogOutScope::All | LogOutScope::Others => return None,
        };
        let before = SessionId::before_the_move(self.customer);
        (ends.has_moved_in() && ends != before).then_some(before)
    }
}
