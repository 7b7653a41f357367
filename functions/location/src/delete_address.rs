//! `DeleteAddress`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{
    address::Removed, app::AppState, auth::caller::Caller, http::error::ApiError, ids::AddressId,
};

use crate::create_address::TRIES;

/// Removes an address.
///
/// Where it is the default, the newest that is left becomes it.
///
/// Two sequential trips to storage: the session and the newest addresses are looked up side by
/// side, and the write is counted; then it goes. Two read units (three where the newest are large),
/// five write units, one more for the first write of an hour.
#[utoipa::path(delete, path = "/api/addresses/{id}/", operation_id = "DeleteAddress", tag = crate::ADDRESS,
    params(("id" = String, Path, description = "The address's `id`.", format = "uuid")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "The caller has no such address.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn delete_address(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (verified, mut newest) =
        caller.alongside_write(|customer| app.store.newest_addresses(customer)).await?;
    let id: AddressId = id.parse().map_err(|_| ApiError::not_found())?;
    for _ in 0..TRIES {
        match app.store.remove_address(verified.customer, id, (&newest.0, &newest.1)).await? {
            Removed::Done => return Ok(StatusCode::NO_CONTENT),
            Removed::Absent => return Err(ApiError::not_found()),
            Removed::Changed => newest = app.store.newest_addresses(verified.customer).await?,
        }
    }
    Err(ApiError::conflict("The addresses are being changed elsewhere."))
}
