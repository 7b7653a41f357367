//! A registration as parts of a transaction: of its own, or of a log-in.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use table::{
    Part, Refusals, SET_DUE, Transaction, Write, attribute, boolean, expiring_item, item, kinds,
    number, text,
};

use crate::{
    device::{Device, DeviceOwner, FoundDevice, MOST_DEVICES, items::device_item, keys},
    ids::CustomerId,
    store::StoreError,
};

/// How long a number stays reserved: longer than any two clocks differ.
const NUMBER_RESERVED: SignedDuration = SignedDuration::from_hours(24);

/// A registration about to be written.
#[derive(Debug, Clone, Copy)]
pub struct DeviceClaim<'a> {
    /// Who registers.
    pub customer: CustomerId,
    /// The device after it.
    pub device: &'a Device,
    /// What it was made of.
    pub found: &'a FoundDevice,
    /// The present.
    pub now: Timestamp,
}

/// The part of a transaction that registers a device.
#[derive(Debug, Clone, Copy)]
pub struct ClaimPart {
    /// The write that counts the customer's devices, where there is one more.
    count: Option<Part>,
}

kinds! {
    DeviceOwner: "device_owner",
    NumberTaken: "device_number",
}

impl ClaimPart {
    /// Whether nothing but the count refused the transaction.
    pub fn is_full(&self, refusals: &Refusals) -> bool {
        self.count.is_some_and(|count| refusals.only(count))
    }
}

#[derive(Serialize, serde::Deserialize)]
pub(crate) struct NumberTaken {}

/// Adds the writes of a registration. Ten write units for a new device, twelve for one of another
/// customer, two for one of the customer's own.
pub fn add_claim(
    transaction: &mut Transaction,
    claim: DeviceClaim<'_>,
) -> Result<ClaimPart, StoreError> {
    let DeviceClaim { customer, device, found, now } = claim;
    let hash = device.hash();
    let stored = device_item(keys::device(customer, &hash), device)?;
    if let Some(own) = &found.own {
        let put = Write::put(stored).when("revision = :was").value(":was", number(own.revision));
        transaction.add(put);
        return Ok(ClaimPart { count: None });
    }
    let owner = DeviceOwner { customer, id: device.id, created: device.created };
    let owner = item(keys::device_owner(&hash), &owner)?;
    let stored = Write::new_item(stored);
    let (owner, others) = match &found.owner {
        // It is the customer's by its owner, but the customer does not have it: the other half was
        // read a moment before or after.
        Some(before) if before.customer == customer => {
            transaction.add(Write::new_item(owner));
            return Ok(ClaimPart { count: None });
        }
        Some(before) => {
            let owner =
                Write::put(owner).when("customer = :was").value(":was", text(before.customer));
            let other = keys::device(before.customer, &hash);
            let others = vec![Write::delete(other).when_exists(), uncount(before.customer)];
            (owner, others)
        }
        None => {
            let until = now.saturating_add(NUMBER_RESERVED).unwrap_or(Timestamp::MAX);
            let key = keys::device_number(device.id);
            let taken = expiring_item(key, &NumberTaken {}, until)?;
            (Write::new_item(owner), vec![Write::new_item(taken)])
        }
    };
    transaction.add(owner);
    let count = transaction.add(count_one_more(customer));
    transaction.add(stored);
    transaction.add_all(others);
    Ok(ClaimPart { count: Some(count) })
}

/// Adds the registration of a log-in, which knows the owner of the registration id and has not read
/// the device: what it does not say of a device of the customer's own stays. Two write units there,
/// those of [`add_claim`] otherwise.
pub fn add_claim_unread(
    transaction: &mut Transaction,
    claim: DeviceClaim<'_>,
) -> Result<ClaimPart, StoreError> {
    let owner = claim.found.owner.as_ref();
    if owner.is_none_or(|owner| owner.customer != claim.customer) {
        return add_claim(transaction, claim);
    }
    let device = claim.device;
    let named = if device.name.is_some() { ", #name = :name" } else { "" };
    let change = format!(
        "SET platform = :platform, active = :active, #session = :session, checked = :checked, \
         seen = :seen, {SET_DUE}{named} REMOVE silenced ADD revision :one"
    );
    let mut update = Write::update(keys::device(claim.customer, &device.hash()), &change)
        .when_exists()
        .name("#session", "session")
        .value(":platform", attribute(&device.platform)?)
        .value(":active", boolean(device.active))
        .value(":session", text(device.session))
        .value(":checked", boolean(false))
        .value(":seen", number(device.seen.as_millisecond()))
        .value(":one", number(1))
        .listed(keys::DEVICES_BY_LAST_SEEN, device.seen);
    if let Some(name) = &device.name {
        update = update.name("#name", "name").value(":name", text(name));
    }
    transaction.add(update);
    Ok(ClaimPart { count: None })
}

/// Counts one more device of a customer, unless that would be too many.
fn count_one_more(customer: CustomerId) -> Write {
    Write::update(keys::device_count(customer), "ADD n :change")
        .when("attribute_not_exists(n) OR n < :most")
        .value(":change", number(1))
        .value(":most", number(MOST_DEVICES))
}

/// Counts one device of a customer less.
pub(crate) fn uncount(customer: CustomerId) -> Write {
    Write::update(keys::device_count(customer), "ADD n :change").value(":change", number(-1))
}
