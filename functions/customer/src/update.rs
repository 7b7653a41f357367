//! `UpdateCustomer`: the profile, and with more proof than a token the phone.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::caller::Caller,
    customer::{Customer, Profile},
    error_responses,
    http::{address::ClientAddress, body::Body, error::ApiError, etag::IfMatch},
};
use table::retry::{self, Attempt};

use crate::{
    change_phone::{PhoneRequest, change_phone, codes_missing},
    code::invalid_code,
    patch::{CustomerPatch, DetailsPatch},
    profile::{PROFILE_CHANGE, answer, changed_elsewhere, tag_of},
};

/// Changes the caller's profile.
///
/// Send only what changes; null clears a value. With `If-Match` a change on another device in
/// between is 412 instead of being overwritten. `phone` moves the account to another phone: send
/// the code that the new phone got for `change_phone` and, unless the log-in is less than ten
/// minutes old, also one that the present phone got. Without a code that is needed the answer is
/// 403, and `attr` names the code. A phone that has an account is 409. All other sessions end, and
/// the present phone is free at once and gets a message about it.
#[utoipa::path(method(patch, put), path = "/api/customer/", operation_id = "UpdateCustomer",
    tag = crate::TAG, params(IfMatch),
    request_body(content = CustomerPatch,
        example = json!({"first_name": "Amal", "language": "ar"})),
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
    Body(CustomerPatch { details: patch, phone }): Body<CustomerPatch>,
) -> Result<Response, ApiError> {
    let phone = PhoneRequest::of(phone);
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
    let (verified, (customer, tried)) = caller.alongside_write(read).await?;
    let before = customer.ok_or_else(ApiError::user_not_found)?;
    if let Some(phone) = tried.filter(|phone| phone.is_other_than(&before)) {
        let moved = change_phone(&app, &caller, &verified, &before, patch, &headers, phone).await?;
        record_consent(&app, &before, &moved);
        return Ok(answer(moved));
    }
    change(&app, before, patch, &headers).await.map(answer)
}

/// Changes a profile that was read before; reads it again where others changed it meanwhile.
async fn change(
    app: &AppState,
    before: Customer,
    patch: DetailsPatch,
    headers: &HeaderMap,
) -> Result<Customer, ApiError> {
    let customer = before.id;
    let read = || async {
        let profile = app.store.profile(customer).await?;
        profile.ok_or_else(ApiError::user_not_found)
    };
    let patch = &patch;
    let attempt = |before: Customer| async move {
        if !tag_of(&before).satisfies(headers) {
            return Err(ApiError::precondition_failed());
        }
        let mut details = before.details.clone();
        patch.clone().apply_to(&mut details);
        let Some(after) = before.changed(details, app.now()) else {
            return Ok(Attempt::Done(before));
        };
        if !app.store.replace_profile(&after).await? {
            return Ok(Attempt::Reread);
        }
        record_consent(app, &before, &after);
        Ok(Attempt::Done(after))
    };
    retry::on_change(PROFILE_CHANGE, &*app.random, before, read, attempt)
        .await?
        .ok_or_else(changed_elsewhere)
}

/// Logs that the customer gave or withdrew a consent.
fn record_consent(app: &AppState, before: &Customer, after: &Customer) {
    if before.details.marketing_opt_in != after.details.marketing_opt_in {
        let about = About { customer: Some(after.id), session: None };
        audit::record(app, Event::PreferencesChanged, about);
    }
}

error_responses! {
    /// Invalid fields, or a wrong or expired code.
    WrongCode: invalid_code("otp");
    /// Another phone without the codes that prove it; `attr` names each that is missing.
    NotProven: codes_missing();
    /// The new phone has an account, or other requests kept changing the profile.
    Conflict: changed_elsewhere();
}
