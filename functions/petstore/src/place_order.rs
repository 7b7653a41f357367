//! `placeOrder`.

use axum::response::Response;
use shared::{error_responses, http::error::ApiError, petstore::Order};

use crate::{answer::Form, api_response::bad_input, body::Sent, document, shop::Shop};

/// Place an order for a pet
///
/// Without an `id`, or with one below 1, the order gets the next free one. With the `id` of an
/// existing order it replaces that order. The pet need not exist. `shipDate` may be a day, a time
/// with an offset or in UTC, RFC 1123, or milliseconds since 1970, in the years 1 to 9999.
#[utoipa::path(post, path = "/v2/store/order", operation_id = "placeOrder", tag = crate::STORE,
    request_body(content = Order, description = "order placed for purchasing the pet",
        example = json!(document::order())),
    responses(
        (status = 200, description = "successful operation", body = Order,
            example = json!(document::order())),
        InvalidOrder,
    ))]
pub async fn place_order(
    shop: Shop,
    form: Form,
    Sent(order): Sent<Order>,
) -> Result<Response, ApiError> {
    if order.id < 1 {
        return form.answer("Order", &shop.store().add_order(order, Some(shop.until())).await?);
    }
    shop.store().put_order(&order, Some(shop.until())).await?;
    form.answer("Order", &order)
}

error_responses! {
    /// Invalid Order
    InvalidOrder: bad_input();
}
