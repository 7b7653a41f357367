//! A device on the wire, with fcm-django's fields.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    account::{Account, Platform},
    device::{Device, DevicePatch, MOST_REGISTRATION_ID, Registration},
    http::{
        error::{ApiError, ErrorItem},
        request::{Choice, Context, Fields, Flag, Flat, Nullable, Patch, Text, VisibleAscii},
    },
    request,
    times::in_millis,
    version::AppVersion,
};
use utoipa::ToSchema;

/// A push device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceOut {
    /// The customer's own running number, from 1. No number is used twice.
    #[schema(value_type = i32, minimum = 1)]
    id: u64,
    /// A name that its owner knows it by.
    #[schema(required)]
    name: Option<String>,
    /// What the push service knows it by.
    #[schema(min_length = 1)]
    registration_id: String,
    /// An id that the app chose for the device.
    #[schema(required)]
    device_id: Option<String>,
    /// Whether it is pushed to: its own flag is set, and the session that registered or
    /// re-activated it lives.
    active: bool,
    /// When the customer first registered it.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    date_created: Timestamp,
    #[serde(rename = "type")]
    kind: Platform,
}

request! {
    /// A device to register.
    #[name("DeviceRegistration")]
    #[partial(PartialDeviceChange, "Some of a device's fields.")]
    pub struct NewDevice {
        name: Patch<Nullable<Text<0, 255>>>,
        /// What the push service knows it by. Another one than the device has must be nobody's.
        registration_id: VisibleAscii<1, MOST_REGISTRATION_ID>,
        device_id: Patch<Nullable<Text<0, 255>>>,
        /// `true` makes an inactive device active again, in the caller's session.
        active: Flag<true>,
        r#type: Choice<Platform>,
    }
}

request! {
    /// Changes of a device. `active` is true where it is not sent, as in REST Framework; other
    /// fields that are not sent stay.
    pub struct DeviceChange {
        device: Flat<NewDevice>,
    }
}

/// The device of a JSON object with the members of devices_create, for a customer who moves in from
/// another stack.
pub fn read_registration(
    members: Map<String, Value>,
    now: Timestamp,
) -> Result<Registration, Vec<ErrorItem>> {
    let new: NewDevice = Fields::from_json(members, Context::at(now)).read()?;
    Ok(new.registration(None))
}

impl NewDevice {
    /// The registration by an app of this version.
    pub(crate) fn registration(self, app_version: Option<AppVersion>) -> Registration {
        let Self { name, registration_id, device_id, active, r#type } = self;
        Registration { registration_id, platform: r#type, name, device_id, app_version, active }
    }
}

impl PartialDeviceChange {
    /// The change by an app of this version.
    pub(crate) fn patch(self, app_version: Option<AppVersion>) -> DevicePatch {
        let Self { name, registration_id, device_id, active, r#type } = self;
        DevicePatch { registration_id, platform: r#type, name, device_id, app_version, active }
    }
}

impl DeviceOut {
    /// A device as its customer sees it at `now`.
    pub(crate) fn of(device: &Device, account: &Account, now: Timestamp) -> Self {
        Self {
            id: device.id,
            name: device.name.clone(),
            registration_id: device.registration_id.clone(),
            device_id: device.device_id.clone(),
            active: device.is_active(account, now),
            date_created: device.created,
            kind: device.platform,
        }
    }
}

/// 400: another device has the registration id.
pub(crate) fn not_unique() -> ApiError {
    ApiError::field(
        "registration_id",
        "unique",
        "FCM device with this Registration token already exists.",
    )
}

/// The device of the examples.
pub(crate) fn example() -> Value {
    json!({
        "id": 1, "name": "Amal's phone",
        "registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM",
        "device_id": "8f14e45f-ceea-467f", "active": true,
        "date_created": "2026-11-22T10:00:00.000Z", "type": "ios"})
}

/// A registration for the documentation.
pub(crate) fn new_example() -> Value {
    json!({"registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM", "type": "ios",
        "name": "Amal's phone", "device_id": "8f14e45f-ceea-467f"})
}

/// A change for the documentation.
pub(crate) fn change_example() -> Value {
    json!({"registration_id": "bmV3IHRva2Vu:APA91bE-token_of.FCM", "type": "ios",
        "name": "Amal's phone", "active": true})
}
