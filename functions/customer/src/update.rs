//! `UpdateCustomer`.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{body::Body, error::ApiError},
    model::customer::CustomerPatch,
};

use crate::{
    patch::ProfilePatch,
    profile::{Profile, answer, tag_of},
};

/// How often a change is tried again on top of somebody else's, where the request did not say which version it changes.
const TRIES: usize = 5;

/// Changes the caller's profile.
///
/// Two sequential trips to storage: the session is looked up beside the profile, then the profile is replaced if it is still the one
/// that was read. Two read units, two write units (one for the count of writes); only that where nothing differs.
#[utoipa::path(method(patch, put), path = "/api/customer/", operation_id = "UpdateCustomer", tag = crate::TAG,
    params(("If-Match" = Option<String>, Header, description = "Change only this version.")),
    request_body(content = CustomerPatch, example = json!({"first_name": "Amal", "language": "ar"})),
    responses(
        (status = 200, description = "The profile after the change.", body = Profile,
            headers(("ETag" = String, description = "Names this version.")), example = json!(crate::profile::example())),
        (status = 409, description = "Others changed the profile at the same time, again and again.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "conflict", "detail": "The profile is being changed elsewhere.", "attr": null}]})),
        (status = 412, description = "`If-Match` names another version.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "precondition_failed",
                "detail": "The resource has changed since it was read.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn update_customer(
    State(app): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Body(ProfilePatch(patch)): Body<ProfilePatch>,
) -> Result<Response, ApiError> {
    let (verified, mut customer) = caller.alongside_write(|id| app.store.profile(id)).await?;
    for _ in 0..TRIES {
        let before = customer.take().ok_or_else(ApiError::user_not_found)?;
        if !tag_of(&before).satisfies(&headers) {
            return Err(ApiError::precondition_failed());
        }
        let Some(after) = before.changed(patch.clone(), app.now()) else { return Ok(answer(before)) };
        if app.store.replace_profile(&after).await? {
            return Ok(answer(after));
        }
        customer = app.store.profile(verified.customer).await?;
    }
    Err(ApiError::conflict("The profile is being changed elsewhere."))
}
