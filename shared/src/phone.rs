//! Phone numbers in E.164 form (ITU-T E.164), and the country each belongs to.
//!
//! The numbering plans are libphonenumber's, wrapped here alone.

mod plans;

use std::fmt;

use rlibphonenumber::{PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};

use self::plans::Number;
use crate::characters::{ascii_digit, is_blank, is_dash, is_dot, is_invisible};

/// A valid phone number, such as `+14155550123`. `Debug` shows its last two digits only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// No number of any numbering plan, or national without a country.
    Invalid,
    /// The country is no ISO 3166-1 alpha-2 code.
    Country,
}

impl Phone {
    /// Reads a number in E.164 form or, with `country` (ISO 3166-1 alpha-2), in that country's
    /// national form.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, PhoneError> {
        let number = number(text, country)?;
        if number.is_valid() { Ok(Self::of(&number)) } else { Err(PhoneError::Invalid) }
    }

    /// The same for a number that no plan need have assigned.
    pub fn parse_unassigned(text: &str, country: Option<&str>) -> Result<Self, PhoneError> {
        let refused = match number(text, country) {
            Ok(number) => return Ok(Self::of(&number)),
            Err(refused) => refused,
        };
        // The dial code is of no country.
        let has_length = |dialled: &String| (5..=15).contains(&(dialled.len() - 1));
        let dialled = dialled(text).filter(|dialled| dialled.starts_with('+'));
        dialled.filter(has_length).map(Self).ok_or(refused)
    }

    fn of(Number { number, library }: &Number) -> Self {
        Self(library.format(number, PhoneNumberFormat::E164).into_owned())
    }

    /// Whether it is a number of a numbering plan.
    pub fn is_valid(&self) -> bool {
        plans::parse(&self.0, None).is_some_and(|number| number.is_valid())
    }

    /// A number that is in E.164 form already, valid or not.
    pub fn of_the_operator(e164: &str) -> Self {
        Self(e164.to_owned())
    }

    /// The country (ISO 3166-1 alpha-2) whose plan the number is of; none for numbers of no
    /// country.
    pub fn country(&self) -> Option<String> {
        let Number { number, library } = plans::parse(&self.0, None)?;
        Some(library.get_region_for_number(&number)?.as_region_str().to_string())
    }

    /// Whether it is a mobile number, or of a plan that does not tell mobile numbers from others.
    pub fn may_be_mobile(&self) -> bool {
        plans::parse(&self.0, None).is_some_and(|Number { number, library }| {
            matches!(
                library.get_number_type(&number),
                PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
            )
        })
    }

    /// The E.164 form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a code is that of a country with phones (ISO 3166-1 alpha-2).
pub fn is_country(code: &str) -> bool {
    // `ZZ` is the library's name for none.
    code != "ZZ" && Region::from_code(code).is_ok()
}

/// What is dialled: the digits of ASCII, after a `+` in the international form. None where the text
/// has anything but digits and what people write between them, such as letters or an extension.
///
/// Marks of direction come with numbers that are copied from an address book, digits of other
/// scripts and full-width forms from the keyboard. `+00` and `00` stand for `+` where no country
/// says what else `00` could be.
pub fn dialled(text: &str) -> Option<String> {
    let text = text.trim_start_matches(|sign| is_blank(sign) || is_invisible(sign));
    let number = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let mut dialled = String::new();
    for sign in number.chars() {
        match sign {
            '+' | '\u{207a}' | '\u{fe62}' | '\u{ff0b}' if dialled.is_empty() => dialled.push('+'),
            '+' | '\u{207a}' | '\u{fe62}' | '\u{ff0b}' if dialled == "+" => {}
            sign if is_separator(sign) => {}
            sign => dialled.push(ascii_digit(sign)?),
        }
    }
    if let Some(number) = dialled.strip_prefix("+00") {
        dialled = format!("+{number}");
    }
    (dialled.len() > 1).then_some(dialled)
}

/// Whether a character stands between digits and means nothing.
fn is_separator(sign: char) -> bool {
    is_invisible(sign)
        || is_blank(sign)
        || is_dash(sign)
        || is_dot(sign)
        || matches!(sign, '(' | ')' | '[' | ']' | '/')
        || matches!(sign, '\u{fe59}' | '\u{fe5a}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0f}')
        || matches!(sign, '\u{ff3b}' | '\u{ff3d}')
}

