//! `exportCustomer`: everything that is stored of the caller.
//!
//! Invariant: what an entity of [`shared::store::customer_data`] shows is in the answer; a test compares the answer with the table.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::{Caller, Verified},
    hashes::{ContentHash, PhoneHash},
    http::{
        error::ApiError,
        page::Paging,
        session::SessionOut,
        times::{in_millis, perhaps_in_millis},
    },
    ids::{EntryId, LedgerId, NotificationId, SessionId},
    model::{
        account::{Account, Platform, Session, Status, StatusChange},
        currency::Currency,
        device::{Device, SilencedBy},
        idempotency::AnswerRecord,
        inbox::{Inbox, Notification, Receipt, Week},
        ledger::{Entry, Hold, HoldStatus, Kind, LedgerAccount},
        wallet::{Balance, Wallet},
    },
    store::customer_data::{Entity, Placed, Record, export_from},
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
    /// Push devices. All are on the first page.
    devices: Vec<ExportedDevice>,
    /// How many push devices are counted; null but on the first page.
    #[schema(required)]
    device_count: Option<u64>,
    /// What is counted of the inbox; null but on the page that its messages begin on.
    #[schema(required)]
    inbox: Option<ExportedInbox>,
    /// The messages of the inbox that have not expired.
    notifications: Vec<ExportedNotification>,
    /// That messages came, so that none comes twice.
    receipts: Vec<ExportedReceipt>,
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

/// A push device.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedDevice {
    id: u64,
    name: Option<String>,
    registration_id: String,
    device_id: Option<String>,
    #[serde(rename = "type")]
    kind: Platform,
    /// Its own flag; it is pushed to only while its session lives, too.
    active: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    date_created: Timestamp,
    /// The session that registered or re-activated it.
    #[schema(value_type = String, format = "uuid")]
    session: SessionId,
    /// Its endpoint at the message service.
    #[schema(required)]
    endpoint: Option<String>,
    /// Whether the endpoint was found as it must be.
    checked: bool,
    /// Why pushes to it were given up.
    #[schema(required, value_type = Option<String>)]
    silenced_by: Option<SilencedBy>,
    /// When.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    silenced_at: Option<Timestamp>,
    /// When it was seen last, as far as was noted.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    seen: Timestamp,
    /// How often it changed.
    revision: u64,
}

/// What is counted of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedInbox {
    /// How often it changed.
    revision: u64,
    /// The newest message that ever came.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    last: Option<NotificationId>,
    /// Every message up to this one is read.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    read_to: Option<NotificationId>,
    /// Every message up to this one is deleted.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    deleted_to: Option<NotificationId>,
    weeks: Vec<ExportedWeek>,
}

/// What is counted of a week's messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedWeek {
    /// Weeks since 1970.
    week: i64,
    total: u64,
    unread: u64,
    /// When they expire.
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A message of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedNotification {
    #[schema(value_type = String, format = "uuid")]
    id: NotificationId,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    body: String,
    /// As it is kept: the text of a JSON object.
    data: String,
    #[schema(required)]
    image_url: Option<String>,
    /// Whether it was marked by itself.
    read: bool,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// That a message came.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedReceipt {
    /// Hash of its id.
    #[schema(value_type = String)]
    message: ContentHash,
    /// What it became in the inbox.
    #[schema(value_type = String, format = "uuid")]
    notification: NotificationId,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
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
/// One sequential trip to storage: all of a page is read side by side. Seven read units for a first page of little.
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
            "devices": [{"id": 444_811_552_358_401_u64, "name": "Amal's phone", "registration_id": "dGhpcyBpcyBubw:APA91bH-token_of.FCM",
                "device_id": null, "type": "ios", "active": true, "date_created": "2026-11-22T10:00:00.000Z",
                "session": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "endpoint": null, "checked": false, "silenced_by": null,
                "silenced_at": null, "seen": "2026-11-22T20:52:24.000Z", "revision": 1}],
            "device_count": 1,
            "inbox": {"revision": 1, "last": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "read_to": null, "deleted_to": null,
                "weeks": [{"week": 2968, "total": 1, "unread": 1, "until": "2027-02-24T00:00:00.000Z"}]},
            "notifications": [{"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "type": "order", "title": "Your order is on its way",
                "body": "It will be with you by six.", "data": "{\"order\":\"4711\"}", "image_url": null, "read": false,
                "until": "2027-02-24T00:00:00.000Z"}],
            "receipts": [{"message": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                "notification": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "until": "2027-02-24T00:00:00.000Z"}],
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
        let devices = async {
            if is_first { Entity::Devices.export_page(&app.store, customer, None, usize::MAX).await } else { Ok(Vec::new()) }
        };
        tokio::try_join!(profile, devices, export_from(&app.store, customer, &span))
    };
    let (verified, (profile, devices, rest)) = caller.alongside(read).await?;
    if is_first && profile.is_none() {
        return Err(ApiError::user_not_found());
    }
    let page = paging.page(&app, rest, |placed| placed.place.clone());
    let mut export = Export {
        account: profile.as_ref().map(|profile| ExportedAccount::new(&verified.account, profile.version)),
        sessions: if is_first { sessions(&verified) } else { Vec::new() },
        profile: profile.map(Into::into),
        answers: Vec::new(),
        wallet: None,
        ledger: Vec::new(),
        holds: Vec::new(),
        reversals: Vec::new(),
        devices: Vec::new(),
        device_count: None,
        inbox: None,
        notifications: Vec::new(),
        receipts: Vec::new(),
        next: page.next,
    };
    devices.into_iter().chain(page.results).for_each(|placed| export.show(placed, app.now()));
    Ok(Json(export))
}

