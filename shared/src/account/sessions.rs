//! Adding, refreshing and ending one session.

use jiff::Timestamp;
use table::{Image, Returned, Write, attribute, number, record, text};

use crate::{
    account::{
        Account, MOST_SESSIONS, RefreshSettings, Session, SessionSettings, keys,
        store::{active_update, session_update},
    },
    clock::minute_of,
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// A session of a log-in, before it is written.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The session.
    pub session: Session,
    /// The phone that logged in.
    pub phone: PhoneHash,
}

/// What came of moving a session to its next generation.
#[derive(Debug)]
pub enum Rotation {
    /// Moved: the account after it.
    Rotated(Account),
    /// Not moved: the account as it is, if there is one.
    Refused(Option<Account>),
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

/// Adds a session to an account in use that has the phone, and takes those of `removed` out. Sees
/// the account where refused.
///
/// Two write units for each KB of the account, and one where it enters the index. Without `removed`
/// the account must have room; with it, it must still hold all of them.
pub fn add_session(
    customer: CustomerId,
    new: &NewSession,
    removed: &[SessionId],
) -> Result<Write, StoreError> {
    let paths: Vec<String> = (0..removed.len()).map(|n| format!("#s.#x{n}, #e.#x{n}")).collect();
    let remove =
        if paths.is_empty() { String::new() } else { format!(" REMOVE {}", paths.join(", ")) };
    let change = format!(
        "SET #s.#id = :session, #e.#id = #epoch, #due = if_not_exists(#due, :due), \
         #due_at = if_not_exists(#due_at, :due_at){remove}"
    );
    let mut add = active_update(customer, new.id, &change)
        .when("#phone = :phone AND size(#s) < :room")
        .name("#phone", "phone")
        .value(":phone", text(new.phone.as_str()))
        .value(":room", number(MOST_SESSIONS + removed.len()))
        .value(":session", attribute(&new.session)?)
        .listed(keys::SESSIONS_BY_END, new.session.expires());
    for (n, id) in removed.iter().enumerate() {
        add = add
            .when(&format!("attribute_exists(#s.#x{n})"))
            .name(&format!("#x{n}"), &id.to_string());
    }
    Ok(add)
}

impl Store {
    /// Moves `session` from `generation` to the next if `generation` is its newest. One trip; one
    /// write unit for each KB of the account.
    ///
    /// `made` is when the presented generation was made, by its token. Since the condition on the
    /// generation ensures that storage holds the same, it is known before the write whether a new
    /// minute of the session's limit begins.
    pub async fn rotate(
        &self,
        customer: CustomerId,
        session: SessionId,
        generation: u64,
        made: Timestamp,
        successor: &Successor<'_>,
    ) -> Result<Rotation, StoreError> {
        let same_minute = minute_of(successor.now) <= minute_of(made);
        let count = if same_minute { "#s.#id.in_minute + :one" } else { ":one" };
        let change = format!(
            "SET #s.#id.gen = :next, #s.#id.kid = :kid, #s.#id.rotated = :now, \
             #s.#id.idle = :idle, #s.#id.in_minute = {count}"
        );
        let mut rotate = active_update(customer, session, &change)
            .when("#s.#id.gen = :gen AND #e.#id = #epoch")
            .value(":gen", number(generation))
            .value(":next", number(generation + 1))
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

    /// Ends one session; done as well where it has ended before. One trip.
    pub async fn end_session(
        &self,
        customer: CustomerId,
        session: SessionId,
    ) -> Result<(), StoreError> {
        let end = session_update(customer, session, "REMOVE #s.#id, #e.#id");
        self.table.write(end.when("attribute_exists(#s.#id)")).await.map(drop)
    }
}
