//! Push devices. A device stands under its customer, and beside it whose its registration id is.
//!
//! Invariants: a registration id has one owner, and exactly the owner has a device under it: both
//! change in one transaction; a customer has no more devices than the count admits, which changes
//! in that transaction too; a device changes only from the revision that was seen.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, Delete, Put, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use table::{
    DUE, DUE_AT, Item, Key, Query, attribute, due_day, expiring_item, item, listed_item, number,
    record, text,
};

use crate::{
    account::{SessionAdded, store::refused_item},
    device::{Device, DeviceOwner, FoundDevice, MOST_DEVICES, Silenced, keys},
    hashes::ContentHash,
    idempotency::{NewAnswer, Once},
    ids::CustomerId,
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

/// How long a number stays reserved: longer than any two clocks differ.
const NUMBER_RESERVED: SignedDuration = SignedDuration::from_hours(24);

/// A registration about to be written.
#[derive(Debug, Clone, Copy)]
pub struct DeviceClaim<'a> {
    /// Who registers.
    pub customer: CustomerId,
    /// The device as it shall stand.
    pub device: &'a Device,
    /// What it was made of.
    pub found: &'a FoundDevice,
    /// The present.
    pub now: Timestamp,
}

/// What came of a registration.
#[derive(Debug)]
pub enum Claimed {
    /// It is written, now or by the same request before.
    Once(Once),
    /// The customer has as many devices as there may be.
    Full,
    /// Something else stands there than was found.
    Changed,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is written.
    Done,
    /// Something else stands there than was found.
    Changed,
    /// The new registration id has an owner.
    Taken,
}

#[derive(Serialize)]
struct NumberTaken {}

/// The parts of a registration's transaction, and which of them counts the customer's devices.
#[derive(Default)]
pub(crate) struct ClaimParts {
    pub(crate) items: Vec<TransactWriteItem>,
    counting: Option<usize>,
}

impl ClaimParts {
    /// What a log-in is told where these alone kept it from being written.
    pub(crate) fn refusal(&self, verdicts: &[Verdict]) -> SessionAdded {
        if self.is_full(verdicts) { SessionAdded::DevicesFull } else { SessionAdded::DeviceChanged }
    }

    /// Whether nothing but the count kept them from being written.
    pub(crate) fn is_full(&self, verdicts: &[Verdict]) -> bool {
        let failed = |verdict: &Verdict| matches!(verdict, Verdict::Failed(_));
        let counting = self.counting.and_then(|place| verdicts.get(place));
        counting.is_some_and(failed)
            && verdicts.iter().filter(|verdict| failed(verdict)).count() == 1
    }
}

impl Store {
    /// A customer's devices, newest first, strongly consistent. One trip; a read unit for each 4
    /// KB.
    pub async fn devices(&self, customer: CustomerId) -> Result<Vec<Device>, StoreError> {
        let items = self
            .table
            .all(Query::of(keys::devices_of(customer)).beginning(keys::DEVICES).consistent())
            .await?;
        let mut devices: Vec<Device> = items.into_iter().map(record).collect::<Result<_, _>>()?;
        devices.sort_by_key(|device| std::cmp::Reverse((device.created, device.id)));
        Ok(devices)
    }

    /// A customer's device, strongly consistent. One trip, one read unit for each 4 KB.
    pub async fn device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<Option<Device>, StoreError> {
        self.table.get(keys::device(customer, registration), true).await
    }

    /// Whose a registration id is, strongly consistent. One trip, one read unit.
    pub async fn device_owner(
        &self,
        registration: &ContentHash,
    ) -> Result<Option<DeviceOwner>, StoreError> {
        self.table.get(keys::device_owner(registration), true).await
    }

    /// What a registration by `customer` finds. One trip, two read units.
    pub async fn find_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<FoundDevice, StoreError> {
        let (owner, own) =
            tokio::try_join!(self.device_owner(registration), self.device(customer, registration))?;
        Ok(FoundDevice { owner, own })
    }

