//! An address on the wire.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    address::{Address, AddressPatch, Details},
    error_responses,
    http::{
        error::ApiError,
        fields::{Fields, FromFields, Reported, Violation},
        rules::{Boolean, Text, text},
    },
    ids::AddressId,
    point::Point,
    times::in_millis,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    countries::{Country, country},
    postal::{phone, postal_code},
    region::Region,
    region_by_point,
};

/// The fields in the order in which what is wrong with them is told.
const ORDER: [&str; 12] = [
    "label",
    "recipient",
    "phone",
    "line1",
    "line2",
    "city",
    "state",
    "postal_code",
    "country",
    "location",
    "instructions",
    "is_default",
];

/// An address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Address)]
pub struct AddressOut {
    #[schema(value_type = String, format = "uuid")]
    id: AddressId,
    /// What the customer calls it.
    label: String,
    recipient: String,
    /// E.164 where it was sent with the code of its country, else as it was written; may be empty.
    phone: String,
    line1: String,
    line2: String,
    city: String,
    state: String,
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    country: String,
    #[schema(required)]
    location: Option<Location>,
    /// For whoever delivers.
    instructions: String,
    /// One of the addresses is the default.
    is_default: bool,
    /// What lies at `location`; null without one, and in international waters.
    #[schema(required)]
    region: Option<Region>,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(serialize_with = "in_millis")]
    #[schema(value_type = String, format = "date-time")]
    updated: Timestamp,
}

/// A point on the earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Location {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    lng: f64,
}

/// An address to add.
#[derive(Debug)]
pub struct NewAddress {
    pub(crate) details: Details,
    pub(crate) is_default: bool,
}

/// An address's changes, all of its required fields among them.
#[derive(Debug)]
pub struct AddressChange(pub(crate) Change);

/// Some of an address's changes.
#[derive(Debug)]
pub struct PartialAddressChange(pub(crate) Change);

/// What is to be changed. Phone and postal code are as they were sent: what is right depends on the
/// country of the address.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    patch: AddressPatch,
    pub(crate) is_default: bool,
}

/// The fields of an address as the document shows them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the fields are read one by one")]
struct AddressFields {
    /// What the customer calls it.
    #[schema(nullable = false, max_length = 50)]
    label: Option<String>,
    #[schema(nullable = false, max_length = 150)]
    recipient: Option<String>,
    /// With the code of its country (`+…`), or as it is written in the country of the address.
    #[schema(nullable = false, max_length = 50)]
    phone: Option<String>,
    #[schema(max_length = 255)]
    line1: String,
    #[schema(nullable = false, max_length = 255)]
    line2: Option<String>,
    #[schema(max_length = 100)]
    city: String,
    #[schema(nullable = false, max_length = 100)]
    state: Option<String>,
    /// By the rule of the country's post; not needed where that has no codes.
    #[schema(nullable = false, max_length = 20)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    country: String,
    location: Option<Location>,
    #[schema(nullable = false, max_length = 500)]
    instructions: Option<String>,
    /// True makes it the default; false changes nothing, since one of the addresses is.
    #[schema(value_type = Option<bool>, nullable = false, default = false)]
    is_default: bool,
}

/// The same where nothing is required.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the fields are read one by one")]
struct PartialAddressFields {
    #[schema(nullable = false, max_length = 50)]
    label: Option<String>,
    #[schema(nullable = false, max_length = 150)]
    recipient: Option<String>,
    #[schema(nullable = false, max_length = 50)]
    phone: Option<String>,
    #[schema(nullable = false, max_length = 255)]
    line1: Option<String>,
    #[schema(nullable = false, max_length = 255)]
    line2: Option<String>,
    #[schema(nullable = false, max_length = 100)]
    city: Option<String>,
    #[schema(nullable = false, max_length = 100)]
    state: Option<String>,
    #[schema(nullable = false, max_length = 20)]
    postal_code: Option<String>,
    #[schema(nullable = false, min_length = 2, max_length = 2)]
    country: Option<String>,
    /// Null takes it away.
    location: Option<Location>,
    #[schema(nullable = false, max_length = 500)]
    instructions: Option<String>,
    /// True makes it the default; false changes nothing.
    #[schema(nullable = false)]
    is_default: Option<bool>,
}

macro_rules! shown_as {
    ($request:ty, $fields:ty, $name:literal) => {
        impl ToSchema for $request {
            fn name() -> Cow<'static, str> {
                $name.into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$fields>::schemas(schemas);
            }
        }

        impl PartialSchema for $request {
            fn schema() -> RefOr<Schema> {
                <$fields>::schema()
            }
        }
    };
}

shown_as!(NewAddress, AddressFields, "NewAddress");
shown_as!(AddressChange, AddressFields, "AddressChange");
shown_as!(PartialAddressChange, PartialAddressFields, "PartialAddressChange");

impl FromFields for Location {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        region_by_point::point(fields).map(|Point { lat, lng }| Self { lat, lng })
    }
}

impl FromFields for NewAddress {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let read = Change::read(fields, true);
        let details = read.and_then(|Change { patch, is_default }| {
            // Without a country its error stands in the list.
            let settled = settled(&Details::default(), patch);
            let details = settled.map_err(|wrong| {
                wrong
                    .into_iter()
                    .map(|(name, violation)| fields.report(name, violation))
                    .last()
                    .unwrap_or(Reported)
            })?;
            Ok(Self { details, is_default })
        });
        fields.order(&ORDER);
        details
    }
}

