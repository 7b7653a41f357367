//! `getOrderById` and `deleteOrder`.

use axum::response::Response;
use shared::{error_responses, http::error::ApiError, petstore::Order};

use crate::{
    answer::Form,
    api_response::{ApiResponse, InvalidId, absent},
    document,
    path_id::PathId,
    shop::Shop,
};

/// Find purchase order by ID
///
/// Any id under which an order was placed.
#[utoipa::path(get, path = "/v2/store/order/{orderId}", operation_id = "getOrderById",
    tag = crate::STORE,
    params(("orderId" = i64, Path, description = "ID of order that needs to be fetched")),
    responses(
        (status = 200, description = "successful operation", body = Order,
            example = json!(document::order())),
        InvalidId, OrderNotFound,
    ))]
pub async fn get_order_by_id(
    shop: Shop,
    form: Form,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let order = shop.store().order(id, shop.now()).await?;
    form.answer("Order", &order.ok_or_else(|| absent("Order not found"))?)
}

/// Delete purchase order by ID
///
/// A sample comes back with the daily reset, if the parameter `PetstoreReset` is on.
#[utoipa::path(delete, path = "/v2/store/order/{orderId}", operation_id = "deleteOrder",
    tag = crate::STORE,
    params(("orderId" = i64, Path, description = "ID of the order that needs to be deleted")),
    responses(
        (status = 200, description = "Deleted; the message is the id.", body = ApiResponse,
            example = json!(document::done("10"))),
        InvalidId, OrderNotFound,
    ))]
pub async fn delete_order(
    shop: Shop,
    form: Form,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let deleted = shop.store().delete_order(id, shop.now()).await?;
    if deleted { form.done(id.to_string()) } else { Err(absent("Order not found")) }
}

error_responses! {
    /// Order not found
    OrderNotFound: absent("Order not found");
}
