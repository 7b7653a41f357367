//! The rows of a customer as `loaddata` reads them.
//!
//! Invariant: a row that came from the old stack has its primary key, as far as that is known, so
//! that it takes the old row's place. A new one has a key that no row of the old stack has.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::{
    account::Account,
    customer::{Customer, Details},
    device::Device,
    ids::uuid_v7,
    legacy::LegacyId,
    move_in::MovedIn,
    random::SystemRandom,
    wallet::Wallet,
};

use super::error::MoveOutError;
use crate::move_in::{Mapping, mapping::OWN_KEY, written_amount};

/// A customer who moves out.
pub struct Leaver {
    pub account: Account,
    pub profile: Customer,
    pub devices: Vec<Device>,
    pub wallet: Option<Wallet>,
    /// What the move-in noted; nothing of those who signed up here.
    pub moved: MovedIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    User,
    Profile,
    Device,
    Balance,
}

/// The highest primary key of each model, and whether its keys are numbers.
#[derive(Debug, Default)]
pub struct Keys {
    users: Highest,
    profiles: Highest,
    devices: Highest,
    balances: Highest,
}

#[derive(Debug, Default)]
struct Highest {
    number: u64,
    is_text: bool,
    /// Whether there is a row that the old stack does not have.
    is_needed: bool,
    /// The key of the next such row.
    next: Option<u64>,
}

impl Keys {
    /// Notes the keys that a customer has from the old stack, and where there are none.
    pub fn see(&mut self, leaver: &Leaver, mapping: &Mapping) {
        let Leaver { profile, devices, moved, wallet, .. } = leaver;
        self.users.see(profile.legacy_id.iter().map(LegacyId::as_str));
        for (name, key) in &moved.rows {
            let highest = if name == "profile" { &mut self.profiles } else { &mut self.balances };
            highest.see([key.as_str()]);
        }
        self.devices.see(moved.devices.keys().map(String::as_str));
        self.users.is_needed |= profile.legacy_id.is_none();
        self.profiles.is_needed |= !moved.rows.contains_key("profile") && !is_key_of_user(mapping);
        self.devices.is_needed |= devices.iter().any(|device| !is_known(moved, device));
        let mut currencies = wallet.iter().flat_map(|wallet| wallet.balances.keys());
        self.balances.is_needed |=
            currencies.any(|currency| !moved.rows.contains_key(currency.code()));
    }

    /// Gives new rows the keys from `first` on.
    pub fn begin(&mut self, first: Option<u64>) -> Result<(), MoveOutError> {
        let all = [&mut self.users, &mut self.profiles, &mut self.devices, &mut self.balances];
        for highest in all {
            match first {
                Some(first) if first <= highest.number => {
                    return Err(MoveOutError::KeysTaken(highest.number));
                }
                None if highest.is_needed && !highest.is_text => {
                    return Err(MoveOutError::NoKeys);
                }
                _ => highest.next = first,
            }
        }
        Ok(())
    }
}

impl Highest {
    fn see<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) {
        for key in keys {
            match number(key) {
                Some(number) => self.number = self.number.max(number),
                None => self.is_text = true,
            }
        }
    }

    /// The key of a row that is not in the old stack.
    fn fresh(&mut self, now: Timestamp) -> Result<Value, MoveOutError> {
        if self.is_text {
            return Ok(uuid_v7(now, &SystemRandom).to_string().into());
        }
        let key = self.next.ok_or(MoveOutError::NoKeys)?;
        self.next = key.checked_add(1);
        Ok(key.into())
    }

    /// A key as the old stack has it.
    fn known(key: &str) -> Value {
        number(key).map_or_else(|| key.into(), Value::from)
    }
}

/// A key that is a number. One with another spelling, such as "007", is a text.
fn number(key: &str) -> Option<u64> {
    key.parse().ok().filter(|number: &u64| number.to_string() == key)
}

fn is_key_of_user(mapping: &Mapping) -> bool {
    mapping.get("profile", "user") == Some(OWN_KEY)
}

fn is_known(moved: &MovedIn, device: &Device) -> bool {
    moved.devices.contains_key(&device.id.to_string())
}

