//! What the operator does to customers by hand: closing an account and opening it again.
//!
//! Invariant: each change is in the log of security events, with its reason, and the reason stands
//! at the account, too.

use std::fmt;

use shared::{
    account::{StatusChange, StatusSet},
    audit::{self, Event},
    hashes::{Hashes, Signer},
    phone::Phone,
    store::{Store, StoreError},
};

use crate::template::Texts;

/// The secrets that the operator needs, by their logical ids in the template.
pub const SECRETS: [&str; 2] = ["HashSecret", "CursorSecret"];

/// A table and what is needed to find a customer in it.
pub struct OperatorAdmin {
    store: Store,
    hashes: Hashes,
    signer: Signer,
}

/// Why nothing was done.
#[derive(Debug)]
pub enum DeskError {
    /// One of [`SECRETS`] is not there.
    Secret(&'static str),
    /// No number of any plan.
    Phone,
    /// The phone has no account.
    Nobody,
    /// Storage failed.
    Store(StoreError),
}

impl OperatorAdmin {
    /// A admin over this table, with the secrets of its functions.
    pub fn new(store: Store, secrets: &Texts) -> Result<Self, DeskError> {
        let secret = |name| {
            secrets.get(name).filter(|value| !value.is_empty()).ok_or(DeskError::Secret(name))
        };
        let hashes = Hashes::new(&secret("HashSecret")?.as_str().into());
        let signer = Signer::new(&secret("CursorSecret")?.as_str().into());
        Ok(Self { store, hashes, signer })
    }

    /// Closes the account of a phone, which ends all its sessions, or opens it again; false where
    /// it was so before. Two trips.
    pub async fn set_disabled(
        &self,
        phone: &str,
        disabled: bool,
        change: StatusChange,
    ) -> Result<bool, DeskError> {
        let phone = read(phone).ok_or(DeskError::Phone)?;
        let owner = self
            .store
            .owner_of_phone(&self.hashes.phone(&phone))
            .await
            .map_err(DeskError::Store)?;
        let customer = owner.ok_or(DeskError::Nobody)?;
        match self.store.set_status(customer, disabled, &change).await.map_err(DeskError::Store)? {
            StatusSet::Gone => Err(DeskError::Nobody),
            StatusSet::Already => Ok(false),
            StatusSet::Changed => {
                let event = if disabled { Event::CustomerDisabled } else { Event::CustomerEnabled };
                audit::record_by_operator(&self.signer, event, customer, &change.why);
                Ok(true)
            }
        }
    }
}

/// A phone in E.164 form. Test numbers are of no plan, so the form alone suffices.
fn read(text: &str) -> Option<Phone> {
    let digits = text
        .strip_prefix('+')
        .is_some_and(|digits| digits.len() > 4 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    Phone::parse(text, None).ok().or_else(|| digits.then(|| Phone::of_the_operator(text)))
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(name) => write!(f, "the secret {name} is not given"),
            Self::Phone => f.write_str("that is no phone number in E.164 form"),
            Self::Nobody => f.write_str("that phone has no account here"),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for DeskError {}