impl FromFields for AddressChange {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        Change::read(fields, true).map(Self)
    }
}

impl FromFields for PartialAddressChange {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        Change::read(fields, false).map(Self)
    }
}

impl Change {
    fn read(fields: &mut Fields, all: bool) -> Result<Self, Reported> {
        let short = |most| text().or_blank().at_most(most);
        let needed = |fields: &mut Fields, name: &str, rule: Text| {
            if all { fields.required(name, rule).map(Some) } else { fields.optional(name, rule) }
        };
        let label = fields.optional("label", short(50));
        let recipient = fields.optional("recipient", short(150));
        let phone = fields.optional("phone", short(50));
        let line1 = needed(fields, "line1", text().at_most(255));
        let line2 = fields.optional("line2", short(255));
        let city = needed(fields, "city", text().at_most(100));
        let state = fields.optional("state", short(100));
        let postal_code = fields.optional("postal_code", short(20));
        let code = text().then(country_code);
        let country = if all {
            fields.required("country", code).map(Some)
        } else {
            fields.optional("country", code)
        };
        let location = fields.nullable_object::<Location>("location");
        let instructions = fields.optional("instructions", short(500));
        let is_default = fields.optional("is_default", Boolean);
        let patch = AddressPatch {
            label: label?,
            recipient: recipient?,
            phone: phone?,
            line1: line1?,
            line2: line2?,
            city: city?,
            state: state?,
            postal_code: postal_code?,
            country: country?.map(|country| country.code.to_owned()),
            location: location?
                .map(|location| location.map(|Location { lat, lng }| Point { lat, lng })),
            instructions: instructions?,
        };
        Ok(Self { patch, is_default: is_default?.unwrap_or(false) })
    }

    /// The details after the change; else what is wrong by the rules of their country.
    pub(crate) fn apply(
        &self,
        before: &Details,
    ) -> Result<Details, Vec<(&'static str, Violation)>> {
        settled(before, self.patch.clone())
    }
}

fn country_code(code: &str) -> Result<&'static Country, Violation> {
    country(&code.to_ascii_uppercase()).ok_or_else(|| {
        Violation::new("invalid_choice", format!("\"{code}\" is not a valid choice."))
    })
}

/// The details after a change. The phone is held to its form where it is changed, the postal code
/// to its country's rule where it or the country is.
fn settled(
    before: &Details,
    patch: AddressPatch,
) -> Result<Details, Vec<(&'static str, Violation)>> {
    let moved = patch.country.as_ref().is_some_and(|country| *country != before.country);
    let (calls, posts) = (patch.phone.is_some(), moved || patch.postal_code.is_some());
    let mut after = before.changed(patch);
    let Some(country) = country(&after.country) else { return Ok(after) };
    let mut wrong = Vec::new();
    let mut settle = |name, field: &mut String, settled: Result<String, Violation>| match settled {
        Ok(settled) => *field = settled,
        Err(violation) => wrong.push((name, violation)),
    };
    if calls {
        let settled = phone(&after.phone);
        settle("phone", &mut after.phone, settled);
    }
    if posts {
        let settled = postal_code(&after.postal_code, country);
        settle("postal_code", &mut after.postal_code, settled);
    }
    if wrong.is_empty() { Ok(after) } else { Err(wrong) }
}

impl AddressOut {
    /// An address as its customer sees it.
    pub(crate) fn new(
        address: &Address,
        is_default: bool,
        region_of: impl FnOnce(Point) -> Option<Region>,
    ) -> Self {
        let Address { id, details, created, updated, .. } = address.clone();
        Self {
            id,
            label: details.label,
            recipient: details.recipient,
            phone: details.phone,
            line1: details.line1,
            line2: details.line2,
            city: details.city,
            state: details.state,
            postal_code: details.postal_code,
            country: details.country,
            location: details.location.map(|Point { lat, lng }| Location { lat, lng }),
            instructions: details.instructions,
            is_default,
            region: details.location.and_then(region_of),
            created,
            updated,
        }
    }
}

/// The address of the examples, as it is sent.
pub(crate) fn example_fields() -> Value {
    json!({"label": "Home", "recipient": "Amal Haddad", "phone": "+966501234567", "line1": "7277 Olaya Street", "city": "Riyadh",
        "postal_code": "12271", "country": "SA", "location": {"lat": 24.7136, "lng": 46.6753}, "is_default": true})
}

/// The same as it is answered.
pub(crate) fn example() -> Value {
    json!({"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "label": "Home", "recipient": "Amal Haddad", "phone": "+966501234567",
        "line1": "7277 Olaya Street", "line2": "", "city": "Riyadh", "state": "", "postal_code": "12271", "country": "SA",
        "location": {"lat": 24.7136, "lng": 46.6753}, "instructions": "", "is_default": true, "region": crate::region::example(),
        "created": "2026-11-22T10:00:00.000Z", "updated": "2026-11-22T10:00:00.000Z"})
}

error_responses! {
    /// Invalid fields; a postal code must follow the country's rule.
    pub(crate) Invalid: ApiError::field(
        "postal_code",
        "invalid",
        "Enter a valid postal code of SA."
    );
    /// Other requests kept changing the addresses.
    pub(crate) Conflict: changed_elsewhere();
}

/// 409: other requests kept changing the addresses.
pub(crate) fn changed_elsewhere() -> ApiError {
    ApiError::conflict("The addresses are being changed elsewhere.")
}