impl Export {
    /// Shows a record at its place. Nothing is shown of what is over, or what stands elsewhere in the export.
    fn show(&mut self, placed: Placed, now: Timestamp) {
        match placed.record {
            Record::Answer(answer) => self.answers.extend(ExportedAnswer::new(&placed.place, *answer, now)),
            Record::Wallet(wallet) => self.wallet = Some((*wallet).into()),
            Record::Entry(entry) => self.ledger.push((*entry).into()),
            Record::Hold(hold) => self.holds.push((*hold).into()),
            Record::Reversal(reversal) => self.reversals.push(ExportedReversal { entry: reversal.entry, by: reversal.by }),
            Record::Device(device) => self.devices.push((*device).into()),
            Record::DeviceCount(count) => self.device_count = Some(count),
            Record::Inbox(inbox) => self.inbox = Some((*inbox).into()),
            Record::Notification(item) if item.until > now => self.notifications.push((*item).into()),
            Record::Receipt(receipt) if receipt.until > now => self.receipts.push((*receipt).into()),
            Record::Notification(_) | Record::Receipt(_) | Record::Profile(_) | Record::Account(_) | Record::PhoneOwner(_) => {}
        }
    }
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

impl From<Hold> for ExportedHold {
    fn from(hold: Hold) -> Self {
        let Hold { id, currency, amount, status, until } = hold;
        Self { id, currency, amount, status, until }
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

impl From<Device> for ExportedDevice {
    fn from(device: Device) -> Self {
        let silenced = device.silenced.map(|silenced| (silenced.reason, silenced.at));
        Self {
            id: device.id,
            name: device.name,
            registration_id: device.registration_id,
            device_id: device.device_id,
            kind: device.platform,
            active: device.active,
            date_created: device.created,
            session: device.session,
            endpoint: device.endpoint,
            checked: device.checked,
            silenced_by: silenced.map(|(reason, _)| reason),
            silenced_at: silenced.map(|(_, at)| at),
            seen: device.seen,
            revision: device.revision,
        }
    }
}

impl From<Inbox> for ExportedInbox {
    fn from(Inbox { revision, last, read_to, deleted_to, weeks }: Inbox) -> Self {
        let week = |Week { number, total, unread, until }| ExportedWeek { week: number, total, unread, until };
        Self { revision, last, read_to, deleted_to, weeks: weeks.into_iter().map(week).collect() }
    }
}

impl From<Notification> for ExportedNotification {
    fn from(item: Notification) -> Self {
        let Notification { id, category: kind, title, body, data, image_url, read, until } = item;
        Self { id, kind, title, body, data, image_url, read, until }
    }
}

impl From<Receipt> for ExportedReceipt {
    fn from(Receipt { notification, message, until }: Receipt) -> Self {
        Self { message, notification, until }
    }
}
