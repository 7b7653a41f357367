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
    ids::{EntryId, LedgerId, SessionId},
    model::{
        account::{Account, Session, Status, StatusChange},
        currency::Currency,
        idempotency::AnswerRecord,
        ledger::{Entry, Hold, HoldStatus, Kind, LedgerAccount},
        wallet::{Balance, Wallet},
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
    /// The wallet's balances, on one of the pages; null on the others.
    #[schema(required)]
    wallet: Option<ExportedWallet>,
    /// The entries of the wallet's ledger.
    ledger: Vec<ExportedEntry>,
    /// Money that was put aside.
    holds: Vec<ExportedHold>,
    /// Which entries were taken back by which.
    reversals: Vec<ExportedReversal>,
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

/// What a wallet holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWallet {
    /// What its entries are known by once they name nobody any more.
    #[schema(value_type = String, format = "uuid")]
    ledger: LedgerId,
    /// How often it changed.
    version: u64,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last_entry: Option<EntryId>,
    balances: Vec<ExportedBalance>,
    closed: bool,
}

/// What a wallet holds of one currency, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedBalance {
    #[schema(value_type = String)]
    currency: Currency,
    available: i64,
    held: i64,
    entries: u64,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

/// An entry of a ledger, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedEntry {
    #[schema(value_type = String, format = "uuid")]
    id: EntryId,
    #[serde(rename = "type")]
    kind: Kind,
    #[schema(value_type = String)]
    currency: Currency,
    /// Its place among those of its currency.
    number: u64,
    amount: i64,
    released: i64,
    delta: i64,
    debit_account: LedgerAccount,
    credit_account: LedgerAccount,
    available_after: i64,
    held_after: i64,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    hold_id: Option<EntryId>,
    #[schema(required, value_type = Option<String>, format = "uuid")]
    entry_id: Option<EntryId>,
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
    #[schema(required)]
    reference: Option<String>,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
}

/// Money that was put aside.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedHold {
    #[schema(value_type = String, format = "uuid")]
    id: EntryId,
    #[schema(value_type = String)]
    currency: Currency,
    amount: i64,
    /// `open`, `captured`, `released` or `expired`.
    #[schema(value_type = String)]
    status: HoldStatus,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// That an entry was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedReversal {
    #[schema(value_type = String, format = "uuid")]
    entry: EntryId,
    #[schema(value_type = String, format = "uuid")]
    by: EntryId,
}

/// Everything that is stored of the caller.
///
/// What is bounded is on the first page; what is not follows by `next`.
///
/// One sequential trip to storage: all of a page is read side by side. Four read units for the first page.
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
            "wallet": {"ledger": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e01", "version": 1, "last_entry": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8d9e",
                "balances": [{"currency": "KWD", "available": 12_000, "held": 0, "entries": 1, "updated": "2026-11-22T10:05:00.000Z"}],
                "closed": false},
            "ledger": [{"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8d9e", "type": "credit", "currency": "KWD", "number": 1, "amount": 12_000,
                "released": 0, "delta": 12_000, "debit_account": "outside:funding", "credit_account": "wallet:available",
                "available_after": 12_000, "held_after": 0, "hold_id": null, "entry_id": null, "until": null, "reference": "Gift card",
                "created": "2026-11-22T10:05:00.000Z"}],
            "holds": [], "reversals": [], "next": null})),
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
    let next = page.next.clone();
    let mut unbounded = Unbounded::default();
    page.results.into_iter().for_each(|placed| unbounded.add(placed, app.now()));
    Ok(Json(Export {
        account: profile.as_ref().map(|profile| ExportedAccount::new(&verified.account, profile.version)),
        sessions: if is_first { sessions(&verified) } else { Vec::new() },
        profile: profile.map(Into::into),
        answers: unbounded.answers,
        wallet: unbounded.wallet,
        ledger: unbounded.ledger,
        holds: unbounded.holds,
        reversals: unbounded.reversals,
        next,
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

/// What a page holds of that which a customer may have without bound.
#[derive(Default)]
struct Unbounded {
    answers: Vec<ExportedAnswer>,
    wallet: Option<ExportedWallet>,
    ledger: Vec<ExportedEntry>,
    holds: Vec<ExportedHold>,
    reversals: Vec<ExportedReversal>,
}

impl Unbounded {
    fn add(&mut self, Placed { place, record }: Placed, now: Timestamp) {
        match record {
            Record::Answer(answer) => self.answers.extend(ExportedAnswer::new(&place, *answer, now)),
            Record::Wallet(wallet) => self.wallet = Some((*wallet).into()),
            Record::Entry(entry) => self.ledger.push((*entry).into()),
            Record::Hold(hold) => {
                let Hold { id, currency, amount, status, until } = *hold;
                self.holds.push(ExportedHold { id, currency, amount, status, until });
            }
            Record::Reversal(reversal) => self.reversals.push(ExportedReversal { entry: reversal.entry, by: reversal.by }),
            // They stand elsewhere in the export.
            Record::PhoneOwner(_) | Record::Profile(_) | Record::Account(_) => {}
        }
    }
}

impl From<Wallet> for ExportedWallet {
    fn from(wallet: Wallet) -> Self {
        let balance = |(currency, balance): (Currency, Balance)| ExportedBalance {
            currency,
            available: balance.available,
            held: balance.held,
            entries: balance.entries,
            updated: balance.updated,
        };
        Self {
            ledger: wallet.ledger,
            version: wallet.version,
            last_entry: wallet.last,
            balances: wallet.balances.into_iter().map(balance).collect(),
            closed: wallet.closed,
        }
    }
}

impl From<Entry> for ExportedEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            currency: entry.currency,
            number: entry.number,
            amount: entry.amount,
            released: entry.released,
            delta: entry.delta,
            debit_account: entry.debit_account,
            credit_account: entry.credit_account,
            available_after: entry.after.available,
            held_after: entry.after.held,
            hold_id: entry.hold_id,
            entry_id: entry.reverses,
            until: entry.until,
            reference: entry.reference,
            created: entry.created,
        }
    }
}

impl ExportedAnswer {
    /// None for what is over.
    fn new(place: &str, answer: AnswerRecord, now: Timestamp) -> Option<Self> {
        let AnswerRecord { fingerprint, answer, until } = answer;
        let place = place.split_once('|').map(|(_, place)| place.to_owned()).unwrap_or_default();
        let kept = until.is_none_or(|until| now < until);
        kept.then_some(Self { place, fingerprint, status: answer.status, body: answer.body, until })
    }
}
