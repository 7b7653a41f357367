//! `GetCustomerDetails`, and the answer with a profile.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use shared::{
    app::AppState,
    auth::caller::Caller,
    customer::{Customer, Profile},
    http::{
        error::ApiError,
        etag::{ETag, IfNoneMatch},
    },
};
use table::retry::Policy;

/// How often a change is tried on top of other changes, where the request does not name the version
/// that it changes.
pub(crate) const PROFILE_CHANGE: Policy = Policy::tries(5);

/// Returns the caller's profile.
///
/// Call it at the start of the app, with the last `ETag` as `If-None-Match`: 304 says that nothing
/// has changed. The `ETag` changes with each change of the profile; send it as `If-Match` with a
/// change.
#[utoipa::path(get, path = "/api/customer/", operation_id = "GetCustomerDetails", tag = crate::TAG,
    params(IfNoneMatch),
    responses((status = 200, description = "The profile.", body = Profile,
        example = json!(example()))))]
pub async fn get_customer(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, customer) = caller.alongside(|id| app.store.profile(id)).await?;
    let customer = customer.ok_or_else(ApiError::user_not_found)?;
    let tag = tag_of(&customer);
    if tag.is_known_to(&headers) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED, &tag));
    }
    Ok(answer(customer))
}

/// A profile with its tag.
pub(crate) fn answer(customer: Customer) -> Response {
    let tag = tag_of(&customer);
    with_tag(Json(Profile::from(customer)), &tag)
}

/// Names a version of a profile.
pub(crate) fn tag_of(customer: &Customer) -> ETag {
    ETag::new(format_args!("{:x}-{:x}", customer.created.as_millisecond(), customer.version))
}

fn with_tag(answer: impl IntoResponse, tag: &ETag) -> Response {
    let mut response = answer.into_response();
    if let Some(tag) = tag.header() {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// 409: other requests kept changing the profile.
pub(crate) fn changed_elsewhere() -> ApiError {
    ApiError::conflict("The profile is being changed elsewhere.")
}

/// The profile of the examples.
pub(crate) fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "phone": "+14155550123",
        "first_name": "Amal", "last_name": "Haddad", "email": "amal@example.com",
        "birth_date": "1990-02-28", "gender": "female", "language": "ar",
        "avatar_url": "https://example.com/amal.jpg", "marketing_opt_in": false,
        "created": "2026-11-22T10:00:00.000Z", "updated": "2026-11-22T10:05:00.000Z"})
}
