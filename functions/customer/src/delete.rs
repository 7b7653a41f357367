//! `DeleteCustomer`: at once no session lives and the phone is free; the clean-up erases the rest.
//!
//! Invariants: an access token alone deletes nothing; a log-in under ten minutes old or a code sent
//! to the account's phone is needed. Account and wallet close in one transaction, so no money is
//! left in a wallet of nobody, and none is lost that its customer did not give up.

use axum::extract::State;
use http::StatusCode;
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::caller::{Caller, Verified},
    customer::Customer,
    error_responses,
    http::{
        address::ClientAddress,
        body::Body,
        error::ApiError,
        request::{Fields, Flag, Optional, Text},
    },
    otp::Purpose,
    request,
};

use crate::{
    account_deletion::{AccountDeletion, Deleted},
    code::{
        Claimant, CodeAttempt, Expected, Refund, SubmittedCode, TypedCode, VerifiedCode,
        both_or_neither, invalid_code,
    },
};

request! {
    /// What proves that the customer asks for it.
    #[check(code_with_challenge)]
    pub struct DeleteRequest {
        /// Of the code sent to the account's phone for `delete`, where the log-in is ten minutes
        /// old or older.
        challenge: Optional<Text>,
        /// The code sent to the account's phone, read as AuthenticateCustomer reads it.
        otp: Optional<TypedCode>,
        /// Whether money that is left is given up. It is written into the ledger.
        forfeit: Flag<false>,
    }
}

fn code_with_challenge(read: &DeleteRequestRead, fields: &mut Fields) {
    both_or_neither(fields, [("challenge", &read.challenge), ("otp", &read.otp)]);
}

/// Deletes the caller's account.
///
/// All sessions end at once, push devices get nothing, and the phone is free for another account.
/// Within a day everything that is stored about the customer is erased; the entries of the wallet
/// stay and name nobody. A log-in of the last ten minutes suffices; otherwise a code for the
/// purpose `delete` is needed, and its lack is 403. While the wallet has money, the answer is 409
/// `balance_not_zero` unless `forfeit` is true.
#[utoipa::path(delete, path = "/api/customer/", operation_id = "DeleteCustomer", tag = crate::TAG,
    request_body(content = Option<DeleteRequest>, example = json!({
        "challenge": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "otp": "123456"})),
    responses(
        (status = 204, description = "The account is closed."),
        WrongCode, NotProven, NotClosed,
    ))]
pub async fn delete_customer(
    State(app): State<AppState>,
    caller: Caller,
    ClientAddress(address): ClientAddress,
    Body(request): Body<DeleteRequest>,
) -> Result<StatusCode, ApiError> {
    let DeleteRequest { challenge, otp, forfeit } = request;
    let code = SubmittedCode::sent(challenge, otp, "otp");
    let read = async |customer| {
        let tried = async {
            let Some(code) = code else { return Ok(None) };
            let tried = code.try_once(&app, Claimant::Customer(customer), address);
            let (profile, tried) = tokio::join!(app.store.profile(customer), tried);
            Ok(profile?.map(|profile| (profile, tried)))
        };
        tokio::try_join!(tried, app.store.wallet(customer))
    };
    let (verified, (tried, wallet)) = caller.alongside_write(read).await?;
    let code = prove(&app, &verified, tried).await?;
    let give_back = async {
        match &code {
            Some(code) => code.give_back(&app).await,
            None => Refund::default(),
        }
    };
    let deletion = AccountDeletion {
        customer: verified.customer,
        session: verified.session,
        phone: &verified.account.phone,
        code: code.as_ref().map(VerifiedCode::challenge),
        forfeit,
        journal: &app.settings.journal()?.table,
    };
    let (deleted, given_back) = tokio::join!(deletion.commit(&app, wallet), give_back);
    let refusal = match deleted {
        Ok(Deleted::Done) => {
            audit::record(
                &app,
                Event::CustomerDeleted,
                About { customer: Some(verified.customer), session: Some(verified.session) },
            );
            return Ok(StatusCode::NO_CONTENT);
        }
        Ok(Deleted::MoneyLeft) => ApiError::balance_not_zero(),
        Ok(Deleted::CodeSpent) => invalid_code("otp"),
        Ok(Deleted::AccountRefused(account)) => caller.refused(account),
        Err(error) => error.into(),
    };
    if let Some(code) = &code {
        code.charge_again(&app, given_back).await;
    }
    Err(refusal)
}

/// The code, if one is needed and right.
async fn prove(
    app: &AppState,
    verified: &Verified,
    tried: Option<(Customer, Result<CodeAttempt, ApiError>)>,
) -> Result<Option<VerifiedCode>, ApiError> {
    let session = verified.account.sessions.get(&verified.session);
    let is_fresh = session.is_some_and(|session| session.is_fresh(app.now()));
    match tried {
        _ if is_fresh => Ok(None),
        None => Err(code_missing()),
        Some((profile, tried)) => {
            let expected = Expected {
                phone: &profile.phone,
                purpose: Purpose::Delete,
                customer: Some(verified.customer),
            };
            let about =
                About { customer: Some(verified.customer), session: Some(verified.session) };
            tried?.compare(app, expected, about).await.map(Some)
        }
    }
}

/// The log-in is too old to prove who asks.
fn code_missing() -> ApiError {
    ApiError::codes_missing([(
        "otp",
        "The log-in is not recent, and a code sent to the account's phone is missing: send \
         challenge and otp.",
    )])
}

error_responses! {
    /// A wrong or expired code, or invalid fields.
    WrongCode: invalid_code("otp");
    /// Neither a recent log-in nor a code.
    NotProven: code_missing();
    /// There is money left (`balance_not_zero`), or the account was changed at the same time
    /// (`conflict`).
    NotClosed: ApiError::balance_not_zero();
}
