//! One customer of the old stack: all rows of one user, put together.
//!
//! Invariants: what comes of a group of rows does not depend on their order in the dump, except
//! that of two rows of which there may be one, the first counts. Each row that is not taken is
//! refused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};
use shared::{
    address::MOST_ADDRESSES,
    customer::Details,
    device::MOST_DEVICES,
    legacy::{LegacyId, TokenName},
    phone::Phone,
    wallet::{Currency, MOST_CURRENCIES},
};

use super::{
    rows::{DeviceRow, Refused, Row, Source, UserRow, What},
    sorter::Group,
};

/// The most rows of one user.
pub const MOST_ROWS: usize = 20_000;

/// A customer of the old stack.
#[derive(Debug)]
pub struct Person {
    pub user: LegacyId,
    pub source: Source,
    pub active: bool,
    pub joined: Timestamp,
    pub last_login: Option<Timestamp>,
    pub phone: Phone,
    pub details: Details,
    pub profile: Option<Source>,
    pub addresses: Vec<AddressRow>,
    pub balances: BTreeMap<Currency, (i64, Source)>,
    /// By their numbers.
    pub devices: Vec<(DeviceRow, Source)>,
    pub spent: Vec<(TokenName, Timestamp)>,
}

#[derive(Debug)]
pub struct AddressRow {
    pub details: shared::address::Details,
    pub is_default: bool,
    /// When it was added; without that in the dump, when the user joined.
    pub created: Option<Timestamp>,
    pub source: Source,
}

impl Person {
    /// The person of a group of rows, where there is one, and the rows that are not taken.
    pub fn of(group: Group<Row>, as_of: Timestamp) -> (Option<Self>, Vec<Refused>) {
        let Group { key, entries, left_out } = group;
        let mut refused = Vec::new();
        let mut lost = BTreeMap::new();
        let mut rows = Vec::new();
        for row in entries {
            match row.what {
                What::Lost { reason } => drop(lost.insert(row.source.place, reason)),
                _ => rows.push(row),
            }
        }
        rows.sort_by_key(|row| row.source.place);
        let mut gathered = Gathered::default();
        for Row { source, what } in rows {
            let reason = match lost.remove(&source.place) {
                Some(reason) => match what {
                    // Without a phone of their own they cannot move in.
                    What::User(_) | What::Profile { .. } => {
                        gathered.why_not.get_or_insert(reason.clone());
                        Some(reason)
                    }
                    _ => Some(reason),
                },
                None => gathered.take(source.clone(), what).err(),
            };
            refused.extend(reason.map(|reason| Refused { source, reason }));
        }
        if left_out > 0 {
            let why = format!("this user has more than {MOST_ROWS} rows");
            gathered.why_not.get_or_insert(why);
        }
        match gathered.person(&key, as_of, &mut refused) {
            Ok(person) => (Some(person), refused),
            Err((sources, reason)) => {
                let known: BTreeSet<_> = refused.iter().map(|one| one.source.place).collect();
                let others = sources.into_iter().filter(|one| !known.contains(&one.place));
                refused.extend(others.map(|source| Refused { source, reason: reason.clone() }));
                (None, refused)
            }
        }
    }
}

#[derive(Default)]
struct Gathered {
    user: Option<(UserRow, Source)>,
    profile: Option<(Option<Phone>, Map<String, Value>, Source)>,
    addresses: Vec<AddressRow>,
    balances: BTreeMap<Currency, (i64, Source)>,
    devices: BTreeMap<u64, (DeviceRow, Source)>,
    spent: Vec<(TokenName, Timestamp)>,
    why_not: Option<String>,
}

