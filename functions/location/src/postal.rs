//! What an address is held to beside its fields: the postal code to the rule of its country.

use regex_lite::Regex;
use shared::http::request::Violation;

use crate::countries::Country;

/// A postal code as its country's post writes it. Not needed where the post has none; then whatever
/// is given is taken.
pub fn postal_code(code: &str, country: &Country) -> Result<String, Violation> {
    let code = plain(code);
    if !country.has_postal_codes {
        return Ok(code);
    }
    if code.is_empty() {
        return Err(Violation::new("required", "This field is required."));
    }
    if country.postal_format.is_empty() || matches(country.postal_format, &code) {
        return Ok(code);
    }
    Err(Violation::invalid(format!("Enter a valid postal code of {}.", country.code)))
}

/// In capitals, with the digits of ASCII.
fn plain(code: &str) -> String {
    ascii_digits(code).to_uppercase()
}

/// Arabic and full-width digits as those of ASCII.
fn ascii_digits(text: &str) -> String {
    let digit = |sign: char| match sign {
        '٠'..='٩' => char::from_u32(u32::from(sign) - 0x660 + 0x30),
        '۰'..='۹' => char::from_u32(u32::from(sign) - 0x6f0 + 0x30),
        '０'..='９' => char::from_u32(u32::from(sign) - 0xff10 + 0x30),
        _ => None,
    };
    text.chars().map(|sign| digit(sign).unwrap_or(sign)).collect()
}

/// Whether the whole code is of a format, which a test has found to be a regular expression.
fn matches(format: &str, code: &str) -> bool {
    Regex::new(&format!("^(?:{format})$")).is_ok_and(|format| format.is_match(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::countries::{all, country};

    fn told(code: &str, of: &str) -> Result<String, &'static str> {
        postal_code(code, country(of).unwrap()).map_err(|violation| violation.code)
    }

    #[test]
    fn every_format_is_a_regular_expression() {
        for country in all() {
            assert!(
                country.postal_format.is_empty() || Regex::new(country.postal_format).is_ok(),
                "{country:?}"
            );
        }
    }

    #[test]
    fn each_country_has_its_own_rule() {
        for (country, right, wrong) in [
            ("SA", "12271", "1227"),
            ("US", "94103", "9410"),
            ("US", "94103-1234", "94103-12345"),
            ("GB", "SW1A 1AA", "SW1A1"),
            ("CA", "K1A 0B1", "K1A 0B"),
            ("IN", "110001", "11000"),
            ("CN", "100000", "1000"),
            ("NL", "1012 AB", "1012"),
            ("JP", "100-0001", "100-000"),
            ("BR", "01310-100", "01310"),
        ] {
            assert_eq!(told(right, country), Ok(right.to_owned()), "{country}");
            assert_eq!(told(wrong, country), Err("invalid"), "{country}");
            assert_eq!(told("", country), Err("required"), "{country}");
        }
        for country in ["AE", "QA", "HK", "PA"] {
            assert_eq!(told("", country), Ok(String::new()), "{country} has no postal codes");
            assert_eq!(told("00000", country), Ok("00000".to_owned()), "{country}");
        }
    }

    #[test]
    fn capitals_and_digits_of_other_scripts_are_seen_through() {
        assert_eq!(told("sw1a 1aa", "GB"), Ok("SW1A 1AA".to_owned()));
        assert_eq!(told("١٢٢٧١", "SA"), Ok("12271".to_owned()));
        assert_eq!(told("۱۱۳۶۵-۱۳۱۳۱", "IR"), Ok("11365-13131".to_owned()));
    }
}
