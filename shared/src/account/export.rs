//! The account and its sessions in a customer's export.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account::{
        model::{Account, Session, Status, StatusChange},
        session_out::SessionOut,
    },
    domain::export::{ExportPart, Known, Members, Source, members},
    hashes::PhoneHash,
    ids::SessionId,
    store::StoreError,
    times::{in_millis, perhaps_in_millis},
};

/// What the export shows.
pub(crate) const EXPORT: &[ExportPart] = &[ExportPart::of::<AccountExport>(Source::Known(show))];

#[derive(Default, Serialize, ToSchema)]
struct AccountExport {
    /// On the first page alone; null on others.
    #[schema(required)]
    account: Option<ExportedAccount>,
    /// Those that have ended too, as long as they are kept. All are on the first page.
    sessions: Vec<ExportedSession>,
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
    /// When the device was first known to have the last one; null while it is not.
    #[serde(serialize_with = "perhaps_in_millis")]
    #[schema(required, value_type = Option<String>, format = "date-time")]
    acknowledged: Option<Timestamp>,
    /// How often the last one was given again.
    generation_repeats: u32,
    /// Thumbprint of the key that signed the last one.
    key: String,
    /// The account's epoch when it was last confirmed; a session of an earlier one than the
    /// account's has ended.
    #[schema(required)]
    epoch: Option<u64>,
}

fn show(known: &Known<'_>) -> Result<Members, StoreError> {
    members(&AccountExport {
        account: Some(ExportedAccount::new(known.account, known.profile.version)),
        sessions: sessions(known.account, known.session),
    })
}

fn sessions(account: &Account, current: SessionId) -> Vec<ExportedSession> {
    let session = |(id, session): (&SessionId, &Session)| ExportedSession {
        session: SessionOut::new(*id, session, current),
        ends: session.ends,
        idle_seconds: session.idle,
        generation: session.generation,
        generations_in_minute: session.in_minute,
        acknowledged: session.acked,
        generation_repeats: session.repeats,
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
            status_change: status_change
                .map(|StatusChange { at, why }| ExportedStatusChange { at, why }),
            last_log_out: account.last_log_out.clone(),
        }
    }
}
