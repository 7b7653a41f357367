//! The phone of an address: read as log-ins read phones, with the country of the address for one in
//! national form.

use shared::{
    http::request::{Context, Fields, ParsedText, Text, Violation, phone::not_a_phone},
    phone::{Phone, dialled},
};

/// A phone to call at the door: in E.164 form or, where it was written in national form, its
/// digits, which [`with_dial_code`] completes.
pub struct DoorPhone;

impl ParsedText for DoorPhone {
    type Text = Text<0, 50>;
    type Value = String;

    fn parse(text: &str, context: &Context) -> Result<String, Violation> {
        if text.is_empty() {
            return Ok(String::new());
        }
        if let Ok(phone) = context.phone(text, None) {
            return Ok(phone.as_str().to_owned());
        }
        dialled(text).filter(|dialled| is_national(dialled)).ok_or_else(not_a_phone)
    }
}

/// Reports a phone that is none of its country.
pub(crate) fn check_phone(phone: &str, country: &str, fields: &mut Fields) {
    if let Err(violation) = with_dial_code(phone.to_owned(), country) {
        fields.report("phone", violation);
    }
}

/// What [`DoorPhone`] read, in E.164 form.
pub(crate) fn with_dial_code(phone: String, country: &str) -> Result<String, Violation> {
    if phone.is_empty() || !is_national(&phone) {
        return Ok(phone);
    }
    let phone = Phone::parse(&phone, Some(country)).map_err(|_| not_a_phone())?;
    Ok(phone.as_str().to_owned())
}

fn is_national(dialled: &str) -> bool {
    !dialled.starts_with('+')
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn stored(text: &str, country: &str) -> Result<String, &'static str> {
        let context = Context::at(Timestamp::UNIX_EPOCH);
        let read = DoorPhone::parse(text, &context);
        read.and_then(|phone| with_dial_code(phone, country)).map_err(|violation| violation.code)
    }

    #[test]
    fn a_phone_is_stored_in_one_form_however_it_is_written() {
        for (written, country, kept) in [
            ("\u{202a}+966\u{2011}50\u{2011}123\u{2011}4562\u{202c}", "SA", "+966501234562"),
            ("+966 0501234562", "SA", "+966501234562"),
            ("+966 0501234562", "DE", "+966501234562"),
            ("050 123 4562", "SA", "+966501234562"),
            ("٠٥٠ ١٢٣ ٤٥٦٢", "SA", "+966501234562"),
            ("００９６６５０１２３４５６２", "SA", "+966501234562"),
            ("00966501234562", "US", "+966501234562"),
            ("(415) 555-0123", "US", "+14155550123"),
            ("+1 (415) 555-0123", "SA", "+14155550123"),
            ("+14155550123", "AQ", "+14155550123"),
            ("020 7946 0123", "GB", "+442079460123"),
            ("030 1234567", "DE", "+49301234567"),
            ("06 6982 0123", "IT", "+390669820123"),
            ("", "SA", ""),
        ] {
            assert_eq!(stored(written, country), Ok(kept.to_owned()), "{written:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (wrong, country) in [
            ("12", "SA"),
            ("+12", "SA"),
            ("+0501234567", "SA"),
            ("call me", "SA"),
            ("050-123-4567 ext. 7", "SA"),
            ("+966 50 123 4567;ext=7", "SA"),
            ("050 123 4567,7", "SA"),
            ("1-800-FLOWERS", "US"),
            ("1-800-CATS", "US"),
            ("+", "SA"),
            ("050 123 4567", "US"),
            ("050 123 4567", "AQ"),
            ("1234567890123456", "SA"),
            ("\u{200b}", "SA"),
        ] {
            assert_eq!(stored(wrong, country), Err("invalid"), "{wrong}");
        }
    }
}
