//! `devices_retrieve`.

use axum::{
    Json,
    extract::{Path, State},
};
use shared::{app::AppState, auth::caller::Caller, hashes::ContentHash, http::error::ApiError};

use crate::device::DeviceOut;

/// Returns one push device of the caller.
///
/// The registration id is the whole rest of the path. It cannot contain `?`, where a gateway
/// starts the query. A device of somebody else is 404.
#[utoipa::path(get, path = "/api/devices/{registration_id}/", operation_id = "devices_retrieve",
    tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    responses((status = 200, description = "The device.", body = DeviceOut,
        example = json!(crate::device::example()))))]
pub async fn retrieve_device(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
) -> Result<Json<DeviceOut>, ApiError> {
    let hash = ContentHash::of(&registration_id);
    let (verified, device) = caller.alongside(|customer| app.store.device(customer, &hash)).await?;
    let device = device.ok_or_else(ApiError::not_found)?;
    let device = app.store.numbered_device(verified.customer, device, &*app.random).await?;
    let device = device.ok_or_else(ApiError::not_found)?;
    Ok(Json(DeviceOut::of(&device, &verified.account, app.now())))
}