    /// How many devices a customer has by the count. One trip, one read unit.
    pub(crate) async fn device_count(
        &self,
        customer: CustomerId,
    ) -> Result<Option<u64>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Count {
            n: u64,
        }
        Ok(self.table.get::<Count>(keys::device_count(customer), true).await?.map(|count| count.n))
    }

    /// Registers a device, taking it from whoever had it, together with the answer that is given
    /// again.
    ///
    /// One trip. Write units: ten for a new device, twelve for one of another customer's, two for
    /// one of the customer's own; more for registration ids above about 600 characters, and for the
    /// stored answer.
    pub async fn claim_device(
        &self,
        claim: DeviceClaim<'_>,
        answer: Option<&NewAnswer>,
    ) -> Result<Claimed, StoreError> {
        let parts = self.claim_parts(claim)?;
        match self.transact_once(answer, parts.items.clone(), claim.now).await? {
            Once::Refused(verdicts) if parts.is_full(&verdicts) => Ok(Claimed::Full),
            Once::Refused(_) => Ok(Claimed::Changed),
            once => Ok(Claimed::Once(once)),
        }
    }

    /// The parts of a transaction that registers a device.
    pub(crate) fn claim_parts(&self, claim: DeviceClaim<'_>) -> Result<ClaimParts, StoreError> {
        let DeviceClaim { customer, device, found, now } = claim;
        let hash = device.hash();
        let key = keys::device(customer, &hash);
        if let Some(own) = &found.own {
            let put = self.put_if(
                device_item(key, device)?,
                "revision = :was",
                (":was", number(own.revision)),
            )?;
            return Ok(ClaimParts { items: vec![put], counting: None });
        }
        let owner = DeviceOwner { customer, id: device.id, created: device.created };
        let owner = item(keys::device_owner(&hash), "device_owner", &owner)?;
        let put = self.put_new(device_item(key, device)?)?;
        let items = match &found.owner {
            // It says that the device is the customer's, who does not have it: the other half was
            // read a moment before or after.
            Some(before) if before.customer == customer => vec![self.put_new(owner)?],
            Some(before) => vec![
                self.put_if(owner, "customer = :was", (":was", text(before.customer)))?,
                self.count_device(customer, 1)?,
                put,
                self.delete_if(keys::device(before.customer, &hash), "attribute_exists(pk)", None)?,
                self.count_device(before.customer, -1)?,
            ],
            None => {
                let until = now.saturating_add(NUMBER_RESERVED).unwrap_or(Timestamp::MAX);
                let taken = expiring_item(
                    keys::device_number(device.id),
                    "device_number",
                    &NumberTaken {},
                    until,
                )?;
                vec![
                    self.put_new(owner)?,
                    self.count_device(customer, 1)?,
                    put,
                    self.put_new(taken)?,
                ]
            }
        };
        Ok(ClaimParts { items, counting: Some(1) })
    }

    /// The parts of a transaction that register a device of the customer's own again without its
    /// having been read: what is not told stays.
    pub(crate) fn reclaim_parts(
        &self,
        customer: CustomerId,
        device: &Device,
    ) -> Result<ClaimParts, StoreError> {
        let named = if device.name.is_some() { ", #name = :name" } else { "" };
        let key = keys::device(customer, &device.hash());
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key.clone().into_item()))
            .condition_expression("attribute_exists(pk)")
            .update_expression(format!(
                "SET platform = :platform, active = :active, #session = :session, checked = :checked, seen = :seen, #due = :due, \
                 #due_at = :due_at{named} REMOVE silenced ADD revision :one"
            ))
            .expression_attribute_names("#session", "session")
            .expression_attribute_names("#due", DUE)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":seen", number(device.seen.as_millisecond()))
            .expression_attribute_values(":due", text(keys::DEVICES_BY_LAST_SEEN.partition_of(&key)))
            .expression_attribute_values(":due_at", number(due_day(device.seen)))
            .expression_attribute_values(":platform", attribute(&device.platform)?)
            .expression_attribute_values(":active", AttributeValue::Bool(device.active))
            .expression_attribute_values(":session", text(device.session))
            .expression_attribute_values(":checked", AttributeValue::Bool(false))
            .expression_attribute_values(":one", number(1));
        if let Some(name) = &device.name {
            update = update
                .expression_attribute_names("#name", "name")
                .expression_attribute_values(":name", text(name));
        }
        let update = TransactWriteItem::builder()
            .update(update.build().map_err(StoreError::built_wrongly)?)
            .build();
        Ok(ClaimParts { items: vec![update], counting: None })
    }

    /// Writes a device in place of its revision before; false where another stands there. One trip,
    /// one write unit for each KB.
    pub async fn replace_device(
        &self,
        customer: CustomerId,
        device: &Device,
    ) -> Result<bool, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(device_item(keys::device(customer, &device.hash()), device)?))
            .condition_expression("revision = :was")
            .expression_attribute_values(":was", number(device.revision - 1))
            .send()
            .await;
        match sent.map_err(|error| match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => StoreError::Conflict,
            _ => error.into(),
        }) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes a device in place of `before` under another registration id, which must have no
    /// owner. One trip, ten write units.
    pub async fn move_device(
        &self,
        customer: CustomerId,
        before: &Device,
        after: &Device,
    ) -> Result<Replaced, StoreError> {
        let (old, new) = (before.hash(), after.hash());
        let owner = DeviceOwner { customer, id: after.id, created: after.created };
        let items = vec![
            self.put_new(item(keys::device_owner(&new), "device_owner", &owner)?)?,
            self.delete_if(
                keys::device_owner(&old),
                "customer = :was",
                Some((":was", text(customer))),
            )?,
            self.delete_if(
                keys::device(customer, &old),
                "revision = :was",
                Some((":was", number(before.revision))),
            )?,
            self.put_new(device_item(keys::device(customer, &new), after)?)?,
        ];
        Ok(match self.transact(items).await? {
            Outcome::Done => Replaced::Done,
            Outcome::Refused(verdicts) if matches!(verdicts.first(), Some(Verdict::Failed(_))) => {
                Replaced::Taken
            }
            Outcome::Refused(_) => Replaced::Changed,
        })
    }

    /// Takes a device away; false where the customer does not have it. One trip, seven write units.
    pub async fn remove_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<bool, StoreError> {
        let key = keys::device(customer, registration);
        let items = vec![
            self.delete_if(
                keys::device_owner(registration),
                "customer = :was",
                Some((":was", text(customer))),
            )?,
            self.delete_if(key, "attribute_exists(pk)", None)?,
            self.count_device(customer, -1)?,
        ];
        Ok(matches!(self.transact(items).await?, Outcome::Done))
    }

    /// Keeps the endpoint of a device that was seen to be as it must be; false where the device has
    /// changed. One trip, one write unit for each KB.
    pub async fn keep_endpoint(
        &self,
        customer: CustomerId,
        device: &Device,
        endpoint: &str,
    ) -> Result<bool, StoreError> {
        let change = "SET endpoint = :endpoint, checked = :checked ADD revision :one";
        let values = [(":endpoint", text(endpoint)), (":checked", AttributeValue::Bool(true))];
        self.change_device(customer, device, change, values).await
    }

    /// Gives a device up that pushes do not reach; false where it has changed, as by being
    /// registered again. One trip, one write unit for each KB.
    pub async fn silence_device(
        &self,
        customer: CustomerId,
        device: &Device,
        why: &Silenced,
    ) -> Result<bool, StoreError> {
        let change =
            "SET active = :active, checked = :active, silenced = :silenced ADD revision :one";
        let values = [(":active", AttributeValue::Bool(false)), (":silenced", attribute(why)?)];
        self.change_device(customer, device, change, values).await
    }

    async fn change_device(
        &self,
        customer: CustomerId,
        device: &Device,
        change: &str,
        values: [(&str, AttributeValue); 2],
    ) -> Result<bool, StoreError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::device(customer, &device.hash()).into_item()))
            .condition_expression("revision = :was")
            .update_expression(change)
            .expression_attribute_values(":was", number(device.revision))
            .expression_attribute_values(":one", number(1));
        for (name, value) in values {
            request = request.expression_attribute_values(name, value);
        }
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => refused_item(error).map(|_| false),
        }
    }

    fn count_device(
        &self,
        customer: CustomerId,
        change: i8,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::device_count(customer).into_item()))
            .update_expression("ADD n :change")
            .expression_attribute_values(":change", number(change));
        if change > 0 {
            update = update
                .condition_expression("attribute_not_exists(n) OR n < :most")
                .expression_attribute_values(":most", number(MOST_DEVICES));
        }
        Ok(TransactWriteItem::builder()
            .update(update.build().map_err(StoreError::built_wrongly)?)
            .build())
    }

    pub(crate) fn put_if(
        &self,
        item: Item,
        condition: &str,
        value: (&str, AttributeValue),
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition)
            .expression_attribute_values(value.0, value.1)
            .build()
            .map_err(StoreError::built_wrongly)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub(crate) fn delete_if(
        &self,
        key: Key,
        condition: &str,
        value: Option<(&str, AttributeValue)>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .condition_expression(condition);
        if let Some((name, value)) = value {
            delete = delete.expression_attribute_values(name, value);
        }
        Ok(TransactWriteItem::builder()
            .delete(delete.build().map_err(StoreError::built_wrongly)?)
            .build())
    }
}

/// The item of a device: the clean-up finds it by when it was last seen.
fn device_item(key: Key, device: &Device) -> Result<Item, StoreError> {
    listed_item(key, "device", device, keys::DEVICES_BY_LAST_SEEN, device.seen)
}
