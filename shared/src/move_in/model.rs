//! What is remembered of a customer who moved in.
//!
//! Invariant: it says nothing that identifies a person: hashes are keyed, the rest are counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{address::AddressId, hashes::ContentHash, wallet::Currency};

/// What the last dump said of a customer, and what was written because of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedIn {
    /// Keyed hash of all that the dump said. The same again: there is nothing to do.
    pub digest: String,
    /// Whether the account was in use there.
    pub active: bool,
    /// The phone there, as keys hold it.
    pub phone: String,
    /// Keyed hash of the profile there.
    pub profile: String,
    /// The version of the profile that was written last. The stored one has another where the
    /// customer has changed it.
    pub profile_version: u64,
    /// The version of the wallet after the last entry that was written.
    pub wallet_version: u64,
    /// What was credited, less what was debited again, in minor units.
    #[serde(default)]
    pub balances: BTreeMap<Currency, i64>,
    /// By the number of the device there.
    #[serde(default)]
    pub devices: BTreeMap<String, MovedDevice>,
    /// By their ids here.
    #[serde(default)]
    pub addresses: BTreeMap<AddressId, MovedAddress>,
    /// Keyed hash of the spent refresh tokens there.
    #[serde(default)]
    pub tokens: String,
    /// Primary keys there by model, for the way back: of the profile, of the balances by currency.
    #[serde(default)]
    pub rows: BTreeMap<String, String>,
    /// Counts the changes.
    pub revision: u64,
}

/// A device as the last dump had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedDevice {
    /// Keyed hash of what the dump said.
    pub digest: String,
    /// Hash of its registration id, which its key holds.
    pub registration: ContentHash,
}

/// An address as the last dump had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedAddress {
    /// Keyed hash of what the dump said.
    pub digest: String,
    /// The revision that was written last.
    pub revision: u64,
}
