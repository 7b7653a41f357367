//! Where customers move in: the table, and what all of them have in common.
//!
//! Protocol: a customer whom the table does not know moves in by one transaction of all that
//! belongs to the account, with a note of what was written ([`MovedIn`]). One whom it knows is
//! compared with the note. Whatever is done twice, or stopped and repeated, has the effect of doing
//! it once: ids follow from the old stack's keys, times from the dump, and the note is written
//! last, or, with money, in the transaction that moves it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use shared::{
    account::Status,
    address::{Address, AddressId},
    device::Device,
    hashes::{ContentHash, Hashes, Signer},
    ids::{CustomerId, SessionId},
    legacy,
    move_in::{MovedAddress, MovedDevice, MovedIn},
    store::{Store, StoreError},
};

use super::{
    derived::{Derived, digest, hash_of},
    pace::Pace,
    person::{AddressRow, Person},
    rows::{DeviceRow, Refused, Source},
};

/// The table and the rules of a move.
pub struct Landing {
    pub store: Store,
    pub hashes: Hashes,
    /// Makes ids and digests.
    pub signer: Signer,
    /// When the dump was made.
    pub as_of: Timestamp,
    /// Until when devices of the old stack are active without a log-in.
    pub sessions_end: Timestamp,
    /// Whether nothing is written.
    pub is_rehearsal: bool,
    /// Whether the dump has devices. Where it has none, none is taken for removed.
    pub has_devices: bool,
    /// How fast customers are written.
    pub pace: Pace,
}

/// What came of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Moved in.
    Moved,
    /// Was here, and something was taken over.
    Changed,
    /// Was here, and there was nothing to do.
    Unchanged,
    /// Did not move in; the rows say why.
    Stayed,
}

/// What came of a customer, and of the rows that were not taken.
#[derive(Debug)]
pub struct Landed {
    pub outcome: Outcome,
    pub refused: Vec<Refused>,
    /// How many changes of the old stack were left out, since the customer had made others here.
    pub kept: u64,
}

impl Landed {
    pub(super) fn stayed(source: &Source, reason: &str) -> Self {
        let refused = vec![Refused { source: source.clone(), reason: reason.to_owned() }];
        Self { outcome: Outcome::Stayed, refused, kept: 0 }
    }
}

impl Landing {
    /// Moves a person in, or takes over what has changed since. One trip and one read unit for
    /// somebody who has not changed; two trips for a new customer.
    pub async fn land(&self, person: &Person) -> Result<Landed, StoreError> {
        let user = hash_of(&self.signer, &person.user);
        let digest = self.digest_of(person);
        let moved = self.store.moved_in(&user).await?;
        if moved.as_ref().is_some_and(|moved| moved.digest == digest) {
            return Ok(Landed { outcome: Outcome::Unchanged, refused: Vec::new(), kept: 0 });
        }
        if !self.is_rehearsal {
            self.pace.turn().await;
        }
        match moved {
            Some(moved) => self.change(person, moved, digest).await,
            None => self.create(person, digest).await,
        }
    }

    /// The id that a person gets.
    pub fn customer_of(&self, person: &Person) -> CustomerId {
        CustomerId::new(person.joined, &self.derived("customer", person.user.as_str()))
    }

    pub(super) fn derived(&self, kind: &str, key: &str) -> Derived {
        Derived::new(&self.signer, kind, key)
    }

    /// The keyed hash of all that the dump says of a person.
    fn digest_of(&self, person: &Person) -> String {
        let note = self.note(person, self.customer_of(person));
        digest(
            &self.signer,
            &json!([
                note.active,
                note.phone,
                note.profile,
                note.balances,
                note.devices,
                note.addresses,
                note.tokens,
                note.rows,
            ]),
        )
    }

    /// What is noted of a person who has just moved in with everything.
    pub(super) fn note(&self, person: &Person, customer: CustomerId) -> MovedIn {
        let digest = |value: &serde_json::Value| digest(&self.signer, value);
        let device = |(row, _): &(DeviceRow, Source)| {
            let registration = ContentHash::of(&row.registration_id);
            let device = MovedDevice { digest: self.digest_of_device(row), registration };
            (row.id.to_string(), device)
        };
        let address = |row: &AddressRow| {
            let moved = MovedAddress { digest: digest(&json!(row.details)), revision: 1 };
            (self.address_id(customer, row), moved)
        };
        let mut rows: BTreeMap<String, String> = person
            .balances
            .iter()
            .map(|(currency, (_, source))| (currency.to_string(), source.pk.clone()))
            .collect();
        rows.extend(person.profile.iter().map(|one| ("profile".to_owned(), one.pk.clone())));
        let amounts = person.balances.iter().filter(|(_, (amount, _))| *amount > 0);
        let spent: Vec<_> = person.spent.iter().map(|(jti, _)| jti.as_str()).collect();
        MovedIn {
            digest: String::new(),
            active: person.active,
            phone: self.hashes.phone(&person.phone).as_str().to_owned(),
            profile: digest(&json!(person.details)),
            profile_version: 1,
            wallet_version: amounts.clone().count() as u64,
            balances: amounts.map(|(currency, (amount, _))| (*currency, *amount)).collect(),
            devices: person.devices.iter().map(device).collect(),
            addresses: person.addresses.iter().map(address).collect(),
            tokens: digest(&json!(spent)),
            rows,
            revision: 1,
        }
    }

    /// The keyed hash of a device's row.
    pub(super) fn digest_of_device(&self, row: &DeviceRow) -> String {
        digest(&self.signer, &json!(row))
    }

    pub(super) fn address_id(&self, customer: CustomerId, row: &AddressRow) -> AddressId {
        let key = format!("{customer} {}", row.source.pk);
        AddressId::new(row.created.unwrap_or_default(), &self.derived("address", &key))
    }

    pub(super) fn address(&self, customer: CustomerId, row: &AddressRow) -> Address {
        let id = self.address_id(customer, row);
        Address::new(id, row.details.clone(), row.created.unwrap_or_default())
    }

    /// A device as it moves in. It is of the session that stands for the log-ins of before, and its
    /// endpoint at SNS is made when it is first pushed to.
    pub(super) fn device(&self, customer: CustomerId, row: &DeviceRow, number: u64) -> Device {
        Device {
            id: number,
            registration_id: row.registration_id.clone(),
            platform: row.platform,
            name: row.name.clone(),
            device_id: row.device_id.clone(),
            app_version: None,
            active: row.active,
            created: row.created.unwrap_or_default(),
            session: SessionId::before_the_move(customer),
            endpoint: None,
            checked: false,
            silenced: None,
            seen: self.as_of,
            revision: 1,
        }
    }

    /// Writes the tokens that the old stack does not take any more. One trip and one write unit
    /// each.
    pub(super) async fn blacklist(&self, person: &Person) -> Result<(), StoreError> {
        if self.is_rehearsal {
            return Ok(());
        }
        for (token, expires) in &person.spent {
            // Refused where it was exchanged here, which says more.
            let _ = self
                .store
                .table
                .write(legacy::blacklist_token(&person.user, token, *expires)?)
                .await?;
        }
        Ok(())
    }
}

pub(super) fn status(active: bool) -> Status {
    if active { Status::Active } else { Status::Disabled }
}
