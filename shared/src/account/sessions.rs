//! Adding and ending one session.

use table::{Write, attribute, number, text};

use crate::{
    account::{
        MOST_SESSIONS, Session, keys,
        store::{active_update, session_update},
    },
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
