//! `DeleteCustomer`: at once no session lives and the phone is free; the clean-up erases the rest.
//!
//! Invariant: an access token alone deletes nothing; a log-in under ten minutes old or a code sent to the account's phone is needed.

use axum::extract::State;
use http::StatusCode;
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::caller::{Caller, Verified},
    http::{
        address::ClientAddress,
        body::Body,
        error::ApiError,
        fields::{Fields, FromFields, Reported},
        rules::Boolean,
    },
    model::{challenge::Purpose, customer::Customer},
    store::{Departure, Left, TriesOn},
};
use utoipa::ToSchema;

use crate::{
    code::{Expected, GivenBack, Presented, Right, Tried, invalid_code},
    patch::code,
};

/// What proves that the customer asks for it.
#[derive(Debug)]
pub struct DeleteRequest {
    code: Option<Presented>,
}

/// The fields of [`DeleteRequest`] as the document shows them.
#[derive(ToSchema)]
#[schema(as = DeleteRequest)]
#[expect(dead_code, reason = "stands here for the document; the fields are read together")]
pub struct DeleteFields {
    /// Of the code sent to the account's phone for `delete`, where the log-in is ten minutes old or older.
    #[schema(nullable = false)]
    challenge: Option<String>,
    /// The code sent to the account's phone.
    #[schema(nullable = false)]
    otp: Option<String>,
    /// Whether money that is left may be lost. There is no wallet yet, so nothing can be.
    #[schema(value_type = Option<bool>, nullable = false, default = false)]
    forfeit: bool,
}

impl FromFields for DeleteRequest {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let code = code(fields, "challenge", "otp");
        fields.optional("forfeit", Boolean)?;
        Ok(Self { code: code? })
    }
}

/// Deletes the caller's account.
///
/// At once all sessions end, push devices are silent, and the phone is free for another account. Within the day everything that is
/// stored of the customer is erased. A log-in under ten minutes old suffices; otherwise a code sent to the account's phone is needed.
///
/// Two sequential trips to storage: the session is looked up, the write is counted and a code is tried side by side; then the account is
/// closed. One read unit and seven write units after a recent log-in; with a code two read units and fourteen write units.
#[utoipa::path(delete, path = "/api/customer/", operation_id = "DeleteCustomer", tag = crate::TAG,
    request_body(content = Option<DeleteFields>, example = json!({"challenge": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "otp": "123456"})),
    responses(
        (status = 204, description = "The account is closed."),
        (status = 400, description = "A wrong or expired code, or fields that are not as they must be.",
            body = shared::http::error::ErrorBody,
            example = json!({"type": "validation_error", "errors": [{"code": "invalid_otp", "detail": "The code is wrong or has expired.", "attr": "otp"}]})),
        (status = 403, description = "Neither a recent log-in nor a code.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "permission_denied",
                "detail": "You do not have permission to perform this action.", "attr": null}]})),
        (status = 409, description = "The account was changed at the same time.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "conflict",
                "detail": "The account is being changed elsewhere.", "attr": null}]})),
        (status = 429, description = "More than 120 writes in a minute.", body = shared::http::error::ErrorBody,
            headers(("Retry-After" = u32, description = "Seconds to wait.")),
            example = json!({"type": "client_error", "errors": [{"code": "throttled",
                "detail": "Request was throttled. Expected available in 42 seconds.", "attr": null}]})),
    ))]
pub async fn delete_customer(
    State(app): State<AppState>,
    caller: Caller,
    ClientAddress(address): ClientAddress,
    Body(request): Body<DeleteRequest>,
) -> Result<StatusCode, ApiError> {
    let read = async |customer| {
        let Some(code) = request.code else { return Ok(None) };
        let tried = code.try_once(&app, TriesOn::Customer(customer), address);
        let (profile, tried) = tokio::join!(app.store.profile(customer), tried);
        Ok(profile?.map(|profile| (profile, tried)))
    };
    let (verified, tried) = caller.alongside_write(read).await?;
    let code = prove(&app, &verified, tried)?;
    let departure = Departure {
        customer: verified.customer,
        session: verified.session,
        phone: verified.account.phone.clone(),
        code: code.as_ref().map(Right::challenge),
        now: app.now(),
    };
    let give_back = async {
        match &code {
            Some(code) => code.give_back(&app).await,
            None => GivenBack::default(),
        }
    };
    let (left, given_back) = tokio::join!(app.store.leave(&departure), give_back);
    let refusal = match left {
        Ok(Left::Gone) => {
            audit::record(
                &app,
                Event::CustomerDeleted,
                About { customer: Some(verified.customer), session: Some(verified.session) },
            );
            return Ok(StatusCode::NO_CONTENT);
        }
        Ok(Left::Spent) => invalid_code("otp"),
        Ok(Left::Refused(account)) => caller.refused(account),
        Err(error) => error.into(),
    };
    if let Some(code) = &code {
        code.charge_again(&app, given_back).await;
    }
    Err(refusal)
}

/// The code, if one is needed and right.
fn prove(
    app: &AppState,
    verified: &Verified,
    tried: Option<(Customer, Result<Tried, ApiError>)>,
) -> Result<Option<Right>, ApiError> {
    let session = verified.account.sessions.get(&verified.session);
    let is_fresh = session.is_some_and(|session| session.is_fresh(app.now()));
    match tried {
        _ if is_fresh => Ok(None),
        None => Err(ApiError::permission_denied()),
        Some((profile, tried)) => {
            let expected = Expected { phone: &profile.phone, purpose: Purpose::Delete, customer: Some(verified.customer) };
            let about = About { customer: Some(verified.customer), session: Some(verified.session) };
            tried?.compare(app, expected, about).map(Some)
        }
    }
}
