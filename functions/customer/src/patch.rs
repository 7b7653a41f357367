//! What a profile takes: which fields, of which form; and the phone, which is changed by proof
//! alone.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};
use jiff::{civil::Date, tz::TimeZone};
use language_tags::LanguageTag;
use shared::{
    customer::{CustomerPatch, Gender},
    http::{
        fields::{Fields, FromFields, Reported, Violation},
        rules::{Boolean, Choice, Day, text},
    },
};
use url::Url;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::code::Presented;

/// Changes of a profile, read from a request. What is not sent stays as it is; null takes a value
/// away where there may be none.
#[derive(Debug)]
pub struct ProfilePatch {
    pub(crate) profile: CustomerPatch,
    pub(crate) phone: Option<PhonePatch>,
}

/// Another phone, and the codes that prove whose it is and who asks.
#[derive(Debug)]
pub(crate) struct PhonePatch {
    pub(crate) phone: String,
    pub(crate) new: Option<Presented>,
    pub(crate) old: Option<Presented>,
}

/// The fields of [`PhonePatch`] as the document shows them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands here for the document; the fields are read in pairs")]
struct PhoneFields {
    /// The new phone, in E.164 form. The present one changes nothing.
    #[schema(nullable = false, max_length = 50)]
    phone: Option<String>,
    /// Of the code sent to the new phone for `change_phone`.
    #[schema(nullable = false)]
    challenge: Option<String>,
    /// The code sent to the new phone.
    #[schema(nullable = false)]
    otp: Option<String>,
    /// Of the code sent to the present phone for `change_phone`, where the log-in is ten minutes
    /// old or older.
    #[schema(nullable = false)]
    old_challenge: Option<String>,
    /// The code sent to the present phone.
    #[schema(nullable = false)]
    old_otp: Option<String>,
}

impl ToSchema for ProfilePatch {
    fn name() -> Cow<'static, str> {
        "CustomerPatch".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CustomerPatch::schemas(schemas);
    }
}

impl PartialSchema for ProfilePatch {
    /// The members of both in one object.
    fn schema() -> RefOr<Schema> {
        let (profile, phone) = (CustomerPatch::schema(), PhoneFields::schema());
        match (profile, phone) {
            (RefOr::T(Schema::Object(mut profile)), RefOr::T(Schema::Object(phone))) => {
                profile.properties.extend(phone.properties);
                RefOr::T(Schema::Object(profile))
            }
            (profile, _) => profile,
        }
    }
}

impl PhonePatch {
    fn from_fields(fields: &mut Fields) -> Result<Option<Self>, Reported> {
        let phone = fields.optional("phone", text().at_most(50));
        let new = code(fields, "challenge", "otp");
        let old = code(fields, "old_challenge", "old_otp");
        let (phone, new, old) = (phone?, new?, old?);
        Ok(phone.map(|phone| Self { phone, new, old }))
    }
}

/// A code with its challenge: both or neither.
pub(crate) fn code(
    fields: &mut Fields,
    challenge: &str,
    otp: &'static str,
) -> Result<Option<Presented>, Reported> {
    let sent = (fields.optional(challenge, text()), fields.optional(otp, text()));
    let missing = |fields: &mut Fields, name: &str| {
        Err(fields.report(name, Violation::new("required", "This field is required.")))
    };
    match (sent.0?, sent.1?) {
        (Some(challenge), Some(code)) => Ok(Some(Presented::new(&challenge, code, otp))),
        (None, Some(_)) => missing(fields, challenge),
        (Some(_), None) => missing(fields, otp),
        (None, None) => Ok(None),
    }
}

impl FromFields for ProfilePatch {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let first_name = fields.optional("first_name", text().or_blank().at_most(150));
        let last_name = fields.optional("last_name", text().or_blank().at_most(150));
        let email = fields.nullable(
            "email",
            text().or_blank().at_most(254).then(|text| or_taken_away(text, email)),
        );
        let birth_date = past_day(fields, "birth_date");
        let gender = fields.nullable("gender", Choice(&Gender::CHOICES));
        let language = fields.nullable("language", text().at_most(35).then(language));
        let avatar_url = fields.nullable(
            "avatar_url",
            text().or_blank().at_most(2048).then(|text| or_taken_away(text, https_url)),
        );
        let marketing_opt_in = fields.optional("marketing_opt_in", Boolean);
        let phone = PhonePatch::from_fields(fields);
        let profile = CustomerPatch {
            first_name: first_name?,
            last_name: last_name?,
            email: email?.map(Option::flatten),
            birth_date: birth_date?,
            gender: gender?.map(|gender| gender.and_then(|gender| Gender::parse(&gender))),
            language: language?,
            avatar_url: avatar_url?.map(Option::flatten),
            marketing_opt_in: marketing_opt_in?,
        };
        Ok(Self { profile, phone: phone? })
    }
}

/// An empty text takes the value away, as null does.
fn or_taken_away(
    text: &str,
    read: fn(&str) -> Result<String, Violation>,
) -> Result<Option<String>, Violation> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn past_day(fields: &mut Fields, name: &str) -> Result<Option<Option<Date>>, Reported> {
    let day = fields.nullable(name, Day)?;
    let today = fields.now().to_zoned(TimeZone::UTC).date();
    match day {
        Some(Some(day)) if day >= today => {
            Err(fields.report(name, Violation::invalid("Ensure this date is in the past.")))
        }
        day => Ok(day),
    }
}

fn email(text: &str) -> Result<String, Violation> {
    let options =
        Options::default().with_required_tld().without_display_text().without_domain_literal();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Violation::invalid("Enter a valid email address.")),
    }
}

fn https_url(text: &str) -> Result<String, Violation> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(text.to_owned()),
        _ => Err(Violation::invalid("Enter a valid URL.")),
    }
}

fn language(text: &str) -> Result<String, Violation> {
    match LanguageTag::parse(text) {
        Ok(tag) => Ok(tag.to_string()),
        Err(_) => Err(Violation::invalid("Enter a valid language tag.")),
    }
}
