//! `placeOrder`.

use axum::response::Response;
use shared::{http::error::ApiError, petstore::Order};

use crate::{
    answer::Form,
    api_response::{ApiResponse, bad},
    body::Sent,
    document, read,
    shop::Shop,
};

/// Place an order for a pet
///
/// Without an `id`, or with one below 1, the order gets the next free one; with the `id` of an
/// order that is there it takes that order's place. The pet need not be there.
///
/// One trip to storage and two write units, as it has an end; one more of each for an id.
#[utoipa::path(post, path = "/v2/store/order", operation_id = "placeOrder", tag = crate::STORE,
    request_body(content = Order, description = "order placed for purchasing the pet", example = json!(document::order())),
    responses(
        (status = 200, description = "successful operation", body = Order, example = json!(document::order())),
        (status = 400, description = "Invalid Order", body = ApiResponse, example = json!(document::refused(400, "bad input"))),
    ))]
pub async fn place_order(shop: Shop, form: Form, Sent(sent): Sent) -> Result<Response, ApiError> {
    let order = read::order(&sent.ok_or_else(|| bad("No data"))?)?;
    if order.id < 1 {
        return form.answer("Order", &shop.store().add_order(order, Some(shop.until())).await?);
    }
    shop.store().put_order(&order, Some(shop.until())).await?;
    form.answer("Order", &order)
}
