//! Rows of a dump as ours: which of them count, and what is wrong with those that cannot be taken.
//!
//! Invariants: a row is taken as a whole or refused with a reason; a reason names a field and never
//! its value. What customers may write is held to the rules of the operations that write it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::{
    account::Platform,
    address::Details as AddressDetails,
    device::Registration,
    legacy::{LegacyId, TokenName},
    phone::Phone,
    wallet::Currency,
};

use super::{
    amount,
    dump::Place,
    mapping::{Mapping, OWN_KEY},
    values::{key, read_time, reasons},
};

/// The highest number of a device: clients hold it in 32 bits with a sign.
const MOST_NUMBER: u64 = i32::MAX as u64;

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub place: Place,
    pub model: String,
    pub pk: String,
}

/// A row that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub source: Source,
    pub reason: String,
}

/// A row of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub source: Source,
    pub what: What,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    User(UserRow),
    Profile {
        phone: Option<Phone>,
        details: Map<String, Value>,
    },
    Address {
        details: AddressDetails,
        is_default: bool,
        created: Option<Timestamp>,
    },
    Balance {
        currency: Currency,
        amount: i64,
    },
    Device(DeviceRow),
    /// A refresh token that the old stack does not take any more.
    Spent {
        jti: String,
        expires: Timestamp,
    },
    /// Another row has what this one claims; for this reason it is refused.
    Lost {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRow {
    pub active: bool,
    pub joined: Timestamp,
    pub last_login: Option<Timestamp>,
    pub phone: Option<Phone>,
    pub details: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceRow {
    pub id: u64,
    pub registration_id: String,
    pub platform: Platform,
    pub name: Option<String>,
    pub device_id: Option<String>,
    pub active: bool,
    /// When it was registered; without that in the dump, when the user joined.
    pub created: Option<Timestamp>,
}

/// A row of the tables of refresh tokens, which are joined first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TokenRow {
    Outstanding { source: Source, user: Option<String>, jti: String, expires: Timestamp },
    Blacklisted { source: Source },
}

/// Something that only one row may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub user: String,
    pub source: Source,
    /// Of several, the row with the highest rank keeps it, and of these the first.
    pub rank: (bool, u64),
}

/// What an object of a dump is.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// Of a model that does not move.
    Other,
    Row {
        user: String,
        row: Box<Row>,
        claim: Option<(String, Claim)>,
    },
    Token {
        pk: String,
        row: TokenRow,
    },
}

/// Reads the objects of a dump.
pub struct Reader<'a> {
    pub mapping: &'a Mapping,
    /// When the dump was made.
    pub as_of: Timestamp,
}

#[derive(Deserialize)]
struct Object {
    model: String,
    #[serde(default)]
    pk: Value,
    fields: Map<String, Value>,
}

/// The fields of a row, by their keys in the mapping.
struct RowFields<'a> {
    reader: &'a Reader<'a>,
    section: &'a str,
    fields: &'a Map<String, Value>,
}

impl Reader<'_> {
    /// Reads one object.
    pub fn read(&self, place: Place, text: &[u8]) -> Result<Read, Refused> {
        let refused = |model: &str, pk: &str, reason: &str| {
            let source = Source { place, model: model.to_owned(), pk: pk.to_owned() };
            Refused { source, reason: reason.to_owned() }
        };
        let object: Object = serde_json::from_slice(text).map_err(|error| {
            let is_json = error.classify() == serde_json::error::Category::Data;
            refused("", "", if is_json { "no object of a dump" } else { "not JSON" })
        })?;
        let model = object.model.to_lowercase();
        let Some(section) = self.mapping.section_of(&model) else { return Ok(Read::Other) };
        let Some(pk) = key(&object.pk) else {
            return Err(refused(&model, "", "pk: neither a number nor a text"));
        };
        let source = Source { place, model, pk };
        let fields = RowFields { reader: self, section, fields: &object.fields };
        if let Some((key, field)) = self.mapping.absent(section, &object.fields) {
            let reason = format!("{key}: no field {field}, which the mapping file names");
            return Err(Refused { source, reason });
        }
        let read = match section {
            "user" => fields.user(&source),
            "profile" => fields.profile(&source),
            "address" => fields.address(&source),
            "wallet" => fields.balance(&source),
            "device" => fields.device(&source),
            "outstanding" => fields.outstanding(&source),
            _ => fields.blacklisted(&source),
        };
        read.map_err(|reason| Refused { source, reason })
    }
}

