//! A registration as parts of a transaction: of its own, or of a log-in.

use jiff::Timestamp;
use table::{
    Part, Refusals, SET_DUE, Transaction, Verdict, Write, attribute, boolean, item, kinds, number,
    record, text,
};

use crate::{
    device::{
        Device, DeviceHead, DeviceOwner, FoundDevice, MOST_DEVICES, items::device_item, keys,
    },
    ids::CustomerId,
    store::StoreError,
};

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
    /// The write of the head, where there is one.
    head: Option<Part>,
}

kinds! {
    DeviceHead: "device_count",
    DeviceOwner: "device_owner",
}

impl ClaimPart {
    /// Whether nothing refused the transaction but the head, because there are enough devices.
    pub fn is_full(&self, refusals: &mut Refusals) -> Result<bool, StoreError> {
        let Some(head) = self.head.filter(|head| refusals.only(*head)) else { return Ok(false) };
        let Verdict::Refused(Some(head)) = refusals.of(head) else { return Ok(false) };
        Ok(record::<DeviceHead>(head)?.is_full())
    }
}

/// Adds the writes of a registration. Seven write units for a new device, one more for a customer's
/// first, nine for one of another customer, two for one of the customer's own, two more where that
/// gets its number.
pub fn add_claim(
    transaction: &mut Transaction,
    claim: DeviceClaim<'_>,
) -> Result<ClaimPart, StoreError> {
    let DeviceClaim { customer, device, found, .. } = claim;
    let hash = device.hash();
    let stored = device_item(keys::device(customer, &hash), device)?;
    if let Some(own) = &found.own {
        let put = Write::put(stored).when("revision = :was").value(":was", number(own.revision));
        transaction.add(put);
        let head = found.head.as_ref().filter(|_| device.id != own.id);
        let head = head.map(|head| transaction.add(note_last(customer, head, device.id)));
        return Ok(ClaimPart { head });
    }
    let owner = DeviceOwner { customer, id: device.id, created: device.created };
    let owner = item(keys::device_owner(&hash), &owner)?;
    let stored = Write::new_item(stored);
    let (owner, others) = match &found.owner {
        // It is the customer's by its owner, but the customer does not have it: the other half was
        // read a moment before or after.
        Some(before) if before.customer == customer => {
            transaction.add(Write::new_item(owner));
            return Ok(ClaimPart { head: None });
        }
        Some(before) => {
            let owner =
                Write::put(owner).when("customer = :was").value(":was", text(before.customer));
            let other = keys::device(before.customer, &hash);
            let others = vec![Write::delete(other).when_exists(), uncount(before.customer)];
            (owner, others)
        }
        None => (Write::new_item(owner), Vec::new()),
    };
    transaction.add(owner);
    let head = transaction.add(one_more(customer, found, device.id));
    transaction.add(stored);
    transaction.add_all(others);
    Ok(ClaimPart { head: Some(head) })
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
    let version = if device.app_version.is_some() { ", app_version = :version" } else { "" };
    let change = format!(
        "SET platform = :platform, active = :active, #session = :session, checked = :checked, \
         seen = :seen, {SET_DUE}{named}{version} REMOVE silenced ADD revision :one"
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
    if let Some(version) = &device.app_version {
        update = update.value(":version", text(version));
    }
    transaction.add(update);
    Ok(ClaimPart { head: None })
}

/// Writes devices that are new, with their numbers, and that nobody has: those of a customer who
/// moves in. `head` is the head as it was read. Two write units for the head and one for the list,
/// five for each device.
pub fn add_new_devices(
    customer: CustomerId,
    head: &DeviceHead,
    devices: &[Device],
) -> Result<Vec<Write>, StoreError> {
    let last = devices.iter().map(|device| device.id).fold(head.last, u64::max);
    let count = u32::try_from(devices.len()).unwrap_or(u32::MAX);
    let change = format!("SET #last = :last, {SET_DUE} ADD n :change");
    let counted = last_is(Write::update(keys::device_head(customer), &change), head, last)
        .ranked(keys::CUSTOMERS_WITH_DEVICES, keys::rank(customer))
        .when("(attribute_not_exists(n) OR n <= :room)")
        .seeing_refused()
        .value(":change", number(count))
        .value(":room", number(MOST_DEVICES.saturating_sub(count)));
    let mut writes = vec![counted];
    for device in devices {
        let hash = device.hash();
        let owner = DeviceOwner { customer, id: device.id, created: device.created };
        writes.push(Write::new_item(item(keys::device_owner(&hash), &owner)?));
        writes.push(Write::new_item(device_item(keys::device(customer, &hash), device)?));
    }
    Ok(writes)
}

/// Counts one more device of a customer, unless that would be too many, and notes its number, if it
/// has one. The customer stands on the list of those with devices from then on.
fn one_more(customer: CustomerId, found: &FoundDevice, id: u64) -> Write {
    let change = |last: &str| format!("SET {last}{SET_DUE} ADD n :change");
    let update = |change: &str| Write::update(keys::device_head(customer), change);
    let write = if let Some(head) = &found.head {
        last_is(update(&change("#last = :last, ")), head, id)
    } else {
        update(&change(""))
    };
    let write = write.ranked(keys::CUSTOMERS_WITH_DEVICES, keys::rank(customer));
    let write = write.when("(attribute_not_exists(n) OR n < :most)").seeing_refused();
    write.value(":change", number(1)).value(":most", number(MOST_DEVICES))
}

/// Notes the last number of a customer's devices, if it is still the one of `head`.
pub(super) fn note_last(customer: CustomerId, head: &DeviceHead, last: u64) -> Write {
    last_is(Write::update(keys::device_head(customer), "SET #last = :last"), head, last)
}

fn last_is(update: Write, head: &DeviceHead, last: u64) -> Write {
    update
        .when("(attribute_not_exists(#last) OR #last = :seen)")
        .name("#last", "last")
        .value(":seen", number(head.last))
        .value(":last", number(last))
}

/// Counts one device of a customer less.
pub(crate) fn uncount(customer: CustomerId) -> Write {
    Write::update(keys::device_head(customer), "ADD n :change").value(":change", number(-1))
}
