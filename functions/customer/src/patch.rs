//! What a profile takes: which fields, of which form.

use email_address::{EmailAddress, Options};
use jiff::{civil::Date, tz::TimeZone};
use language_tags::LanguageTag;
use shared::{
    http::{
        fields::{Fields, FromFields, Reported, Violation},
        rules::{Boolean, Choice, Day, text},
    },
    model::customer::{CustomerPatch, Gender},
};
use url::Url;

/// Changes of a profile, read from a request.
#[derive(Debug)]
pub(crate) struct ProfilePatch(pub(crate) CustomerPatch);

impl FromFields for ProfilePatch {
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported> {
        let first_name = fields.optional("first_name", text().or_blank().at_most(150));
        let last_name = fields.optional("last_name", text().or_blank().at_most(150));
        let email = fields.nullable("email", text().or_blank().at_most(254).then(|text| or_taken_away(text, email)));
        let birth_date = past_day(fields, "birth_date");
        let gender = fields.nullable("gender", Choice(&Gender::CHOICES));
        let language = fields.nullable("language", text().at_most(35).then(language));
        let avatar_url =
            fields.nullable("avatar_url", text().or_blank().at_most(2048).then(|text| or_taken_away(text, https_url)));
        let marketing_opt_in = fields.optional("marketing_opt_in", Boolean);
        Ok(Self(CustomerPatch {
            first_name: first_name?,
            last_name: last_name?,
            email: email?.map(Option::flatten),
            birth_date: birth_date?,
            gender: gender?.map(|gender| gender.and_then(|gender| Gender::parse(&gender))),
            language: language?,
            avatar_url: avatar_url?.map(Option::flatten),
            marketing_opt_in: marketing_opt_in?,
        }))
    }
}

/// An empty text takes the value away, as null does.
fn or_taken_away(text: &str, read: fn(&str) -> Result<String, Violation>) -> Result<Option<String>, Violation> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn past_day(fields: &mut Fields, name: &str) -> Result<Option<Option<Date>>, Reported> {
    let day = fields.nullable(name, Day)?;
    let today = fields.now().to_zoned(TimeZone::UTC).date();
    match day {
        Some(Some(day)) if day >= today => Err(fields.report(name, Violation::invalid("Ensure this date is in the past."))),
        day => Ok(day),
    }
}

fn email(text: &str) -> Result<String, Violation> {
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
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
