//! A device on the wire, with fcm-django's fields.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    account::{Account, Platform},
    device::{Device, DevicePatch, Registration},
    http::{
        error::ApiError,
        fields::{Fields, FromFields, Reported},
        rules::{Boolean, Choice, text},
    },
    times::in_millis,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// The most characters of a registration id.
const LONGEST_REGISTRATION_ID: usize = 4_096;
/// The most characters of a name and of an id of the app's.
const LONGEST_NAME: usize = 255;

/// A push device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceOut {
    /// Below 2^53, unique, rising with time.
    #[schema(maximum = 9_007_199_254_740_991.0)]
    id: u64,
    /// What its owner calls it.
    #[schema(required)]
    name: Option<String>,
    /// What the push service knows it by.
    registration_id: String,
    /// What the app knows it by.
    #[schema(required)]
    device_id: Option<String>,
    /// Whether it is pushed to: its own flag is set, and the session that registered or
    /// re-activated it lives.
    active: bool,
    /// When the registration id was first registered.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    date_created: Timestamp,
    #[serde(rename = "type")]
    kind: Platform,
}

/// A device to register.
#[derive(Debug)]
pub struct NewDevice(pub(crate) Registration);

/// A device's changes, all of its required fields among them.
#[derive(Debug)]
pub struct DeviceChange(pub(crate) DevicePatch);

/// Some of a device's changes.
#[derive(Debug)]
pub struct PartialDeviceChange(pub(crate) DevicePatch);

/// The fields of a registration as the document shows them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the fields are read one by one")]
struct DeviceFields {
    /// What the push service knows it by.
    #[schema(max_length = 4096)]
    registration_id: String,
    /// Its kind.
    r#type: Platform,
    #[schema(max_length = 255)]
    name: Option<String>,
    #[schema(max_length = 255)]
    device_id: Option<String>,
    #[schema(value_type = Option<bool>, nullable = false, default = true)]
    active: bool,
}

/// The same where nothing is required.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the fields are read one by one")]
struct PartialDeviceFields {
    /// Another registration id, which nobody may have.
    #[schema(nullable = false, max_length = 4096)]
    registration_id: Option<String>,
    #[schema(nullable = false)]
    r#type: Option<Platform>,
    #[schema(max_length = 255)]
    name: Option<String>,
    #[schema(max_length = 255)]
    device_id: Option<String>,
    /// True makes a device that is not active active again, in the caller's session.
    #[schema(nullable = false)]
    active: Option<bool>,
}

macro_rules! shown_as {
    ($request:ty, $fields:ty, $name:literal) => {
        impl ToSchema for $request {
            fn name() -> Cow<'static, str> {
                $name.into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$fields>::schemas(schemas);
            }
        }

        impl PartialSchema for $request {
            fn schema() -> RefOr<Schema> {
                <$fields>::schema()
            }
        }
    };
}

shown_as!(NewDevice, DeviceFields, "DeviceRegistration");
shown_as!(DeviceChange, DeviceFields, "DeviceChange");
shown_as!(PartialDeviceChange, PartialDeviceFields, "PartialDeviceChange");

impl FromFields for NewDevice {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let read = Read::of(fields, true);
        let (patch, registration_id, platform) =
            (read.patch?, read.registration_id?, read.platform?);
        match (registration_id, platform) {
            (Some(registration_id), Some(platform)) => {
                let DevicePatch { name, device_id, active, .. } = patch;
                Ok(Self(Registration {
                    registration_id,
                    platform,
                    name,
                    device_id,
                    active: active.unwrap_or(true),
                }))
            }
            _ => Err(Reported),
        }
    }
}

impl FromFields for DeviceChange {
    /// As in REST Framework, a flag that is not sent has its default; what else is not sent stays.
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let patch = Read::of(fields, true).into_patch()?;
        Ok(Self(DevicePatch { active: Some(patch.active.unwrap_or(true)), ..patch }))
    }
}

impl FromFields for PartialDeviceChange {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        Read::of(fields, false).into_patch().map(Self)
    }
}

/// The fields, each read or reported.
struct Read {
    registration_id: Result<Option<String>, Reported>,
    platform: Result<Option<Platform>, Reported>,
    patch: Result<DevicePatch, Reported>,
}

impl Read {
    /// In the order of fcm-django's serializer, which is that of the errors.
    fn of(fields: &mut Fields, all: bool) -> Self {
        let short = || text().or_blank().at_most(LONGEST_NAME);
        let name = fields.nullable("name", short());
        let token = text().at_most(LONGEST_REGISTRATION_ID);
        let registration_id = if all {
            fields.required("registration_id", token).map(Some)
        } else {
            fields.optional("registration_id", token)
        };
        let device_id = fields.nullable("device_id", short());
        let active = fields.optional("active", Boolean);
        let kind = Choice(&Platform::CHOICES);
        let kind = if all {
            fields.required("type", kind).map(Some)
        } else {
            fields.optional("type", kind)
        };
        let patch = || {
            Ok(DevicePatch {
                name: name?,
                device_id: device_id?,
                active: active?,
                ..DevicePatch::default()
            })
        };
        Self {
            registration_id,
            platform: kind.map(|kind| kind.and_then(|kind| Platform::parse(&kind))),
            patch: patch(),
        }
    }

    fn into_patch(self) -> Result<DevicePatch, Reported> {
        Ok(DevicePatch {
            registration_id: self.registration_id?,
            platform: self.platform?,
            ..self.patch?
        })
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
        "id": 444_811_552_358_401_u64, "name": "Amal's phone", "registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM",
        "device_id": "8f14e45f-ceea-467f", "active": true, "date_created": "2026-11-22T10:00:00.000Z", "type": "ios"})
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
