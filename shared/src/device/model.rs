//! Push devices: what a registration makes of one, and when it may be pushed to.
//!
//! Invariants: a registration id is one customer's at any moment; a device is pushed to only while
//! its own flag is set and the session that registered or re-activated it lives, so whatever ends
//! sessions silences devices without touching them.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Platform},
    hashes::ContentHash,
    ids::{CustomerId, SessionId},
    version::AppVersion,
};

/// How many devices a customer has at most.
pub const MOST_DEVICES: u32 = 50;

/// How many bytes a registration id has at most.
pub const MOST_REGISTRATION_ID: usize = 4_096;

/// The highest number of a device: clients hold it in 32 bits with a sign.
const MOST_NUMBER: u64 = i32::MAX as u64;

/// A device as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "fcm-django's name on the wire")]
pub struct Device {
    /// The customer's own running number; see [`Device::is_numbered`].
    #[serde(default)]
    pub id: u64,
    /// What the push service knows it by; at most [`MOST_REGISTRATION_ID`] bytes of visible ASCII.
    pub registration_id: String,
    /// Its kind.
    pub platform: Platform,
    /// A name that its owner knows it by.
    pub name: Option<String>,
    /// An id that the app chose for the device.
    pub device_id: Option<String>,
    /// The version of the app on it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<AppVersion>,
    /// Its own flag; see [`Device::is_active`].
    pub active: bool,
    /// When its customer first registered it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
    /// The session that registered or re-activated it.
    pub session: SessionId,
    /// Its endpoint at SNS, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether the endpoint has been created or checked since the last registration.
    #[serde(default)]
    pub checked: bool,
    /// Why the push service does not reach it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silenced: Option<Silenced>,
    /// When it was last seen, as far as was noted: when it was registered or re-activated, or found
    /// in use by the clean-up.
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub seen: Timestamp,
    /// Counts the changes.
    pub revision: u64,
}

/// When a device was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSeen {
    /// The last sign of life.
    pub at: Timestamp,
    /// When its session was refreshed last, where there is that session.
    pub refreshed: Option<Timestamp>,
}

/// That pushes to a device were given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silenced {
    /// Why.
    pub reason: SilencedBy,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// Why pushes to a device were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilencedBy {
    /// The push service refused a message for it, so SNS disabled its endpoint.
    EndpointDisabled,
    /// Its endpoint was deleted.
    EndpointGone,
    /// SNS takes its registration id for none.
    RegistrationRefused,
}

/// The head of a customer's devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceHead {
    /// How many there are.
    pub n: u32,
    /// The last number that one of them got.
    #[serde(default)]
    pub last: u64,
    /// The partition of the list of customers with devices; none where they were registered before
    /// there was the list.
    #[serde(rename = "due", default, skip_serializing)]
    pub list: Option<String>,
}

/// Whose a registration id is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceOwner {
    /// The customer.
    pub customer: CustomerId,
    /// The number that the device had when the customer got it.
    pub id: u64,
    /// When the customer first registered it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created: Timestamp,
}

/// What an app says of its device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "fcm-django's name on the wire")]
pub struct Registration {
    /// What the push service knows it by.
    pub registration_id: String,
    /// Its kind.
    pub platform: Platform,
    /// Its name, where that is said.
    pub name: Option<Option<String>>,
    /// What the app knows it by, where that is said.
    pub device_id: Option<Option<String>>,
    /// The version of the app, where that is said.
    pub app_version: Option<AppVersion>,
    /// Its own flag.
    pub active: bool,
}

/// Changes of a device: what is `None` stays; a `Some(None)` takes the value away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DevicePatch {
    /// Another registration id.
    pub registration_id: Option<String>,
    /// Another kind.
    pub platform: Option<Platform>,
    /// Another name.
    pub name: Option<Option<String>>,
    /// Another id of the app's.
    pub device_id: Option<Option<String>>,
    /// The version of the app.
    pub app_version: Option<AppVersion>,
    /// The flag.
    pub active: Option<bool>,
}

/// What a registration finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundDevice {
    /// Whose the registration id is.
    pub owner: Option<DeviceOwner>,
    /// The device, where the caller has it.
    pub own: Option<Device>,
    /// The head of the caller's devices, where it was read.
    pub head: Option<DeviceHead>,
}

/// Devices in the order of lists.
pub(super) fn newest_first(mut devices: Vec<Device>) -> Vec<Device> {
    devices.sort_by_key(|device| Reverse((device.created, device.id)));
    devices
}

impl DeviceHead {
    /// Whether there are as many devices as a customer may have.
    pub fn is_full(&self) -> bool {
        self.n >= MOST_DEVICES
    }
}

