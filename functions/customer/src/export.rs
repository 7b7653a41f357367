//! `exportCustomer`: everything that is stored of the caller, each entity in a file of its own.
//!
//! Invariant: what an entity of [`shared::customer_data`] shows is in the answer; a test
//! compares the answer with the table.

mod account;
mod addresses;
mod answers;
mod devices;
mod example;
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
/// What is bounded is on the first page; the rest follows by `next`.
#[utoipa::path(get, path = "/api/customer/export/", operation_id = "exportCustomer",
    tag = crate::TAG, params(Paging),
    responses((status = 200, description = "Everything that is stored.", body = Export,
        example = json!(example::export()))))]
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
