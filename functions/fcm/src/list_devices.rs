//! `devices_list`.

use axum::{Json, extract::State};
use shared::{app::AppState, auth::caller::Caller, device::Device, http::error::ApiError};

use crate::device::DeviceOut;

/// Lists the caller's push devices.
///
/// Newest first, inactive ones too. A customer has at most 50.
#[utoipa::path(get, path = "/api/devices/", operation_id = "devices_list", tag = crate::DEVICES,
    responses((status = 200, description = "The devices.", body = Vec<DeviceOut>,
        example = json!([crate::device::example()]))))]
pub async fn list_devices(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<DeviceOut>>, ApiError> {
    let (verified, mut devices) = caller.alongside(|customer| app.store.devices(customer)).await?;
    if !devices.iter().all(Device::is_numbered) {
        devices = app.store.numbered_devices(verified.customer, &*app.random).await?;
    }
    let now = app.now();
    Ok(Json(devices.iter().map(|device| DeviceOut::of(device, &verified.account, now)).collect()))
}
