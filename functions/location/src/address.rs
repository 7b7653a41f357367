//! An address on the wire.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    address::{Address, AddressId, Details},
    error_responses,
    http::{
        error::{ApiError, ErrorItem},
        request::{
            As, Boolean, Context, Fields, Flag, Flat, Location, Nullable, Object, Optional, Patch,
            Rule, Text, Violation,
            schema::{self, References},
        },
    },
    point::Point,
    request,
    times::in_millis,
};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    countries::{Language, country},
    door_phone::{DoorPhone, check_phone, with_dial_code},
    postal::postal_code,
    region::Region,
    state,
};

/// An address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Address)]
pub struct AddressOut {
    #[schema(value_type = String, format = "uuid")]
    id: AddressId,
    #[serde(flatten)]
    #[schema(inline)]
    details: Details,
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

request! {
    /// What a customer writes of an address.
    #[changes(Details)]
    #[partial(AddressPatch, "Some of an address's fields.")]
    #[check(check_postal_code, check_changed_postal_code)]
    pub struct AddressFields {
        /// What the customer calls it.
        label: Patch<Text<0, 50>>,
        recipient: Patch<Text<0, 150>>,
        /// With the code of its country (`+…`), or as it is written in the country of the address.
        /// It is stored in E.164 form.
        phone: Patch<DoorPhone>,
        line1: Text<1, 255>,
        line2: Patch<Text<0, 255>>,
        city: Text<1, 100>,
        /// The name of a subdivision of the country, in any language, or its code of ISO 3166-2,
        /// with the country's (`US-CA`) or without (`CA`). A code is stored with its name. Any
        /// other text is taken, too.
        state: Patch<Text<0, 100>>,
        /// Checked by the rule of the country's post, and stored in its form
        /// (`SW1A 1AA`, `00-950`). Blanks, dashes, case and the country's own prefix (`SE-`) do
        /// not count. Not needed where the country has no codes; any text is taken there.
        postal_code: Patch<Text<0, 20>>,
        /// ISO 3166-1 alpha-2.
        country: CountryCode,
        /// Where it is on a map; null if nobody said.
        location: Patch<Nullable<As<Point, Object<Location>>>>,
        instructions: Patch<Text<0, 500>>,
    }
}

request! {
    /// An address to add.
    #[check(check_needed_postal_code)]
    pub struct NewAddress {
        address: Flat<AddressFields>,
        /// True makes it the default; false changes nothing, since one of the addresses is.
        is_default: Flag<false>,
    }
}

request! {
    /// Changes of an address. Fields that are not required and not sent stay.
    pub struct AddressChange {
        address: Flat<AddressFields>,
        /// True makes it the default; false changes nothing, since one of the addresses is.
        is_default: Flag<false>,
    }
}

request! {
    /// Some of an address's fields.
    pub struct PartialAddressChange {
        address: Flat<AddressPatch>,
        /// True makes it the default; false changes nothing.
        is_default: Optional<Boolean>,
    }
}

/// The code of a country, in capitals or not.
pub struct CountryCode;

impl Rule for CountryCode {
    type Value = String;

