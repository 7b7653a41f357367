//! `devices_update` and `devices_partial_update`.

use axum::{
    Json,
    extract::{Path, State},
};
use shared::{
    app::AppState,
    auth::caller::{Caller, Verified},
    device::{Device, DevicePatch, Replaced},
    error_responses,
    hashes::ContentHash,
    http::{app_version::SentVersion, body::Body, error::ApiError},
    ids::CustomerId,
    store::StoreError,
};

use crate::device::{DeviceChange, DeviceOut, PartialDeviceChange, not_unique};

/// Changes a push device of the caller.
///
/// For a registration id that Firebase has replaced. `active` is true by default; `name` and
/// `device_id` keep their values if they are not sent. A `registration_id` that another device has
/// is 400 `unique`. An inactive device that becomes `active` joins the caller's session; an active
/// one stays in its own. The version of the app is kept, as by `devices_create`.
#[utoipa::path(put, path = "/api/devices/{registration_id}/", operation_id = "devices_update",
    tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    request_body(content = DeviceChange, example = json!(crate::device::change_example())),
    responses(
        (status = 200, description = "The device after the change.", body = DeviceOut,
            example = json!(crate::device::example())),
        NotUnique,
    ))]
pub async fn update_device(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
    SentVersion(version): SentVersion,
    Body(DeviceChange { device }): Body<DeviceChange>,
) -> Result<Json<DeviceOut>, ApiError> {
    let change = PartialDeviceChange::from(device);
    apply(&app, &caller, &registration_id, &change.patch(version)).await
}

/// Changes some fields of a push device of the caller.
///
/// Fields that are not sent keep their values. Otherwise like `devices_update`.
#[utoipa::path(patch, path = "/api/devices/{registration_id}/",
    operation_id = "devices_partial_update", tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    request_body(content = PartialDeviceChange,
        example = json!({"name": "Amal's old phone", "active": false})),
    responses(
        (status = 200, description = "The device after the change.", body = DeviceOut,
            example = json!(crate::device::example())),
        NotUnique,
    ))]
pub async fn update_device_partially(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
    SentVersion(version): SentVersion,
    Body(change): Body<PartialDeviceChange>,
) -> Result<Json<DeviceOut>, ApiError> {
    apply(&app, &caller, &registration_id, &change.patch(version)).await
}

/// How often a change is decided anew while others change the device.
const TRIES: usize = 12;

/// The device, and whether another has the registration id that it shall get.
struct Seen {
    device: Option<Device>,
    taken: bool,
}

impl Seen {
    async fn now(
        app: &AppState,
        customer: CustomerId,
        hash: &ContentHash,
        other: Option<&ContentHash>,
    ) -> Result<Self, StoreError> {
        let owner = async {
            match other {
                Some(other) => app.store.device_owner(other).await,
                None => Ok(None),
            }
        };
        let (device, owner) = tokio::try_join!(app.store.device(customer, hash), owner)?;
        Ok(Self { device, taken: owner.is_some() })
    }
}

async fn apply(
    app: &AppState,
    caller: &Caller,
    registration_id: &str,
    patch: &DevicePatch,
) -> Result<Json<DeviceOut>, ApiError> {
    let hash = ContentHash::of(registration_id);
    let other = patch
        .registration_id
        .as_deref()
        .filter(|other| *other != registration_id)
        .map(ContentHash::of);
    let look = |customer| Seen::now(app, customer, &hash, other.as_ref());
    let (verified, mut seen) = caller.alongside_write(look).await?;
    for _ in 0..TRIES {
        let before = seen.device.take().ok_or_else(ApiError::not_found)?;
        if seen.taken {
            return Err(not_unique());
        }
        let numbered = app.store.numbered_device(verified.customer, before, &*app.random).await?;
        let before = numbered.ok_or_else(ApiError::not_found)?;
        let after = before.changed(patch, verified.session, &verified.account, app.now());
        match write(app, &verified, &before, &after).await? {
            Replaced::Done => return Ok(Json(DeviceOut::of(&after, &verified.account, app.now()))),
            Replaced::Taken => return Err(not_unique()),
            Replaced::Changed => seen = look(verified.customer).await?,
        }
    }
    Err(ApiError::conflict("The device is being changed elsewhere."))
}

async fn write(
    app: &AppState,
    verified: &Verified,
    before: &Device,
    after: &Device,
) -> Result<Replaced, StoreError> {
    if before.registration_id != after.registration_id {
        return app.store.move_device(verified.customer, before, after).await;
    }
    let done = app.store.replace_device(verified.customer, after).await?;
    Ok(if done { Replaced::Done } else { Replaced::Changed })
}

error_responses! {
    /// Invalid fields, or a registration id that another device has.
    NotUnique: not_unique();
}
