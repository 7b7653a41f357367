//! Push devices. A device stands under its customer, and beside it whose its registration id is.
//!
//! Invariants: a registration id has one owner, and exactly the owner has a device under it: both
//! change in one transaction; a customer has no more devices than the head admits, which changes
//! in that transaction too; a device changes only from the revision that was seen.

use std::time::Duration;

use table::{Committed, Query, Transaction, Write, Written, boolean, item, number, records, text};

use crate::{
    device::{
        Device, DeviceClaim, DeviceHead, DeviceOwner, FoundDevice,
        claim::{add_claim, uncount},
        items::device_item,
        keys,
        model::newest_first,
    },
    hashes::ContentHash,
    idempotency::{NewAnswer, Once},
    ids::CustomerId,
    store::{Store, StoreError},
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
        let items = self.table.all(query_devices(customer).consistent()).await?;
        Ok(newest_first(records(items)?))
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

    /// What a registration by `customer` finds; of the head, what it was up to a second ago, since
    /// the write refuses another. One trip, two and a half read units.
    pub async fn look_for_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<FoundDevice, StoreError> {
        let head = self.table.get(keys::device_head(customer), false);
        self.found_device(customer, registration, head).await
    }

    /// What a registration by `customer` finds, strongly consistent. One trip, three read units.
    pub async fn find_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<FoundDevice, StoreError> {
        self.found_device(customer, registration, self.device_head(customer)).await
    }

    async fn found_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
        head: impl Future<Output = Result<Option<DeviceHead>, StoreError>>,
    ) -> Result<FoundDevice, StoreError> {
        let (owner, own, head) = tokio::try_join!(
            self.device_owner(registration),
            self.device(customer, registration),
            head
        )?;
        Ok(FoundDevice { owner, own, head: Some(head.unwrap_or_default()) })
    }

    /// The head of a customer's devices, strongly consistent. One trip, one read unit.
    pub async fn device_head(
        &self,
        customer: CustomerId,
    ) -> Result<Option<DeviceHead>, StoreError> {
        self.table.get(keys::device_head(customer), true).await
    }

    /// Registers a device, taking it from whoever had it, together with the answer that is given
    /// again.
    ///
    /// One trip. Write units: seven for a new device, nine for one of another customer's, two for
    /// one of the customer's own; more for registration ids above about 600 characters, and for the
    /// stored answer.
    pub async fn claim_device(
        &self,
        claim: DeviceClaim<'_>,
        answer: Option<&NewAnswer>,
    ) -> Result<Claimed, StoreError> {
        let mut transaction = Transaction::new().with_patience(Duration::ZERO);
        let part = add_claim(&mut transaction, claim)?;
        let once = match self.commit_once(answer, transaction, claim.now).await {
            Err(StoreError::Conflict) => return Ok(Claimed::Changed),
            once => once?,
        };
        match once {
            Once::Refused(mut refusals) => {
                Ok(if part.is_full(&mut refusals)? { Claimed::Full } else { Claimed::Changed })
            }
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
        let stored = device_item(keys::device(customer, &device.hash()), device)?;
        let put = Write::put(stored).when_is("revision", number(device.revision - 1));
        self.table.write(put).await.map(Written::is_done)
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
        let owner = item(keys::device_owner(&new), &owner)?;
        let stored = device_item(keys::device(customer, &new), after)?;
        let mut transaction = Transaction::new();
        let taken = transaction.add(Write::new_item(owner));
        transaction.add(disown(customer, &old));
        transaction.add(
            Write::delete(keys::device(customer, &old))
                .when_is("revision", number(before.revision)),
        );
        transaction.add(Write::new_item(stored));
        Ok(match self.table.commit(transaction).await? {
            Committed::Done => Replaced::Done,
            Committed::Refused(refusals) if refusals.refused(taken) => Replaced::Taken,
            Committed::Refused(_) => Replaced::Changed,
        })
    }

    /// Takes a device away; false where the customer does not have it. One trip, seven write units.
    pub async fn remove_device(
        &self,
        customer: CustomerId,
        registration: &ContentHash,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::new();
        add_removal(&mut transaction, customer, registration, None);
        Ok(self.table.commit(transaction).await?.is_done())
    }

    /// Stores the endpoint of a device after it was created or checked; false if the device has
    /// changed. One trip, one write unit for each KB.
    pub async fn keep_endpoint(
        &self,
        customer: CustomerId,
        device: &Device,
        endpoint: &str,
    ) -> Result<bool, StoreError> {
        let change = "SET endpoint = :endpoint, checked = :checked ADD revision :one";
        let update = update_device(customer, device, change)
            .value(":endpoint", text(endpoint))
            .value(":checked", boolean(true));
        self.table.write(update).await.map(Written::is_done)
    }
}

fn query_devices(customer: CustomerId) -> Query {
    Query::of(keys::devices_of(customer)).beginning(keys::DEVICES)
}

/// Adds the removal of a device, of this revision where one is named. Seven write units.
pub(crate) fn add_removal(
    transaction: &mut Transaction,
    customer: CustomerId,
    registration: &ContentHash,
    revision: Option<u64>,
) {
    let delete = Write::delete(keys::device(customer, registration));
    transaction.add(disown(customer, registration));
    transaction.add(match revision {
        Some(revision) => delete.when_is("revision", number(revision)),
        None => delete.when_exists(),
    });
    transaction.add(uncount(customer));
}

/// Takes a registration id from its owner, if that is `customer`.
pub(super) fn disown(customer: CustomerId, registration: &ContentHash) -> Write {
    Write::delete(keys::device_owner(registration)).when_is("customer", text(customer))
}

/// Changes a device if it is still of the revision that was read.
pub(super) fn update_device(customer: CustomerId, device: &Device, change: &str) -> Write {
    Write::update(keys::device(customer, &device.hash()), change)
        .when_is("revision", number(device.revision))
        .value(":one", number(1))
}
