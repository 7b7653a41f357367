//! Reading an account, and what the updates of its item have in common.

use table::{Write, kinds, text};

use crate::{
    account::{Account, keys},
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

kinds! { Account: "account" }

impl Store {
    /// A customer's account, strongly consistent: it decides whether sessions are alive. One trip;
    /// a read unit for each 4 KB, one for most.
    pub async fn account(&self, customer: CustomerId) -> Result<Option<Account>, StoreError> {
        self.table.get(keys::account(customer), true).await
    }
}

/// An update of an account with the names of the paths to one session: `#s.#id` and `#e.#id`.
pub(crate) fn session_update(customer: CustomerId, session: SessionId, change: &str) -> Write {
    Write::update(keys::account(customer), change)
        .name("#s", "sessions")
        .name("#e", "epochs")
        .name("#id", &session.to_string())
}

/// The same for an account in use, whose `#epoch` it knows.
pub(crate) fn active_update(customer: CustomerId, session: SessionId, change: &str) -> Write {
    session_update(customer, session, change)
        .when("#status = :active")
        .name("#status", "status")
        .name("#epoch", "epoch")
        .value(":active", text("active"))
        .seeing_refused()
}

/// The same for an account that has this phone and in which the session has not ended.
pub(crate) fn owner_update(
    customer: CustomerId,
    session: SessionId,
    phone: &PhoneHash,
    change: &str,
) -> Write {
    active_update(customer, session, change)
        .when("#phone = :phone AND attribute_exists(#s.#id) AND #e.#id = #epoch")
        .name("#phone", "phone")
        .value(":phone", text(phone.as_str()))
}
