//! `devices_destroy`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{app::AppState, auth::caller::Caller, hashes::ContentHash, http::error::ApiError};

/// Takes a push device of the caller away.
///
/// Two sequential trips to storage: the session is looked up and the write counted; then device and
/// ownership go. One read unit, eight write units.
#[utoipa::path(delete, path = "/api/devices/{registration_id}/", operation_id = "devices_destroy", tag = crate::DEVICES,
    params(("registration_id" = String, Path, description = "The device's `registration_id`.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "The caller has no such device.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
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