impl FoundDevice {
    /// Whether the caller is on the list of customers with devices.
    pub fn is_listed(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.list.is_some())
    }

    /// The next number of the caller's devices; 0 where their head was not read.
    fn next_number(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.last + 1)
    }

    /// The other customer from whom the registration id would be taken by `customer`.
    pub fn former_owner(&self, customer: CustomerId) -> Option<CustomerId> {
        let owner = self.owner.as_ref().map(|owner| owner.customer);
        owner.filter(|owner| *owner != customer)
    }
}

impl Registration {
    /// The hash that the device stands under.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.registration_id)
    }

    /// Whether `session` registered `own` with the same words before, so that there is nothing to
    /// write.
    pub fn is_repeated(&self, own: &Device, session: SessionId) -> bool {
        let is_known = |version| own.app_version.as_ref() == Some(version);
        self.is_repeated_by_another_version(own, session)
            && self.app_version.as_ref().is_none_or(is_known)
    }

    fn is_repeated_by_another_version(&self, own: &Device, session: SessionId) -> bool {
        let same = |said: &Option<Option<String>>, is: &Option<String>| {
            said.as_ref().is_none_or(|said| said == is)
        };
        own.is_numbered()
            && own.session == session
            && own.platform == self.platform
            && own.active == self.active
            && own.silenced.is_none()
            && same(&self.name, &own.name)
            && same(&self.device_id, &own.device_id)
    }

    /// The device that this makes of what is there, on behalf of `session`. One that another
    /// customer has becomes a new device: its number, name and dates are that customer's.
    pub fn apply(&self, found: &FoundDevice, session: SessionId, now: Timestamp) -> Device {
        let new = || Device {
            id: found.next_number(),
            registration_id: self.registration_id.clone(),
            platform: self.platform,
            name: None,
            device_id: None,
            app_version: None,
            active: self.active,
            created: now,
            session,
            endpoint: None,
            checked: false,
            silenced: None,
            seen: now,
            revision: 1,
        };
        let before = found.own.clone().unwrap_or_else(new);
        // An update of the app alone is no reason to look at the endpoint again.
        let checked = before.checked && self.is_repeated_by_another_version(&before, session);
        Device {
            id: if before.is_numbered() { before.id } else { found.next_number() },
            platform: self.platform,
            name: self.name.clone().unwrap_or(before.name),
            device_id: self.device_id.clone().unwrap_or(before.device_id),
            app_version: self.app_version.clone().or(before.app_version),
            active: self.active,
            session,
            checked,
            silenced: None,
            seen: now,
            revision: before.revision + u64::from(found.own.is_some()),
            ..before
        }
    }
}

impl Device {
    /// Whether it has a number of its customer's. One that a log-in registered has none until it is
    /// read or written again, and those that were stored before customers had numbers of their
    /// own have a larger one until then.
    pub fn is_numbered(&self) -> bool {
        (1..=MOST_NUMBER).contains(&self.id)
    }

    /// The hash that it stands under.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.registration_id)
    }

    /// When it was last seen: registered, re-activated, or its session refreshed. A session that
    /// was ended is no sign of life any more.
    pub fn last_seen(&self, account: Option<&Account>) -> LastSeen {
        let refreshed = account
            .and_then(|account| account.sessions.get(&self.session))
            .map(|session| session.rotated);
        LastSeen {
            at: refreshed.map_or(self.seen, |refreshed| self.seen.max(refreshed)),
            refreshed,
        }
    }

    /// The device after `patch` by `session`. Whoever changes a device that is active leaves it
    /// with the session that it belongs to: the end of that session must silence it.
    pub fn changed(
        &self,
        patch: &DevicePatch,
        session: SessionId,
        account: &Account,
        now: Timestamp,
    ) -> Self {
        let reactivated = patch.active == Some(true) && !self.is_active(account, now);
        let moved =
            patch.registration_id.as_ref().is_some_and(|other| *other != self.registration_id);
        let before = self.clone();
        let session_after = if reactivated { session } else { before.session };
        // Another device of the customer, which may have another version, says nothing of this one.
        let said = patch.app_version.clone().filter(|_| session_after == session);
        Self {
            registration_id: patch.registration_id.clone().unwrap_or(before.registration_id),
            platform: patch.platform.unwrap_or(before.platform),
            name: patch.name.clone().unwrap_or(before.name),
            device_id: patch.device_id.clone().unwrap_or(before.device_id),
            app_version: said.or(before.app_version),
            active: patch.active.unwrap_or(before.active),
            session: session_after,
            checked: before.checked && !reactivated && !moved,
            silenced: before.silenced.filter(|_| !reactivated),
            seen: if reactivated { now } else { before.seen },
            revision: before.revision + 1,
            ..before
        }
    }
}
