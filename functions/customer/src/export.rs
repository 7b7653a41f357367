//! `exportCustomer`: everything that is stored of the caller.
//!
//! Invariant: what an entity of [`shared::store::customer_data`] shows is in the answer; a test compares the answer with the table.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::{Caller, Verified},
    hashes::PhoneHash,
    http::{
        error::ApiError,
        page::Paging,
        session::SessionOut,
        times::{in_millis, perhaps_in_millis},
    },
    ids::SessionId,
    model::{
        account::{Account, Session, Status, StatusChange},
        idempotency::AnswerRecord,
    },
    store::customer_data::{Placed, Record, export_from},
};
use utoipa::ToSchema;

use crate::profile::Profile;

/// Everything that is stored of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// Null but on the first page.
    #[schema(required)]
    profile: Option<Profile>,
    /// Null but on the first page.
    #[schema(required)]
    account: Option<ExportedAccount>,
    /// Those that have ended too, as long as they are kept. All are on the first page.
    sessions: Vec<ExportedSession>,
    /// Answers that are kept for requests that may be repeated.
    answers: Vec<ExportedAnswer>,
    /// Where the rest is; null on the last page.
    #[schema(required, format = "uri")]
    next: Option<String>,
}

/// What is kept to run an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAccount {
    /// `active` while it may be used.
    #[schema(value_type = String)]
    status: Status,
    /// How the phone stands in keys.
    #[schema(value_type = String)]
    phone_hash: PhoneHash,
    /// How often all sessions were ended at once.
    epoch: u64,
    /// How often the profile changed.
    profile_version: u64,
    /// What the operator did to the account last.
    #[schema(required)]
    status_change: Option<ExportedStatusChange>,
    /// Names the log-out that changed the account last.
    #[schema(required)]
    last_log_out: Option<String>,
}

/// A change of an account's status by the operator.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedStatusChange {
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    why: String,
}

/// One log-in on one device, with what is kept to run it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedSession {
    #[serde(flatten)]
    session: SessionOut,
    /// When it ends however often it is refreshed.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    ends: Timestamp,
    /// Seconds that it may rest.
    idle_seconds: i64,
    /// How many refresh tokens it had.
    generation: u64,
    /// How many of them in the minute of the last one.
    generations_in_minute: u32,
    /// Thumbprint of the key that signed the last one.
    key: String,
    /// The account's epoch when it was last confirmed; a session of an earlier one than the account's has ended.
    #[schema(required)]
    epoch: Option<u64>,
}

/// An answer that is kept for a request that may be repeated.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAnswer {
    /// Who asked, for which operation, and a hash of the request's key.
    place: String,
    /// Hash of what was asked.
    fingerprint: String,
    status: u16,
    body: String,
    /// Until when it is kept; null: as long as the account.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
}

/// Everything that is stored of the caller.
///
/// What is bounded is on the first page; what is not follows by `next`.
///
/// One sequential trip to storage: all of a page is read side by side. Three read units for the first page.
#[utoipa::path(get, path = "/api/customer/export/", operation_id = "exportCustomer", tag = crate::TAG,
    params(
        ("cursor" = Option<String>, Query, description = "Of `next`."),
        ("page_size" = Option<u32>, Query, description = "How much of what is unbounded stands on a page: 1 to 100, 20 without it."),
    ),
    responses(
        (status = 200, description = "Everything that is stored.", body = Export, example = json!({
            "profile": crate::profile::example(),
            "account": {"status": "active", "phone_hash": "Ovy6Ij3LVCp1eJ5I8sXEHg", "epoch": 0, "profile_version": 2, "status_change": null,
                "last_log_out": null},
            "sessions": [{"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "device_name": "Amal's phone", "platform": "ios",
                "created": "2026-11-22T10:00:00.000Z", "last_used": "2026-11-22T10:05:00.000Z", "ends": "2027-05-21T10:00:00.000Z",
                "idle_seconds": 2_592_000, "generation": 2, "generations_in_minute": 1,
                "key": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "epoch": 0, "current": true}],
            "answers": [{"place": "CUSTOMER#CreateAddress#Ovy6Ij3LVCp1eJ5I8sXEHg", "fingerprint": "ktbzPAJJXUVgmUmJo3TURA", "status": 201,
                "body": "{}", "until": "2026-11-23T10:05:00.000Z"}],
            "next": null})),
        (status = 404, description = "A cursor that is not of this list.", body = shared::http::error::ErrorBody,
            example = json!({"type": "client_error", "errors": [{"code": "not_found", "detail": "Invalid cursor", "attr": null}]})),
    ))]
pub async fn export_customer(State(app): State<AppState>, caller: Caller, paging: Paging) -> Result<Json<Export>, ApiError> {
    let span = paging.span();
    let is_first = span.from.is_none();
    let read = async |customer| {
        let profile = async { if is_first { app.store.profile(customer).await } else { Ok(None) } };
        tokio::try_join!(profile, export_from(&app.store, customer, &span))
    };
    let (verified, (profile, rest)) = caller.alongside(read).await?;
    if is_first && profile.is_none() {
        return Err(ApiError::user_not_found());
    }
    let page = paging.page(&app, rest, |placed| placed.place.clone());
    Ok(Json(Export {
        account: profile.as_ref().map(|profile| ExportedAccount::new(&verified.account, profile.version)),
        sessions: if is_first { sessions(&verified) } else { Vec::new() },
        profile: profile.map(Into::into),
        answers: page.results.into_iter().filter_map(|placed| ExportedAnswer::new(placed, app.now())).collect(),
        next: page.next,
    }))
}

fn sessions(verified: &Verified) -> Vec<ExportedSession> {
    let account = &verified.account;
    let session = |(id, session): (&SessionId, &Session)| ExportedSession {
        session: SessionOut::new(*id, session, verified.session),
        ends: session.ends,
        idle_seconds: session.idle,
        generation: session.generation,
        generations_in_minute: session.in_minute,
        key: session.kid.clone(),
        epoch: account.epochs.get(id).copied(),
    };
    account.sessions.iter().map(session).collect()
}

impl ExportedAccount {
    fn new(account: &Account, profile_version: u64) -> Self {
        let status_change = account.status_change.clone();
        Self {
            status: account.status,
            phone_hash: account.phone.clone(),
            epoch: account.epoch,
            profile_version,
            status_change: status_change.map(|StatusChange { at, why }| ExportedStatusChange { at, why }),
            last_log_out: account.last_log_out.clone(),
        }
    }
}

impl ExportedAnswer {
    /// None for what is over, or what stands elsewhere in the export.
    fn new(placed: Placed, now: Timestamp) -> Option<Self> {
        let Record::Answer(answer) = placed.record else { return None };
        let AnswerRecord { fingerprint, answer, until } = *answer;
        let place = placed.place.split_once('|').map(|(_, place)| place.to_owned()).unwrap_or_default();
        let kept = until.is_none_or(|until| now < until);
        kept.then_some(Self { place, fingerprint, status: answer.status, body: answer.body, until })
    }
}
