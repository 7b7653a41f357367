//! Push devices. A device stands under its customer, and beside it whose its registration id is.
//!
//! Invariants: a registration id has one owner, and exactly the owner has a device under it: both
//! change in one transaction; a customer has no more devices than the count admits, which changes
//! in that transaction too; a device changes only from the revision that was seen.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, Delete, Put, TransactWriteItem, Update},
};
use table::{Item, Key, Query, Transaction, attribute, item, number, record, text};

use crate::{
    account::store::refused_item,
    clean_up::due,
    device::{
        Device, DeviceClaim, DeviceOwner, FoundDevice, MOST_DEVICES, Silenced, claim::add_claim,
        keys,
    },
    hashes::ContentHash,
    idempotency::{NewAnswer, Once},
    ids::CustomerId,
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

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
        let mut transaction = Transaction::new();
        let part = add_claim(&mut transaction, claim)?;
        match self.commit_once(answer, transaction, claim.now).await? {
            Once::Refused(refusals) if part.is_full(&refusals) => Ok(Claimed::Full),
            Once::Refused(_) => Ok(Claimed::Changed),
            once => Ok(Claimed::Once(once)),
        }
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
        let items = self.removal_parts(customer, registration, None)?;
        Ok(matches!(self.transact(items).await?, Outcome::Done))
    }

    /// The parts of a transaction that takes a device away, of this revision where one is named.
    pub(crate) fn removal_parts(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
        revision: Option<u64>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let key = keys::device(customer, registration);
        Ok(vec![
            self.delete_if(
                keys::device_owner(registration),
                "customer = :was",
                Some((":was", text(customer))),
            )?,
            match revision {
                Some(revision) => {
                    self.delete_if(key, "revision = :was", Some((":was", number(revision))))?
                }
                None => self.delete_if(key, "attribute_exists(pk)", None)?,
            },
            self.count_device(customer, -1)?,
        ])
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

    /// Erases a device of a customer who left, and with it that its registration id is theirs,
    /// unless it is another's by now.
    pub(crate) async fn erase_device(
        &self,
        customer: CustomerId,
        device: &Device,
    ) -> Result<(), StoreError> {
        let hash = device.hash();
        let owned = ("customer = :was", Some((":was", text(customer))));
        let items = vec![
            self.delete_if(keys::device_owner(&hash), owned.0, owned.1)?,
            self.delete_if(keys::device(customer, &hash), "attribute_exists(pk)", None)?,
        ];
        // Where that does not hold, it has moved to another customer, and this one has it no
        // longer.
        self.transact(items).await.map(|_| ())
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
pub(crate) fn device_item(key: Key, device: &Device) -> Result<Item, StoreError> {
    let place = keys::DEVICES_BY_LAST_SEEN.partition_of(&key);
    let mut item = item(key, "device", device)?;
    item.extend(due(place, device.seen));
    Ok(item)
}