impl RowFields<'_> {
    fn user(&self, source: &Source) -> Result<Read, String> {
        if source.pk.parse::<LegacyId>().is_err() {
            return Err("pk: longer than 255 bytes".to_owned());
        }
        let joined = self.time("joined")?.ok_or("joined: missing")?;
        if joined < Timestamp::UNIX_EPOCH || joined > self.reader.as_of {
            return Err("joined: before 1970 or after the dump".to_owned());
        }
        let last_login = self.time("last_login")?;
        let phone = self.phone()?;
        let active = self.flag("active", true)?;
        let claim = phone.as_ref().map(|phone| claim_of(&source.pk, source, phone, active));
        let row = UserRow {
            active,
            joined,
            last_login: last_login.map(|at| at.clamp(joined, self.reader.as_of)),
            phone,
            details: self.details()?,
        };
        Ok(row_of(source.pk.clone(), source, What::User(row), claim))
    }

    fn profile(&self, source: &Source) -> Result<Read, String> {
        let user = self.owner(source)?;
        let phone = self.phone()?;
        let claim = phone.as_ref().map(|phone| claim_of(&user, source, phone, true));
        let details = self.details()?;
        Ok(row_of(user, source, What::Profile { phone, details }, claim))
    }

    fn address(&self, source: &Source) -> Result<Read, String> {
        let user = self.owner(source)?;
        let created = self.time("created")?;
        let mut members = Map::new();
        let texts = [
            "label",
            "recipient",
            "phone",
            "line1",
            "line2",
            "city",
            "state",
            "postal_code",
            "country",
            "instructions",
        ];
        for key in texts {
            members.extend(self.given(key).map(|value| (key.to_owned(), value.clone())));
        }
        if let (Some(lat), Some(lng)) = (self.given("lat"), self.given("lng")) {
            let point = [("lat".to_owned(), lat.clone()), ("lng".to_owned(), lng.clone())];
            members.insert("location".to_owned(), Value::Object(point.into_iter().collect()));
        }
        let is_default = self.flag("default", false)?;
        let (details, _) = location::address::read_address(members, self.reader.as_of)
            .map_err(|errors| reasons(&errors))?;
        Ok(row_of(user, source, What::Address { details, is_default, created }, None))
    }

    fn balance(&self, source: &Source) -> Result<Read, String> {
        let user = self.owner(source)?;
        let mapping = self.reader.mapping;
        let currency = match (self.given("currency"), mapping.get("wallet", "fixed_currency")) {
            (Some(Value::String(code)), _) => code.to_uppercase(),
            (Some(_), _) => return Err("currency: not a text".to_owned()),
            (None, Some(fixed)) => fixed.to_owned(),
            (None, None) => return Err("currency: missing".to_owned()),
        };
        let currency: Currency =
            currency.parse().map_err(|_| "currency: no code of ISO 4217".to_owned())?;
        let exponent = mapping.get("wallet", "exponent").and_then(|text| text.parse().ok());
        let amount = self.given("amount").ok_or("amount: missing")?;
        let amount = amount::minor_units(amount, exponent, currency)
            .map_err(|why| format!("amount: {why}"))?;
        Ok(row_of(user, source, What::Balance { currency, amount }, None))
    }

    fn device(&self, source: &Source) -> Result<Read, String> {
        let user = self.owner(source)?;
        let id = source.pk.parse().ok().filter(|id| (1..=MOST_NUMBER).contains(id));
        let id = id.ok_or("pk: no number from 1 to 2147483647")?;
        let created = self.time("created")?;
        let mut members = Map::new();
        for (key, ours) in [
            ("registration_id", "registration_id"),
            ("device_id", "device_id"),
            ("name", "name"),
            ("type", "type"),
        ] {
            members.extend(self.given(key).map(|value| (ours.to_owned(), value.clone())));
        }
        let active = self.flag("active", true)?;
        let registration = fcm::read_registration(members, self.reader.as_of)
            .map_err(|errors| reasons(&errors))?;
        let Registration { registration_id, platform, name, device_id, .. } = registration;
        let claim = Claim { user: user.clone(), source: source.clone(), rank: (active, id) };
        let claim = (format!("device {registration_id}"), claim);
        let (name, device_id) = (name.flatten(), device_id.flatten());
        let row = DeviceRow { id, registration_id, platform, name, device_id, active, created };
        Ok(row_of(user, source, What::Device(row), Some(claim)))
    }

    fn outstanding(&self, source: &Source) -> Result<Read, String> {
        let user = match self.given("user") {
            None => None,
            Some(user) => Some(key(user).ok_or("user: neither a number nor a text")?),
        };
        let Some(Value::String(jti)) = self.given("jti") else {
            return Err("jti: missing".to_owned());
        };
        if jti.parse::<TokenName>().is_err() {
            return Err("jti: longer than 255 bytes".to_owned());
        }
        let expires = self.time("expires")?.ok_or("expires: missing")?;
        let row = TokenRow::Outstanding { source: source.clone(), user, jti: jti.clone(), expires };
        Ok(Read::Token { pk: source.pk.clone(), row })
    }

    fn blacklisted(&self, source: &Source) -> Result<Read, String> {
        let token = self.given("token").ok_or("token: missing")?;
        let pk = key(token).ok_or("token: neither a number nor a text")?;
        Ok(Read::Token { pk, row: TokenRow::Blacklisted { source: source.clone() } })
    }

    /// The value of a field that is there, and neither null nor blank.
    fn given(&self, key: &str) -> Option<&Value> {
        let field = self.reader.mapping.get(self.section, key)?;
        self.fields.get(field).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// The user that the row belongs to.
    fn owner(&self, source: &Source) -> Result<String, String> {
        if self.reader.mapping.get(self.section, "user") == Some(OWN_KEY) {
            return Ok(source.pk.clone());
        }
        match self.given("user") {
            None => Err("user: none".to_owned()),
            Some(Value::Array(_)) => {
                Err("user: a natural key; dump without --natural-foreign".to_owned())
            }
            Some(user) => key(user).ok_or_else(|| "user: neither a number nor a text".to_owned()),
        }
    }

    fn phone(&self) -> Result<Option<Phone>, String> {
        let text = match self.given("phone") {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err("phone: neither a text nor a number".to_owned()),
        };
        let phone = Phone::parse(&text, self.reader.mapping.country());
        phone.map(Some).map_err(|_| "phone: no number of any numbering plan".to_owned())
    }

    fn time(&self, key: &str) -> Result<Option<Timestamp>, String> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let time = value.as_str().and_then(read_time);
        time.map(Some).ok_or_else(|| format!("{key}: no time as Django writes it"))
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, String> {
        match self.given(key) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("{key}: neither true nor false")),
        }
    }

    /// The members of a profile, which are held to the rules of UpdateCustomer.
    fn details(&self) -> Result<Map<String, Value>, String> {
        let mut members = Map::new();
        for key in [
            "first_name",
            "last_name",
            "email",
            "birth_date",
            "language",
            "avatar_url",
            "marketing_opt_in",
        ] {
            members.extend(self.given(key).map(|value| (key.to_owned(), value.clone())));
        }
        match self.given("gender") {
            None => {}
            Some(Value::String(theirs)) => {
                let ours = self.reader.mapping.gender(theirs);
                members.insert("gender".to_owned(), Value::String(ours));
            }
            Some(_) => return Err("gender: not a text".to_owned()),
        }
        match customer::read_details(members.clone(), self.reader.as_of) {
            Ok(_) => Ok(members),
            Err(errors) => Err(reasons(&errors)),
        }
    }
}

fn row_of(user: String, source: &Source, what: What, claim: Option<(String, Claim)>) -> Read {
    Read::Row { user, row: Box::new(Row { source: source.clone(), what }), claim }
}

fn claim_of(user: &str, source: &Source, phone: &Phone, active: bool) -> (String, Claim) {
    let claim = Claim { user: user.to_owned(), source: source.clone(), rank: (active, 0) };
    (format!("phone {}", phone.as_str()), claim)
}
