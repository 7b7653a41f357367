//! `devices_update` and `devices_partial_update`.

use axum::{
    Json,
    extract::{Path, State},
};
use shared::{
    app::AppState,
    auth::caller::{Caller, Verified},
    device::{Device, DevicePatch, Replaced},
    hashes::ContentHash,
    http::{body::Body, error::ApiError},
    ids::CustomerId,
    store::StoreError,
};

use crate::{
    create_device::TRIES,
    device::{DeviceChange, DeviceOut, PartialDeviceChange, not_unique},
};

/// Changes a push device of the caller.
///
/// `active` is true where it is not sent; `name` and `device_id` stay where they are not. Another
/// `registration_id` must be nobody's. A device that is not active becomes the caller's session's
/// by `active`; one that is stays with its own.
///
/// Two sequential trips to storage: the session is looked up beside the device and whose the new
/// registration id is, and the write is counted; then the device is replaced if it is still the one
/// that was read. Two read units (three with another registration id), two write units (eleven with
/// another registration id).
#[utoipa::path(put, path = "/api/devices/{registration_id}/", operation_id = "devices_update", tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    request_body(content = DeviceChange, example = json!({"registration_id": "bmV3IHRva2Vu:APA91bE-token_of.FCM", "type": "ios",
        "name": "Amal's phone", "active": true})),
    responses(
        (status = 200, description = "The device after the change.", body = DeviceOut, example = json!(crate::device::example())),
        (status = 400, description = "Fields that are not as they must be, or a registration id that a device has.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "unique",
                "detail": "FCM device with this Registration token already exists.", "attr": "registration_id"}]})),
        (status = 404, description = "The caller has no such device.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn update_device(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
    Body(DeviceChange { device }): Body<DeviceChange>,
) -> Result<Json<DeviceOut>, ApiError> {
    let change = PartialDeviceChange::from(device);
    apply(&app, &caller, &registration_id, &change.into()).await
}

/// Changes some of a push device of the caller.
///
/// What is not sent stays. Otherwise as devices_update.
///
/// Two sequential trips to storage: the session is looked up beside the device and whose the new
/// registration id is, and the write is counted; then the device is replaced if it is still the one
/// that was read. Two read units (three with another registration id), two write units (eleven with
/// another registration id).
#[utoipa::path(patch, path = "/api/devices/{registration_id}/", operation_id = "devices_partial_update", tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    request_body(content = PartialDeviceChange, example = json!({"name": "Amal's old phone", "active": false})),
    responses(
        (status = 200, description = "The device after the change.", body = DeviceOut, example = json!(crate::device::example())),
        (status = 400, description = "Fields that are not as they must be, or a registration id that a device has.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "unique",
                "detail": "FCM device with this Registration token already exists.", "attr": "registration_id"}]})),
        (status = 404, description = "The caller has no such device.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn update_device_partially(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
    Body(change): Body<PartialDeviceChange>,
) -> Result<Json<DeviceOut>, ApiError> {
    apply(&app, &caller, &registration_id, &change.into()).await
}

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
