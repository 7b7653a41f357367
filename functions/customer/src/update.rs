//! `UpdateCustomer`: the profile, and with more proof than a token the phone.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    auth::caller::Caller,
    customer::Profile,
    error_responses,
    http::{address::ClientAddress, body::Body, error::ApiError, etag::IfMatch},
};

use crate::{
    change_phone::{PhoneRequest, change_phone},
    code::invalid_code,
    patch::ProfilePatch,
    profile::{answer, changed_elsewhere, tag_of},
};

/// How often a change is tried again on top of somebody else's, where the request did not say which
/// version it changes.
pub(crate) const TRIES: usize = 5;

/// Changes the caller's profile.
///
/// `phone` moves the account to another phone: with the code sent to it for `change_phone`, and
/// without a recent log-in (ten minutes) also with a code sent to the present phone. All other
/// sessions end. The present phone is free at once and gets a message about it.
#[utoipa::path(method(patch, put), path = "/api/customer/", operation_id = "UpdateCustomer",
    tag = crate::TAG, params(IfMatch),
    request_body(content = ProfilePatch, example = json!({"first_name": "Amal", "language": "ar"})),
    responses(
        (status = 200, description = "The profile after the change.", body = Profile,
            example = json!(crate::profile::example())),
        WrongCode, NotProven, Conflict,
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
    Err(changed_elsewhere())
}

error_responses! {
    /// Invalid fields, or a wrong or expired code.
    WrongCode: invalid_code("otp");
    /// Another phone without the codes that prove it.
    NotProven: ApiError::permission_denied();
    /// The new phone has an account, or other requests kept changing the profile.
    Conflict: changed_elsewhere();
}