impl Gathered {
    fn take(&mut self, source: Source, what: What) -> Result<(), String> {
        match what {
            What::User(_) if self.user.is_some() => return Err("a second row of this user".into()),
            What::User(row) => self.user = Some((row, source)),
            What::Profile { .. } if self.profile.is_some() => {
                return Err("a second profile of this user".into());
            }
            What::Profile { phone, details } => self.profile = Some((phone, details, source)),
            What::Address { .. } if self.addresses.len() >= MOST_ADDRESSES as usize => {
                return Err(format!("more than {MOST_ADDRESSES} addresses"));
            }
            What::Address { details, is_default, created } => {
                self.addresses.push(AddressRow { details, is_default, created, source });
            }
            What::Balance { currency, .. } if self.balances.contains_key(&currency) => {
                return Err("a second balance of this currency".into());
            }
            What::Balance { .. } if self.balances.len() >= MOST_CURRENCIES => {
                return Err(format!("more than {MOST_CURRENCIES} currencies"));
            }
            What::Balance { currency, amount } => {
                self.balances.insert(currency, (amount, source));
            }
            What::Device(row) if self.devices.contains_key(&row.id) => {
                return Err("a second device with this number".into());
            }
            What::Device(row) => {
                self.devices.insert(row.id, (row, source));
            }
            What::Spent { jti, expires } => {
                let name = jti.parse().map_err(|_| "jti: longer than 255 bytes")?;
                self.spent.push((name, expires));
            }
            What::Lost { .. } => {}
        }
        Ok(())
    }

    /// The person, or the rows that cannot move in without one, and why.
    fn person(
        mut self,
        key: &str,
        as_of: Timestamp,
        refused: &mut Vec<Refused>,
    ) -> Result<Person, (Vec<Source>, String)> {
        let Ok(user) = key.parse::<LegacyId>() else {
            return Err((self.sources(), "user: longer than 255 bytes".to_owned()));
        };
        let sources = self.sources();
        let Some((row, source)) = self.user.take() else {
            return Err((sources, "user: not in the dump, or its row was refused".to_owned()));
        };
        if let Some(reason) = self.why_not.take() {
            return Err((sources, format!("its user does not move in: {reason}")));
        }
        let of_profile = || self.profile.as_ref().and_then(|(phone, ..)| phone.clone());
        let Some(phone) = row.phone.clone().or_else(of_profile) else {
            return Err((sources, "its user does not move in: no phone".to_owned()));
        };
        let mut members = row.details;
        let profile = self.profile.take().map(|(_, details, source)| {
            members.extend(details);
            source
        });
        // Each row was held to the rules, and no rule is about several fields.
        let details = customer::read_details(members, as_of).unwrap_or_default();
        let mut devices = newest(self.devices, refused);
        // Ids follow from these times, so no other time will do.
        for (device, _) in &mut devices {
            device.created.get_or_insert(row.joined);
        }
        for address in &mut self.addresses {
            address.created.get_or_insert(row.joined);
        }
        self.addresses.sort_by_key(|row| (!row.is_default, row.created));
        Ok(Person {
            user,
            source,
            active: row.active,
            joined: row.joined,
            last_login: row.last_login,
            phone,
            details,
            profile,
            addresses: self.addresses,
            balances: self.balances,
            devices,
            spent: self.spent,
        })
    }

    fn sources(&self) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        sources.extend(self.user.iter().map(|(_, source)| source.clone()));
        sources.extend(self.profile.iter().map(|(_, _, source)| source.clone()));
        sources.extend(self.addresses.iter().map(|row| row.source.clone()));
        sources.extend(self.balances.values().map(|(_, source)| source.clone()));
        sources.extend(self.devices.values().map(|(_, source)| source.clone()));
        sources
    }
}

/// Of more devices than a customer may have, the active and newest ones.
fn newest(
    devices: BTreeMap<u64, (DeviceRow, Source)>,
    refused: &mut Vec<Refused>,
) -> Vec<(DeviceRow, Source)> {
    let mut devices: Vec<_> = devices.into_values().collect();
    devices.sort_by_key(|(row, _)| std::cmp::Reverse((row.active, row.id)));
    let others = devices.split_off(devices.len().min(MOST_DEVICES as usize));
    refused.extend(others.into_iter().map(|(_, source)| Refused {
        source,
        reason: format!("more than {MOST_DEVICES} devices"),
    }));
    devices.sort_by_key(|(row, _)| row.id);
    devices
}
