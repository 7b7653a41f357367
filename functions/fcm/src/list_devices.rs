//! `devices_list`.

use axum::{Json, extract::State};
use shared::{app::AppState, auth::caller::Caller, http::error::ApiError};

use crate::device::DeviceOut;

/// The caller's push devices.
///
/// Newest first, inactive ones too. A customer has at most 50.
#[utoipa::path(get, path = "/api/devices/", operation_id = "devices_list", tag = crate::DEVICES,
    responses((status = 200, description = "The devices.", body = Vec<DeviceOut>,
        example = json!([crate::device::example()]))))]
pub async fn list_devices(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<DeviceOut>>, ApiError> {
    let (verified, devices) = caller.alongside(|customer| app.store.devices(customer)).await?;
    let now = app.now();
    Ok(Json(devices.iter().map(|device| DeviceOut::of(device, &verified.account, now)).collect()))
}