fn number(text: &str, country: Option<&str>) -> Result<Number, PhoneError> {
    let region = country.map(Region::from_code).transpose().map_err(|_| PhoneError::Country)?;
    let dialled = dialled(text).ok_or(PhoneError::Invalid)?;
    let number = plans::parse(&dialled, region);
    if !number.as_ref().is_some_and(Number::is_valid)
        && let Some(international) = dialled.strip_prefix("00")
        && let Some(number) = plans::parse(&format!("+{international}"), region)
    {
        return Ok(number);
    }
    number.ok_or(PhoneError::Invalid)
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.len().saturating_sub(2);
        write!(f, "Phone(…{})", self.0.get(shown..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(text: &str, country: Option<&str>) -> Result<String, PhoneError> {
        Phone::parse(text, country).map(|phone| phone.as_str().to_owned())
    }

    #[test]
    fn national_and_international_forms_and_arabic_digits_give_one_number() {
        assert_eq!(e164("+1 (415) 555-0123", None), Ok("+14155550123".into()));
        assert_eq!(e164("415 555 0123", Some("us")), Ok("+14155550123".into()));
        assert_eq!(e164("٠٥٠١٢٣٤٥٦٧", Some("SA")), Ok("+966501234567".into()));
    }

    #[test]
    fn what_is_no_number_of_any_plan_is_refused() {
        assert_eq!(e164("4155550123", None), Err(PhoneError::Invalid));
        assert_eq!(e164("+1 999", None), Err(PhoneError::Invalid));
        assert_eq!(e164("+14155550123", Some("U1")), Err(PhoneError::Country));
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for (text, country) in [
            ("\u{202a}+1\u{2011}415\u{2011}555\u{2011}0123\u{202c}", None),
            ("\u{200e}+1\u{a0}(415)\u{2009}555\u{2013}0123\u{200f}", None),
            ("\u{2068}+1 415 555 0123\u{2069}", None),
            ("\u{feff}+1415\u{200b}5550123\u{200d}", None),
            ("＋１（４１５）５５５－０１２３", None),
            ("+١٤١٥٥٥٥٠١٢٣", None),
            ("+१४१५५५५०१२३", None),
            ("+𝟏𝟒𝟏𝟓𝟓𝟓𝟓𝟎𝟏𝟐𝟑", None),
            ("+1.415.555.0123", None),
            ("+1/415/555/0123", None),
            ("+1 [415] 555·0123", None),
            ("(+1) 415-555-0123", None),
            ("tel:+1-415-555-0123", None),
            (" TEL:+14155550123", None),
            ("++14155550123", None),
            ("+0014155550123", None),
            ("0014155550123", None),
            ("001 415 555 0123", Some("SA")),
            ("011 1 415 555 0123", Some("US")),
            ("0014155550123", Some("US")),
            ("1 415 555 0123", Some("US")),
            ("(415)\u{2007}555\u{2212}0123", Some("US")),
            ("1-415-555-0123", Some("CA")),
        ] {
            assert_eq!(e164(text, country), Ok("+14155550123".into()), "{text:?} {country:?}");
        }
        for text in ["+966 0501234562", "+966 (0) 50 123 4562", "00966501234562", "966501234562"] {
            assert_eq!(e164(text, Some("SA")), Ok("+966501234562".into()), "{text}");
        }
        assert_eq!(e164("+44 (0)7400 123456", None), Ok("+447400123456".into()));
        assert_eq!(e164("+39 06 6982 0123", None), Ok("+390669820123".into()));
    }

    #[test]
    fn letters_extensions_pauses_and_second_numbers_are_refused() {
        for text in [
            "+1 202 555 0123 ext. 9",
            "+1 202 555 0123 x9",
            "+1 202 555 0123x9",
            "+12025550123;ext=9",
            "tel:+12025550123;ext=9",
            "tel:5550123;phone-context=+1202",
            "+12025550123;isub=1",
            "+12025550123,9",
            "+12025550123,,9",
            "+12025550123;9",
            "+12025550123p9",
            "+12025550123w9",
            "+12025550123#9",
            "+12025550123 ~9",
            "+12025550123 - 503#",
            "+12025550123 доб. 9",
            "+12025550123 int 9",
            "+12025550123 anexo 9",
            "1-800-CATS",
            "1-800-FLOWERS",
            "+1 800 FLOWERS",
            "+1 202 555 O123",
            "call +12025550123",
            "+12025550123 (home)",
            "+1 202 555 0123 / +1 202 555 0124",
            "+1 202 555 0123 or 4",
            "*67 202 555 0123",
            "sip:+12025550123",
            "mailto:+12025550123",
            "+①②⓪②⑤⑤⑤⓪①②③",
            "二〇二五五五〇一二三",
            "+1+2025550123",
            "12025550123+",
            "\0",
            "+",
            "",
            " ",
            "\u{200e}",
        ] {
            for country in [None, Some("US")] {
                assert_eq!(e164(text, country), Err(PhoneError::Invalid), "{text:?}");
            }
        }
    }

    #[test]
    fn unassigned_numbers_have_one_form_however_they_are_written() {
        let read = |text, country| Phone::parse_unassigned(text, country).map(|phone| phone.0);
        for (text, country) in [
            ("+15550100", None),
            ("+1 555-0100", None),
            ("＋١ (555) 0100", None),
            ("0015550100", None),
            ("555-0100", Some("US")),
        ] {
            assert_eq!(read(text, country), Ok("+15550100".into()), "{text}");
        }
        assert_eq!(read("+999 123 456", None), Ok("+999123456".into()));
        assert_eq!(read("15550100", None), Err(PhoneError::Invalid));
        assert_eq!(read("+999", None), Err(PhoneError::Invalid));
        assert_eq!(read("5550100", Some("1A")), Err(PhoneError::Country));
    }

    #[test]
    fn premium_shared_cost_fixed_pager_and_toll_free_numbers_are_not_mobile() {
        let mobile = |text: &str| Phone::parse(text, None).expect(text).may_be_mobile();
        for text in ["+14155550123", "+447400123456", "+966501234567", "+8613812345678"] {
            assert!(mobile(text), "{text}");
        }
        for text in [
            "+19002345678",
            "+18002345678",
            "+449012345678",
            "+448001234567",
            "+448431234567",
            "+442079460123",
            "+447640123456",
            "+445612345678",
            "+447012345678",
        ] {
            assert!(!mobile(text), "{text}");
        }
    }

    #[test]
    fn numbers_that_share_a_dial_code_belong_to_their_own_country() {
        let country = |text| Phone::parse(text, None).unwrap().country();
        assert_eq!(country("+14155550123").as_deref(), Some("US"));
        assert_eq!(country("+16135550123").as_deref(), Some("CA"));
    }
}
