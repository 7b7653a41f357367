//! What the clean-up does: it finds by the index what is due, and takes away what nobody needs any
//! more.
//!
//! Protocol: the index is a little behind and holds keys alone, so each item is looked at or
//! written under a condition that it still is due. Invariants: whatever is done twice, by two at
//! once or again after a stop, is done once; nothing is read but what is due.

use jiff::Timestamp;
use table::{DUE, DUE_AT, Key, Transaction, Write, Written, due_day, number};

use crate::{
    account::Account,
    device::{Device, LastSeen, store::add_removal},
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

impl Store {
    /// The push device at a place on the list, strongly consistent. One trip, one read unit for
    /// each 4 KB.
    pub async fn due_device(&self, key: Key) -> Result<Option<Device>, StoreError> {
        self.table.get(key, true).await
    }

    /// Takes sessions that are over from an account, and puts it off to the end of the next one, or
    /// takes it from the list where it has no other; false where it has changed. One trip; one
    /// write unit for each KB of the account, two for its place on the index.
    pub async fn prune_sessions(
        &self,
        account: &Account,
        over: &[SessionId],
    ) -> Result<bool, StoreError> {
        let next = account
            .sessions
            .keys()
            .filter(|id| !over.contains(id))
            .filter_map(|id| account.end_of(*id))
            .min();
        let mut update = Vec::new();
        let mut removed = Vec::new();
        for (n, id) in over.iter().enumerate() {
            update.push((n, *id, account.sessions.get(id).map_or(0, |one| one.generation)));
            removed.push(format!("#s.#x{n}, #e.#x{n}"));
        }
        let set = if next.is_some() {
            "SET #due_at = :next"
        } else {
            removed.push("#due, #due_at".to_owned());
            ""
        };
        let remove = match removed.as_slice() {
            [] => String::new(),
            removed => format!(" REMOVE {}", removed.join(", ")),
        };
        let key = crate::account::keys::account(account.customer);
        let mut write = Write::update(key, &format!("{set}{remove}"))
            .when("size(#s) = :size")
            .name("#s", "sessions")
            .name("#due_at", DUE_AT)
            .value(":size", number(account.sessions.len()));
        for (n, id, generation) in update {
            let (name, value) = (format!("#x{n}"), format!(":g{n}"));
            write = write
                .when(&format!("#s.{name}.gen = {value}"))
                .name("#e", "epochs")
                .name(&name, &id.to_string())
                .value(&value, number(generation));
        }
        write = match next {
            Some(next) => write.value(":next", number(due_day(next))),
            None => write.name("#due", DUE),
        };
        self.table.write(write).await.map(Written::is_done)
    }

    /// Notes when a device was last seen, by which it is put off; false where it has changed. One
    /// trip, one write unit for each KB and two for its place on the index. It is no change of the
    /// device, so its revision stays.
    pub async fn put_device_off(
        &self,
        customer: CustomerId,
        device: &Device,
        seen: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = crate::device::keys::device(customer, &device.hash());
        let update = Write::update(key, "SET seen = :seen, #due_at = :day")
            .when_is("revision", number(device.revision))
            .name("#due_at", DUE_AT)
            .value(":seen", number(seen.as_millisecond()))
            .value(":day", number(due_day(seen)));
        self.table.write(update).await.map(Written::is_done)
    }

    /// Takes a device away that was not seen since `seen`; false where it was, or is gone. One
    /// trip, seven write units, two more where its session still stands in the account.
    pub async fn remove_unseen_device(
        &self,
        customer: CustomerId,
        device: &Device,
        seen: &LastSeen,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::new();
        add_removal(&mut transaction, customer, &device.hash(), Some(device.revision));
        if let Some(rotated) = seen.refreshed {
            transaction.add(not_refreshed_since(customer, device.session, rotated));
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }
}

fn not_refreshed_since(customer: CustomerId, session: SessionId, rotated: Timestamp) -> Write {
    Write::check(crate::account::keys::account(customer))
        .when("(attribute_not_exists(#s.#id) OR #s.#id.rotated = :rotated)")
        .name("#s", "sessions")
        .name("#id", &session.to_string())
        .value(":rotated", number(rotated.as_millisecond()))
}