/// The fields of a row, by the keys of the mapping.
struct Fields<'a> {
    mapping: &'a Mapping,
    section: &'static str,
    values: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(mapping: &'a Mapping, section: &'static str) -> Self {
        Self { mapping, section, values: Map::new() }
    }

    /// Sets the field of a key, if the old stack has one.
    fn set(&mut self, key: &str, value: impl Into<Value>) {
        let field = self.mapping.get(self.section, key);
        if let Some(field) = field.filter(|field| *field != OWN_KEY) {
            self.values.insert(field.to_owned(), value.into());
        }
    }

    /// What both a user and a profile may have.
    fn set_details(&mut self, profile: &Customer) {
        let Details { first_name, last_name, email, birth_date, gender, language, .. } =
            &profile.details;
        self.set("phone", profile.phone.as_str());
        self.set("updated", time(profile.updated));
        self.set("first_name", first_name.as_str());
        self.set("last_name", last_name.as_str());
        self.set("email", email.as_deref().unwrap_or_default());
        self.set("birth_date", birth_date.map(|day| day.to_string()));
        let gender = gender.and_then(|gender| Some(json!(gender).as_str()?.to_owned()));
        let gender = gender.map(|ours| self.mapping.gender_there(&ours));
        self.set("gender", gender.unwrap_or_default());
        self.set("language", language.as_deref().unwrap_or_default());
        self.set("avatar_url", profile.details.avatar_url.as_deref().unwrap_or_default());
        self.set("marketing_opt_in", profile.details.marketing_opt_in);
    }

    fn row(self, pk: &Value) -> Value {
        let model = self.mapping.get(self.section, "model");
        json!({"model": model, "pk": pk, "fields": self.values})
    }
}

impl Leaver {
    /// All rows, the user first.
    pub fn rows(
        &self,
        mapping: &Mapping,
        keys: &mut Keys,
        now: Timestamp,
    ) -> Result<Vec<(Kind, Value)>, MoveOutError> {
        let legacy = self.profile.legacy_id.as_ref().map(|id| Highest::known(id.as_str()));
        let user = legacy.map_or_else(|| keys.users.fresh(now), Ok)?;
        let mut rows = vec![(Kind::User, self.user(mapping, &user))];
        let profile = match self.moved.rows.get("profile") {
            _ if is_key_of_user(mapping) => user.clone(),
            Some(key) => Highest::known(key),
            None => keys.profiles.fresh(now)?,
        };
        rows.push((Kind::Profile, self.profile_row(mapping, &profile, &user)));
        for device in &self.devices {
            let is_known = is_known(&self.moved, device);
            let pk = if is_known { device.id.into() } else { keys.devices.fresh(now)? };
            rows.push((Kind::Device, self.device(mapping, &pk, &user, device, now)));
        }
        for (currency, balance) in self.wallet.iter().flat_map(|wallet| &wallet.balances) {
            let known = self.moved.rows.get(currency.code()).map(|key| Highest::known(key));
            let total = balance.funds().total();
            let fixed = mapping.get("wallet", "fixed_currency");
            if fixed.is_some_and(|fixed| fixed != currency.code()) {
                // Nothing is lost of an empty one.
                if total == 0 {
                    continue;
                }
                return Err(MoveOutError::OtherCurrency(*currency));
            }
            let pk = known.map_or_else(|| keys.balances.fresh(now), Ok)?;
            let exponent = mapping.get("wallet", "exponent").and_then(|text| text.parse().ok());
            let amount = written_amount(total, exponent, *currency)
                .ok_or(MoveOutError::Decimals(*currency))?;
            let mut fields = Fields::of(mapping, "wallet");
            fields.set("user", user.clone());
            fields.set("currency", currency.code());
            fields.set("updated", time(balance.updated));
            match exponent {
                None => fields.set("amount", amount),
                Some(_) => fields.set("amount", Highest::known(&amount)),
            }
            rows.push((Kind::Balance, fields.row(&pk)));
        }
        Ok(rows)
    }

    fn user(&self, mapping: &Mapping, pk: &Value) -> Value {
        let Self { account, profile, .. } = self;
        let mut fields = Fields::of(mapping, "user");
        fields.set_details(profile);
        fields.set("username", profile.phone.as_str());
        fields.set("active", account.status == shared::account::Status::Active);
        fields.set("joined", time(profile.created));
        let seen = account.sessions.values().map(|session| session.rotated).max();
        fields.set("last_login", seen.map(time));
        // Nobody logs in with a password: what Django takes for none.
        fields.values.insert("password".to_owned(), "!".into());
        fields.row(pk)
    }

    fn profile_row(&self, mapping: &Mapping, pk: &Value, user: &Value) -> Value {
        let mut fields = Fields::of(mapping, "profile");
        fields.set_details(&self.profile);
        fields.set("user", user.clone());
        fields.row(pk)
    }

    fn device(
        &self,
        mapping: &Mapping,
        pk: &Value,
        user: &Value,
        device: &Device,
        now: Timestamp,
    ) -> Value {
        let mut fields = Fields::of(mapping, "device");
        fields.set("user", user.clone());
        fields.set("registration_id", device.registration_id.as_str());
        fields.set("device_id", device.device_id.clone());
        fields.set("name", device.name.clone());
        fields.set("type", json!(device.platform));
        fields.set("active", device.is_active(&self.account, now));
        fields.set("created", time(device.created));
        fields.row(pk)
    }
}

/// A time as Django reads it.
fn time(time: Timestamp) -> String {
    format!("{time:.3}")
}
