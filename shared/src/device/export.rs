//! Push devices and preferences in a customer's export.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account::Platform,
    device::{
        model::{Device, SilencedBy, newest_first},
        preferences::Preferences,
    },
    domain::export::{ExportPart, Members, Reading, Source, members},
    ids::SessionId,
    store::StoreError,
    times::{in_millis, perhaps_in_millis},
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] =
    &[ExportPart::of::<DeviceExport>(Source::Whole(|reading| read(reading).boxed()))];

#[derive(Default, Serialize, ToSchema)]
struct DeviceExport {
    /// Push devices. All are on the first page.
    devices: Vec<ExportedDevice>,
    /// How many push devices are counted; null but on the first page.
    #[schema(required)]
    device_count: Option<u32>,
    /// The last number of a push device; null but on the first page.
    #[schema(required)]
    last_device_id: Option<u64>,
    /// What is pushed; null where nothing was ever set, and but on the first page.
    #[schema(required)]
    preferences: Option<ExportedPreferences>,
}

/// What a customer wants to be pushed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedPreferences {
    /// Whether anything is shown on the customer's devices.
    push: bool,
    /// Types of messages that were switched on or off by name.
    types: BTreeMap<String, bool>,
    /// How often they changed.
    version: u64,
}

/// A push device.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedDevice {
    /// 0 where a log-in registered it and it was not listed or registered since.
    id: u64,
    name: Option<String>,
    registration_id: String,
    device_id: Option<String>,
    /// The version of the app on it, where that is known.
    #[schema(required)]
    app_version: Option<String>,
    #[serde(rename = "type")]
    kind: Platform,
    /// Its own flag; it is pushed to only while its session lives, too.
    active: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    date_created: Timestamp,
    /// The session that registered or re-activated it.
    #[schema(value_type = String, format = "uuid")]
    session: SessionId,
    /// Its endpoint at the message service.
    #[schema(required)]
    endpoint: Option<String>,
    /// Whether the endpoint was checked and found right.
    checked: bool,
    /// Why pushes to it were given up.
    #[schema(required, value_type = Option<String>)]
    silenced_by: Option<SilencedBy>,
    /// When.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    silenced_at: Option<Timestamp>,
    /// When it was seen last, as far as was noted.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    seen: Timestamp,
    /// How often it changed.
    revision: u64,
}

async fn read(Reading { store, customer, .. }: Reading<'_>) -> Result<Members, StoreError> {
    let ((devices, preferences), head) =
        tokio::try_join!(store.devices_to_push_to(customer, true), store.device_head(customer))?;
    let devices = newest_first(devices).into_iter().map(Into::into).collect();
    let (device_count, last_device_id) = head.map(|head| (head.n, head.last)).unzip();
    let preferences = Some(preferences).filter(|set| set.version > 0).map(Into::into);
    members(&DeviceExport { devices, device_count, last_device_id, preferences })
}

impl From<Preferences> for ExportedPreferences {
    fn from(Preferences { push, types, version }: Preferences) -> Self {
        Self { push, types, version }
    }
}

impl From<Device> for ExportedDevice {
    fn from(device: Device) -> Self {
        let silenced = device.silenced.map(|silenced| (silenced.reason, silenced.at));
        Self {
            id: device.id,
            name: device.name,
            registration_id: device.registration_id,
            device_id: device.device_id,
            app_version: device.app_version.map(|version| version.to_string()),
            kind: device.platform,
            active: device.active,
            date_created: device.created,
            session: device.session,
            endpoint: device.endpoint,
            checked: device.checked,
            silenced_by: silenced.map(|(reason, _)| reason),
            silenced_at: silenced.map(|(_, at)| at),
            seen: device.seen,
            revision: device.revision,
        }
    }
}
