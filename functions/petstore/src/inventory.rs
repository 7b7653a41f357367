//! `getInventory`.

use std::collections::BTreeMap;

use axum::Json;
use shared::http::error::ApiError;

use crate::shop::{Keyed, Shop};

/// Returns pet inventories by status
///
/// Returns a map of status codes to quantities, of each status of which there are pets. A pet that
/// has expired is counted until the nightly clean-up has removed it.
#[utoipa::path(get, path = "/v2/store/inventory", operation_id = "getInventory",
    tag = crate::STORE, security(("api_key" = [])),
    responses((status = 200, description = "successful operation", body = BTreeMap<String, i64>,
        example = json!({"available": 7, "pending": 2, "sold": 1}))))]
pub async fn get_inventory(
    _: Keyed,
    shop: Shop,
) -> Result<Json<BTreeMap<&'static str, i64>>, ApiError> {
    let inventory = shop.store().inventory().await?;
    Ok(Json(inventory.into_iter().map(|(status, count)| (status.as_str(), count)).collect()))
}
