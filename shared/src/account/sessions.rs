//! Adding and ending one session.
//!
//! A log-in may add one session more than there is room for, and then removes the one longest
//! unused. So it need not read the account before.

use std::ops::ControlFlow;

use jiff::Timestamp;
use table::{Write, Written, attribute, number, record, retry, text};

use crate::{
    account::{
        Account, FIRST_EPOCH, MOST_SESSIONS, Session, keys,
        store::{active_update, session_update},
    },
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// How often surplus sessions are determined anew because the account changed meanwhile.
const TRIES: u32 = 4;

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

/// Adds a session to an account in use that has the phone, and takes those of `removed` out. Sees
/// the account where refused.
///
/// Two write units for each KB of the account, and one where it enters the index. Without `removed`
/// there may be one session too many afterwards, but not two; with it the account must still hold
/// all of them, and there are not too many afterwards.
pub fn add_session(
    customer: CustomerId,
    new: &NewSession,
    removed: &[SessionId],
) -> Result<Write, StoreError> {
    // One more than there is room for, unless `removed` makes room.
    let most = MOST_SESSIONS + removed.len().saturating_sub(1);
    let add = add(customer, new.id, &new.session, removed, most)?;
    Ok(add
        .when("#phone = :phone")
        .name("#phone", "phone")
        .value(":phone", text(new.phone.as_str())))
}

/// Adds a session of [`Session::moved_in`] to an account in use, and takes those of `removed` out.
/// Sees the account where refused: also where there is no room, and where all sessions were ended
/// since the account was made, which ended the log-ins from before the move as well.
///
/// Two write units for each KB of the account, and one where it enters the index.
pub fn add_moved_session(
    customer: CustomerId,
    id: SessionId,
    session: &Session,
    removed: &[SessionId],
) -> Result<Write, StoreError> {
    let add = add(customer, id, session, removed, MOST_SESSIONS + removed.len() - 1)?;
    Ok(add.when("#epoch = :first").value(":first", number(FIRST_EPOCH)))
}

/// Adds a session where there are at most `most`, and all of `removed` are among them.
fn add(
    customer: CustomerId,
    id: SessionId,
    session: &Session,
    removed: &[SessionId],
    most: usize,
) -> Result<Write, StoreError> {
    let remove =
        if removed.is_empty() { String::new() } else { format!(" {}", remove_paths(removed)) };
    let change = format!(
        "SET #s.#id = :session, #e.#id = #epoch, #due = if_not_exists(#due, :due), \
         #due_at = if_not_exists(#due_at, :due_at){remove}"
    );
    let add = active_update(customer, id, &change)
        .when("size(#s) <= :most")
        .value(":most", number(most))
        .value(":session", attribute(session)?)
        .listed(keys::SESSIONS_BY_END, session.expires());
    Ok(when_all_exist(add, removed))
}

fn remove_paths(removed: &[SessionId]) -> String {
    let paths: Vec<String> = (0..removed.len()).map(|n| format!("#s.#x{n}, #e.#x{n}")).collect();
    format!("REMOVE {}", paths.join(", "))
}

fn when_all_exist(mut write: Write, removed: &[SessionId]) -> Write {
    for (n, id) in removed.iter().enumerate() {
        write = write
            .when(&format!("attribute_exists(#s.#x{n})"))
            .name(&format!("#x{n}"), &id.to_string());
    }
    write
}

impl Store {
    /// Ends one session; done as well where it has ended before. One trip.
    pub async fn end_session(
        &self,
        customer: CustomerId,
        session: SessionId,
    ) -> Result<(), StoreError> {
        let end = session_update(customer, session, "REMOVE #s.#id, #e.#id");
        self.table.write(end.when("attribute_exists(#s.#id)")).await.map(drop)
    }

    /// Removes what [`Account::surplus`] says after a log-in added the session `newest`; `account`
    /// is the account as it was read beside that. No trip where there is room; one otherwise, and
    /// one write unit for each KB of the account.
    pub async fn remove_surplus(
        &self,
        account: Account,
        newest: SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let customer = account.customer;
        let attempt = |account: Option<Account>| async move {
            let surplus = account.map(|account| account.surplus(newest, now)).unwrap_or_default();
            if surplus.is_empty() {
                return Ok(ControlFlow::Break(()));
            }
            let remove = Write::update(keys::account(customer), &remove_paths(&surplus))
                .when("size(#s) > :most")
                .name("#s", "sessions")
                .name("#e", "epochs")
                .value(":most", number(MOST_SESSIONS))
                .seeing_refused();
            let remove = when_all_exist(remove, &surplus);
            Ok::<_, StoreError>(match self.table.write(remove).await? {
                Written::Done => ControlFlow::Break(()),
                Written::Refused(account) => {
                    ControlFlow::Continue(account.map(record).transpose()?)
                }
            })
        };
        retry::on_refusal(TRIES, Some(account), attempt).await.map(drop)
    }
}
