//! Disabling a customer's account and enabling it again.
//!
//! Invariant: each change is in the log of security events and on the account, with its reason.

use std::fmt;

use shared::{
    account::{StatusChange, StatusSet},
    audit::{self, Event},
    hashes::{Hashes, Signer},
    ids::CustomerId,
    phone::Phone,
    store::{Store, StoreError},
};

use crate::template::Texts;

pub struct CustomerAdmin {
    store: Store,
    hashes: Hashes,
    signer: Signer,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum CustomerAdminError {
    MissingSecret(&'static str),
    InvalidPhone,
    NoAccount,
    Store(StoreError),
}

impl CustomerAdmin {
    /// `secrets` are those of the functions, by their logical ids: `HashSecret` and `CursorSecret`.
    pub fn new(store: Store, secrets: &Texts) -> Result<Self, CustomerAdminError> {
        let secret = |name| {
            let value = secrets.get(name).filter(|value| !value.is_empty());
            value.ok_or(CustomerAdminError::MissingSecret(name))
        };
        let hashes = Hashes::new(&secret("HashSecret")?.as_str().into());
        let signer = Signer::new(&secret("CursorSecret")?.as_str().into());
        Ok(Self { store, hashes, signer })
    }

    /// Sets whether the account of a phone or a customer id is disabled, and returns whether that
    /// changed anything. Disabling ends all of its sessions. Two trips, one for an id.
    pub async fn set_disabled(
        &self,
        who: &str,
        disabled: bool,
        change: StatusChange,
    ) -> Result<bool, CustomerAdminError> {
        let customer = match who.parse() {
            Ok(customer) => customer,
            Err(_) => self.owner_of(who).await?,
        };
        match self.store.set_status(customer, disabled, &change).await? {
            StatusSet::Gone => Err(CustomerAdminError::NoAccount),
            StatusSet::Already => Ok(false),
            StatusSet::Changed => {
                let event = if disabled { Event::CustomerDisabled } else { Event::CustomerEnabled };
                audit::record_by_operator(&self.signer, event, customer, &change.why);
                Ok(true)
            }
        }
    }

    /// The customer who has a phone. One trip.
    pub async fn owner_of(&self, phone: &str) -> Result<CustomerId, CustomerAdminError> {
        let phone = parse_phone(phone).ok_or(CustomerAdminError::InvalidPhone)?;
        let owner = self.store.owner_of_phone(&self.hashes.phone(&phone)).await?;
        owner.ok_or(CustomerAdminError::NoAccount)
    }
}

/// Parses a phone in international form. No country assigns the test numbers, so any digits are
/// accepted.
fn parse_phone(text: &str) -> Option<Phone> {
    Phone::parse_unassigned(text, None).ok()
}

impl From<StoreError> for CustomerAdminError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for CustomerAdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingSecret(name) => write!(f, "the secret {name} is missing"),
            Self::InvalidPhone => f.write_str(
                "expected a phone in E.164 form, such as +14155550123, or a customer id",
            ),
            Self::NoAccount => f.write_str("no account has this phone"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CustomerAdminError {}
