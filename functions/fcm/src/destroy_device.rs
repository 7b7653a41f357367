//! `devices_destroy`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{app::AppState, auth::caller::Caller, hashes::ContentHash, http::error::ApiError};

/// Deletes a push device of the caller.
///
/// It gets no push notifications from then on. A log-out needs no such call: it silences the
/// devices of its session.
#[utoipa::path(delete, path = "/api/devices/{registration_id}/", operation_id = "devices_destroy",
    tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    responses((status = 204, description = "The device is deleted.")))]
pub async fn destroy_device(
    State(app): State<AppState>,
    caller: Caller,
    Path(registration_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let verified = caller.verified().await?;
    let hash = ContentHash::of(&registration_id);
    if app.store.remove_device(verified.customer, &hash).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
