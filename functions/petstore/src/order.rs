//! `getOrderById` and `deleteOrder`.

use axum::{extract::Path, response::Response};
use shared::{http::error::ApiError, petstore::Order};

use crate::{
    answer::Form,
    api_response::{ApiResponse, absent},
    document, read,
    shop::Shop,
};

/// Find purchase order by ID
///
/// Any id under which an order was placed. One trip to storage, one read unit.
#[utoipa::path(get, path = "/v2/store/order/{orderId}", operation_id = "getOrderById", tag = crate::STORE,
    params(("orderId" = i64, Path, description = "ID of order that needs to be fetched")),
    responses(
        (status = 200, description = "successful operation", body = Order, example = json!(document::order())),
        (status = 400, description = "Invalid ID supplied", body = ApiResponse, example = json!(document::refused(400, "bad input: the id is no int64"))),
        (status = 404, description = "Order not found", body = ApiResponse, example = json!(document::absent("Order not found"))),
    ))]
pub async fn get_order_by_id(
    shop: Shop,
    form: Form,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let order = shop.store().order(read::path_id(&id)?, shop.now()).await?;
    form.answer("Order", &order.ok_or_else(|| absent("Order not found"))?)
}

/// Delete purchase order by ID
///
/// One trip to storage, two write units; one for a sample.
#[utoipa::path(delete, path = "/v2/store/order/{orderId}", operation_id = "deleteOrder", tag = crate::STORE,
    params(("orderId" = i64, Path, description = "ID of the order that needs to be deleted")),
    responses(
        (status = 200, description = "Deleted; the message is the id.", body = ApiResponse, example = json!(document::done("10"))),
        (status = 400, description = "Invalid ID supplied", body = ApiResponse, example = json!(document::refused(400, "bad input: the id is no int64"))),
        (status = 404, description = "Order not found", body = ApiResponse, example = json!(document::absent("Order not found"))),
    ))]
pub async fn delete_order(
    shop: Shop,
    form: Form,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = read::path_id(&id)?;
    let deleted = shop.store().delete_order(id, shop.now()).await?;
    if deleted { form.done(id.to_string()) } else { Err(absent("Order not found")) }
}
