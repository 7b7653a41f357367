//! `exportCustomer`: everything that is stored of the caller, each entity in a file of its own.
//!
//! Invariant: what an entity of [`shared::customer_data`] shows is in the answer; a test
//! compares the answer with the table.

mod account;
mod addresses;
mod answers;
mod devices;
mod inbox;
mod wallet;

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    app::AppState,
    auth::caller::Caller,
    customer_data::{Entity, Placed, Record, export_from},
    http::{error::ApiError, page::Paging},
};
use utoipa::ToSchema;

use self::{
    account::{ExportedAccount, ExportedSession, sessions},
    addresses::{ExportedAddress, ExportedAddressBook},
    answers::ExportedAnswer,
    devices::ExportedDevice,
    inbox::{ExportedInbox, ExportedNotification, ExportedReceipt},
    wallet::{ExportedEntry, ExportedHold, ExportedReversal, ExportedWallet},
};
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
    /// Addresses. All are on the first page.
    addresses: Vec<ExportedAddress>,
    /// What holds them together; null but on the first page.
    #[schema(required)]
    address_book: Option<ExportedAddressBook>,
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

/// Everything that is stored of the caller.
///
/// What is bounded is on the first page; what is not follows by `next`.
///
/// One sequential trip to storage: all of a page is read side by side. Eight read units for a first
/// page of little.
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
            "addresses": [{"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e02", "label": "Home", "recipient": "Amal Haddad", "phone": "+966501234567",
                "line1": "7277 Olaya Street", "line2": "", "city": "Riyadh", "state": "", "postal_code": "12271", "country": "SA",
                "location": {"lat": 24.7136, "lng": 46.6753}, "instructions": "", "created": "2026-11-22T10:00:00.000Z",
                "updated": "2026-11-22T10:00:00.000Z", "revision": 1}],
            "address_book": {"count": 1, "default": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e02", "revision": 1},
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
pub async fn export_customer(
    State(app): State<AppState>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Export>, ApiError> {
    let span = paging.span();
    let is_first = span.from.is_none();
    let read = async |customer| {
        let profile = async { if is_first { app.store.profile(customer).await } else { Ok(None) } };
        let bounded = async |entity: Entity| {
            if is_first {
                entity.export_page(&app.store, customer, None, usize::MAX).await
            } else {
                Ok(Vec::new())
            }
        };
        let (addresses, devices) = (bounded(Entity::Addresses), bounded(Entity::Devices));
        tokio::try_join!(profile, addresses, devices, export_from(&app.store, customer, &span))
    };
    let (verified, (profile, addresses, devices, rest)) = caller.alongside(read).await?;
    if is_first && profile.is_none() {
        return Err(ApiError::user_not_found());
    }
    let page = paging.page(rest, |placed| placed.place.clone());
    let mut export = Export {
        account: profile
            .as_ref()
            .map(|profile| ExportedAccount::new(&verified.account, profile.version)),
        sessions: if is_first { sessions(&verified) } else { Vec::new() },
        profile: profile.map(Into::into),
        answers: Vec::new(),
        wallet: None,
        ledger: Vec::new(),
        holds: Vec::new(),
        reversals: Vec::new(),
        addresses: Vec::new(),
        address_book: None,
        devices: Vec::new(),
        device_count: None,
        inbox: None,
        notifications: Vec::new(),
        receipts: Vec::new(),
        next: page.next,
    };
    addresses
        .into_iter()
        .chain(devices)
        .chain(page.results)
        .for_each(|placed| export.show(placed, app.now()));
    Ok(Json(export))
}

impl Export {
    /// Shows a record at its place. Nothing is shown of what is over, or what stands elsewhere in
    /// the export.
    fn show(&mut self, placed: Placed, now: Timestamp) {
        match placed.record {
            Record::Answer(answer) => {
                self.answers.extend(ExportedAnswer::new(&placed.place, *answer, now))
            }
            Record::Wallet(wallet) => self.wallet = Some((*wallet).into()),
            Record::Entry(entry) => self.ledger.push((*entry).into()),
            Record::Hold(hold) => self.holds.push((*hold).into()),
            Record::Reversal(reversal) => self.reversals.push((*reversal).into()),
            Record::Address(address) => self.addresses.push((*address).into()),
            Record::AddressBook(book) => self.address_book = Some(book.into()),
            Record::Device(device) => self.devices.push((*device).into()),
            Record::DeviceCount(count) => self.device_count = Some(count),
            Record::Inbox(inbox) => self.inbox = Some((*inbox).into()),
            Record::Notification(item) if item.until > now => {
                self.notifications.push((*item).into())
            }
            Record::Receipt(receipt) if receipt.until > now => {
                self.receipts.push((*receipt).into())
            }
            Record::Notification(_)
            | Record::Receipt(_)
            | Record::Profile(_)
            | Record::Account(_)
            | Record::PhoneOwner(_) => {}
        }
    }
}
