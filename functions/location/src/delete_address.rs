//! `DeleteAddress`.

use axum::extract::{Path, State};
use http::StatusCode;
use shared::{
    address::{AddressId, Removed},
    app::AppState,
    auth::caller::Caller,
    http::error::ApiError,
};

use crate::{address::changed_elsewhere, create_address::TRIES};

/// Deletes an address of the caller.
///
/// If it is the default, the newest one left becomes the default. An address that is gone already
/// is 404, which a repeat can take for success.
#[utoipa::path(delete, path = "/api/addresses/{id}/", operation_id = "DeleteAddress",
    tag = crate::ADDRESS,
    params(("id" = String, Path, description = "The address's `id`.", format = "uuid")),
    responses((status = 204, description = "The address is deleted.")))]
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
    Err(changed_elsewhere())
}