    fn read(value: &Value, context: &Context) -> Result<String, Violation> {
        let code = <Text>::read(value, context)?;
        let country = country(&code.to_ascii_uppercase());
        country.map(|country| country.code.into()).ok_or_else(|| Violation::invalid_choice(&code))
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(2, 2, None)
    }
}

fn check_postal_code(read: &AddressFieldsRead, fields: &mut Fields) {
    if let (Ok(Some(phone)), Ok(country)) = (&read.phone, &read.country) {
        check_phone(phone, country, fields);
    }
    if let (Ok(Some(code)), Ok(country)) = (&read.postal_code, &read.country) {
        report_postal_code(code, country, fields);
    }
}

/// Without a country it is the stored one that counts.
fn check_changed_postal_code(read: &AddressPatchRead, fields: &mut Fields) {
    if let (Ok(Some(phone)), Ok(Some(country))) = (&read.phone, &read.country) {
        check_phone(phone, country, fields);
    }
    if let (Ok(Some(code)), Ok(Some(country))) = (&read.postal_code, &read.country) {
        report_postal_code(code, country, fields);
    }
}

fn check_needed_postal_code(read: &NewAddressRead, fields: &mut Fields) {
    if let Ok(AddressFields { postal_code: None, country, .. }) = &read.address {
        report_postal_code("", country, fields);
    }
}

fn report_postal_code(code: &str, of: &str, fields: &mut Fields) {
    if let Some(Err(violation)) = country(of).map(|country| postal_code(code, country)) {
        fields.report("postal_code", violation);
    }
}

/// The address of a JSON object with the members of CreateAddress, and whether it is to be the
/// default, for a customer who moves in from another stack.
pub fn read_address(
    members: Map<String, Value>,
    now: Timestamp,
) -> Result<(Details, bool), Vec<ErrorItem>> {
    let read = Fields::from_json(members, Context::at(now)).read();
    let NewAddress { address, is_default } = read?;
    let details = changed(&Details::default(), address.into(), Language::english());
    let details = details.map_err(|_| {
        let detail = "Enter a valid phone or postal code.".into();
        vec![ErrorItem { code: "invalid", detail, attr: Some("phone".to_owned()) }]
    })?;
    Ok((details, is_default))
}

/// The details after a change. The postal code is held to the rule of its country where it or the
/// country is changed. A phone that is sent gets the dial code of the country. The state gets its
/// code where it or the country is changed.
pub(crate) fn changed(
    before: &Details,
    patch: AddressPatch,
    language: Language,
) -> Result<Details, ApiError> {
    let mut after = before.clone();
    let (is_sent, phone) = (patch.postal_code.is_some(), patch.phone.clone());
    let is_state_sent = patch.state.is_some();
    patch.apply_to(&mut after);
    if is_state_sent || after.country != before.country {
        state::complete(&mut after, language);
    }
    if let Some(phone) = phone {
        after.phone = with_dial_code(phone, &after.country)
            .map_err(|Violation { code, detail }| ApiError::field("phone", code, detail))?;
    }
    if (is_sent || after.country != before.country)
        && let Some(country) = country(&after.country)
    {
        after.postal_code = postal_code(&after.postal_code, country)
            .map_err(|Violation { code, detail }| ApiError::field("postal_code", code, detail))?;
    }
    Ok(after)
}

impl AddressOut {
    /// An address as its customer sees it.
    pub(crate) fn new(
        address: &Address,
        is_default: bool,
        region_of: impl FnOnce(Point) -> Option<Region>,
    ) -> Self {
        let Address { id, details, created, updated, .. } = address.clone();
        let region = details.location.and_then(region_of);
        Self { id, details, is_default, region, created, updated }
    }
}

/// The address of the examples, as it is sent.
pub(crate) fn example_fields() -> Value {
    json!({"label": "Home", "recipient": "Amal Haddad", "phone": "+966501234567",
        "line1": "7277 Olaya Street", "city": "Riyadh", "state": "SA-01", "postal_code": "12271",
        "country": "SA", "location": {"lat": 24.7136, "lng": 46.6753}, "is_default": true})
}

/// The same as it is answered.
pub(crate) fn example() -> Value {
    json!({"id": "019aac3f-5d2b-7c11-9f0e-3a5b6c7d8e9f", "label": "Home",
        "recipient": "Amal Haddad", "phone": "+966501234567", "line1": "7277 Olaya Street",
        "line2": "", "city": "Riyadh", "state": "Riyadh", "state_code": "SA-01",
        "postal_code": "12271", "country": "SA", "location": {"lat": 24.7136, "lng": 46.6753},
        "instructions": "", "is_default": true, "region": crate::region::example(),
        "created": "2026-11-22T10:00:00.000Z", "updated": "2026-11-22T10:00:00.000Z"})
}

error_responses! {
    /// Invalid fields, or a postal code that does not fit the rule of its country.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sent_stays_and_nothing_shows_itself() {
        let patch = |sent: Value| -> AddressPatch {
            let Value::Object(members) = sent else { panic!("an object") };
            Fields::from_json(members, Context::at(Timestamp::UNIX_EPOCH)).read().unwrap()
        };
        let before = Details {
            city: "Riyadh".into(),
            location: Some(Point::new(24.7, 46.7)),
            ..Details::default()
        };
        let changed = |patch| changed(&before, patch, Language::english());
        let after = changed(patch(json!({"line1": "Olaya Street 1"}))).unwrap();
        assert_eq!(
            (after.city.as_str(), after.line1.as_str(), after.location),
            ("Riyadh", "Olaya Street 1", before.location)
        );
        assert_eq!(changed(patch(json!({"location": null}))).unwrap().location, None);
        assert_eq!(format!("{after:?}"), "Details { .. }");
        assert_eq!(format!("{:?}", patch(json!({}))), "AddressPatch { .. }");
    }
}
