//! `UpdateCustomer`: the profile, and with more proof than a token the phone.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    auth::caller::Caller,
    http::{address::ClientAddress, body::Body, error::ApiError},
};

use crate::{
    change_phone::{PhoneRequest, change_phone},
    patch::ProfilePatch,
    profile::{Profile, TRIES, answer, tag_of},
};

/// Changes the caller's profile.
///
/// `phone` moves the account to another phone: with the code sent to it for `change_phone`, and
/// after ten minutes from the log-in with a code sent to the present phone, too. All other sessions
/// end, the present phone is free at once and is told by a message.
///
/// Two sequential trips to storage: the session is looked up beside the profile, and the write is
/// counted; then the profile is replaced if it is still the one that was read. Two read units and
/// two write units, one where nothing differs. A move takes two trips, too, as its codes are tried
/// beside the first: two read units, seventeen write units, or twenty-five with two codes (another
/// for the first try of a day on a phone), and a message.
#[utoipa::path(method(patch, put), path = "/api/customer/", operation_id = "UpdateCustomer", tag = crate::TAG,
    params(("If-Match" = Option<String>, Header, description = "Change only this version.")),
    request_body(content = ProfilePatch, example = json!({"first_name": "Amal", "language": "ar"})),
    responses(
        (status = 200, description = "The profile after the change.", body = Profile,
            headers(("ETag" = String, description = "Names this version.")), example = json!(crate::profile::example())),
        (status = 400, description = "Fields that are not as they must be, or a wrong or expired code.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "invalid_otp", "detail": "The code is wrong or has expired.", "attr": "otp"}]})),
        (status = 403, description = "Another phone without the codes that prove it.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "permission_denied",
                "detail": "You do not have permission to perform this action.", "attr": null}]})),
        (status = 409, description = "The new phone has an account, or others changed the profile at the same time, again and again.", body = shared::http::error::ErrorBody,
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
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(ProfilePatch { profile: patch, phone }): Body<ProfilePatch>,
) -> Result<Response, ApiError> {
    let phone = phone.map(|phone| PhoneRequest::read(&app, phone)).transpose()?;
    let read = async |customer| {
        let tried = async {
            match phone {
                Some(phone) => Some(phone.try_codes(&app, customer, address).await),
                None => None,
            }
        };
        let (profile, tried) = tokio::join!(app.store.profile(customer), tried);
        Ok((profile?, tried))
    };
    let (verified, (mut customer, tried)) = caller.alongside_write(read).await?;
    if let (Some(before), Some(phone)) = (&customer, tried)
        && phone.is_other_than(before)
    {
        let moved = change_phone(&app, &caller, &verified, before, patch, &headers, phone).await?;
        return Ok(answer(moved));
    }
    for _ in 0..TRIES {
        let before = customer.take().ok_or_else(ApiError::user_not_found)?;
        if !tag_of(&before).satisfies(&headers) {
            return Err(ApiError::precondition_failed());
        }
        let Some(after) = before.changed(patch.clone(), app.now()) else {
            return Ok(answer(before));
        };
        if app.store.replace_profile(&after).await? {
            return Ok(answer(after));
        }
        customer = app.store.profile(verified.customer).await?;
    }
    Err(ApiError::conflict("The profile is being changed elsewhere."))
}
