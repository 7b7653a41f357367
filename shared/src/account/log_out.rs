//! Log-outs: one conditional update of the account's one item, whichever and however many sessions
//! end.
//!
//! Invariants: the condition holds the liveness of the session that asks, so a log-out needs no
//! look-up before it and an ended session ends no other; all sessions end by the epoch, never by a
//! comparison of times between machines; an update whose answer got lost, and that was therefore
//! sent again, counts as done.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};
use table::{number, record, text};

use crate::{
    account::{Account, Liveness, keys, store::refused_item},
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// How often the update is tried with what the account itself says of the session's rest, which
/// changes with a refresh.
const TRIES: usize = 4;

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

/// A log-out about to be written.
#[derive(Debug, Clone)]
pub struct LogOut {
    /// The customer.
    pub customer: CustomerId,
    /// The session that asks.
    pub by: SessionId,
    /// What ends.
    pub scope: LogOutScope,
    /// A name that no other log-out has.
    pub name: String,
    /// The present.
    pub now: Timestamp,
    /// How long a session may rest, unless the account says otherwise.
    pub idle: SignedDuration,
}

/// What came of a log-out.
#[derive(Debug)]
pub enum LoggedOut {
    /// What was to end has ended by it.
    Done,
    /// The one session that was to end was not alive.
    Absent,
    /// The session that asked is not alive: the account as it stands, if there is one.
    Refused(Option<Account>),
}

impl Store {
    /// Ends sessions of a customer if the one that asks is alive. One trip; one write unit for each
    /// KB of the account.
    ///
    /// A second trip where a session was last refreshed under a longer rest than the present
    /// setting's and has rested longer than that.
    pub async fn log_out(&self, log_out: &LogOut) -> Result<LoggedOut, StoreError> {
        let mut idle = log_out.idle.as_secs();
        for _ in 0..TRIES {
            let (was_written, before) = self.write_log_out(log_out, idle).await?;
            let Some(account) = before else { return Ok(LoggedOut::Refused(None)) };
            if account.last_log_out.as_ref() == Some(&log_out.name) {
                return Ok(LoggedOut::Done);
            }
            let alive = |session| account.liveness(session, log_out.now) == Liveness::Alive;
            match (was_written, log_out.scope) {
                (true, LogOutScope::One(session)) if !alive(session) => {
                    return Ok(LoggedOut::Absent);
                }
                (true, _) => return Ok(LoggedOut::Done),
                (false, _) if !alive(log_out.by) => return Ok(LoggedOut::Refused(Some(account))),
                (false, _) => {
                    idle = account.sessions.get(&log_out.by).map_or(idle, |session| session.idle)
                }
            }
        }
        Err(StoreError::Conflict)
    }

    /// The update itself: whether it was written, and the account as it was before.
    ///
    /// Conditions cannot add, so a session's rest is compared as `rotated > now - idle`: that it is
    /// at least `idle` makes this sufficient, and exact where `idle` is the session's own.
    async fn write_log_out(
        &self,
        log_out: &LogOut,
        idle: i64,
    ) -> Result<(bool, Option<Account>), StoreError> {
        let now = log_out.now.as_millisecond();
        let names = [
            ("#s", "sessions"),
            ("#e", "epochs"),
            ("#epoch", "epoch"),
            ("#status", "status"),
            ("#trace", "last_log_out"),
        ];
        let names = names.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned()));
        let mut names: HashMap<String, String> =
            names.chain([("#by".to_owned(), log_out.by.to_string())]).collect();
        let mut values = HashMap::from([
            (":active".to_owned(), text("active")),
            (":now".to_owned(), number(now)),
            (":rested".to_owned(), number(now.saturating_sub(idle.saturating_mul(1_000)))),
            (":idle".to_owned(), number(idle)),
            (":trace".to_owned(), text(&log_out.name)),
        ]);
        let mut value = |name: &str, value: AttributeValue| values.insert(name.to_owned(), value);
        let change = match log_out.scope {
            LogOutScope::Own => " REMOVE #s.#by, #e.#by",
            LogOutScope::One(session) => {
                names.insert("#one".to_owned(), session.to_string());
                " REMOVE #s.#one, #e.#one"
            }
            LogOutScope::All => {
                value(":one", number(1));
                value(":none", AttributeValue::M(HashMap::new()));
                ", #epoch = #epoch + :one, #s = :none, #e = :none"
            }
            LogOutScope::Others => {
                value(":one", number(1));
                ", #epoch = #epoch + :one, #e.#by = #epoch + :one"
            }
        };
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::account(log_out.customer).into_item()))
            .condition_expression(
                "#status = :active AND #e.#by = #epoch AND #s.#by.ends > :now AND #s.#by.rotated > :rested AND #s.#by.idle >= :idle",
            )
            .update_expression(format!("SET #trace = :trace{change}"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let (was_written, before) = match sent {
            Ok(answer) => (true, answer.attributes),
            Err(error) => (false, refused_item(error)?),
        };
        Ok((was_written, before.map(record).transpose()?))
    }
}
