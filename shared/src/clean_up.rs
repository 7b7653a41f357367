//! What the clean-up does: it finds by the index what is due, and takes away what nobody needs any
//! more.
//!
//! Protocol: the index is a little behind and holds keys alone, so each item is looked at or
//! written under a condition that it still is due. Invariants: whatever is done twice, by two at
//! once or again after a stop, is done once; nothing is read but what is due.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use jiff::Timestamp;
use table::{DUE, DUE_AT, Key, due_day, number, text};

use crate::{
    account::{Account, store::refused_item},
    device::{Device, LastSeen},
    ids::{CustomerId, SessionId},
    store::{Store, StoreError, transaction::Outcome},
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
        let mut names = HashMap::from([
            ("#s".to_owned(), "sessions".to_owned()),
            ("#due_at".to_owned(), DUE_AT.to_owned()),
        ]);
        let mut values = HashMap::from([(":size".to_owned(), number(account.sessions.len()))]);
        let (mut conditions, mut removed) = (vec!["size(#s) = :size".to_owned()], Vec::new());
        for (n, id) in over.iter().enumerate() {
            let generation = account.sessions.get(id).map_or(0, |session| session.generation);
            names.extend([
                (format!("#x{n}"), id.to_string()),
                ("#e".to_owned(), "epochs".to_owned()),
            ]);
            values.insert(format!(":g{n}"), number(generation));
            conditions.push(format!("#s.#x{n}.gen = :g{n}"));
            removed.push(format!("#s.#x{n}, #e.#x{n}"));
        }
        let set = next.map_or("", |_| "SET #due_at = :next");
        if let Some(next) = next {
            values.insert(":next".to_owned(), number(due_day(next)));
        } else {
            names.insert("#due".to_owned(), DUE.to_owned());
            removed.push("#due, #due_at".to_owned());
        }
        let remove = if removed.is_empty() {
            String::new()
        } else {
            format!(" REMOVE {}", removed.join(", "))
        };
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(crate::account::keys::account(account.customer).into_item()))
            .condition_expression(conditions.join(" AND "))
            .update_expression(format!("{set}{remove}"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => refused_item(error).map(|_| false),
        }
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
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(crate::device::keys::device(customer, &device.hash()).into_item()))
            .condition_expression("revision = :was")
            .update_expression("SET seen = :seen, #due_at = :day")
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":was", number(device.revision))
            .expression_attribute_values(":seen", number(seen.as_millisecond()))
            .expression_attribute_values(":day", number(due_day(seen)))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => refused_item(error).map(|_| false),
        }
    }

    /// Takes a device away that was not seen since `seen`; false where it was, or is gone. One
    /// trip, seven write units, two more where its session still stands in the account.
    pub async fn remove_unseen_device(
        &self,
        customer: CustomerId,
        device: &Device,
        seen: &LastSeen,
    ) -> Result<bool, StoreError> {
        let mut items = self.removal_parts(customer, &device.hash(), Some(device.revision))?;
        if let Some(rotated) = seen.refreshed {
            items.push(self.not_refreshed_since(customer, device.session, rotated)?);
        }
        Ok(matches!(self.transact(items).await?, Outcome::Done))
    }

    fn not_refreshed_since(
        &self,
        customer: CustomerId,
        session: SessionId,
        rotated: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(crate::account::keys::account(customer).into_item()))
            .condition_expression("attribute_not_exists(#s.#id) OR #s.#id.rotated = :rotated")
            .expression_attribute_names("#s", "sessions")
            .expression_attribute_names("#id", session.to_string())
            .expression_attribute_values(":rotated", number(rotated.as_millisecond()))
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}

/// The attributes that put an item on the index: where, and from when on.
pub(crate) fn due(place: String, time: Timestamp) -> [(String, AttributeValue); 2] {
    [(DUE.to_owned(), text(place)), (DUE_AT.to_owned(), number(due_day(time)))]
}
