//! How values are read: REST Framework's fields.

use jiff::civil::Date;
use serde_json::Value;

use crate::http::fields::{Rule, Violation};

/// Begins the stand-in for a lone surrogate of a JSON body, followed by its four hexadecimal
/// digits. A noncharacter, so that no text that was meant to be read holds it; see `body`.
pub(crate) const SURROGATE_MARK: char = '\u{fdd0}';

/// A text: trimmed, not blank unless allowed, of a length in characters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Text {
    least: usize,
    most: Option<usize>,
    blank: bool,
}

/// A text that a function reads further.
pub struct ParsedText<F>(Text, F);

/// One of a list of texts.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a>(pub &'a [&'a str]);

/// A truth value in REST Framework's spellings.
#[derive(Debug, Clone, Copy)]
pub struct Boolean;

/// A whole number between two others, these included.
#[derive(Debug, Clone, Copy)]
pub struct Integer(pub i64, pub i64);

/// A number between two others, these included. Infinities and what is no number are none.
#[derive(Debug, Clone, Copy)]
pub struct Decimal(pub f64, pub f64);

/// A day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy)]
pub struct Day;

/// A text that must not be blank.
pub fn text() -> Text {
    Text::default()
}

impl Text {
    /// At most so many characters.
    pub fn at_most(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }

    /// At least so many characters.
    pub fn at_least(self, least: usize) -> Self {
        Self { least, ..self }
    }

    /// May be empty.
    pub fn or_blank(self) -> Self {
        Self { blank: true, ..self }
    }

    /// Read further by `parse`.
    pub fn then<T, F: Fn(&str) -> Result<T, Violation>>(self, parse: F) -> ParsedText<F> {
        ParsedText(self, parse)
    }
}

impl Rule for Text {
    type Value = String;

    fn read(&self, value: &Value) -> Result<String, Violation> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Violation::invalid("Not a valid string.")),
        };
        if text.is_empty() && !self.blank {
            return Err(Violation::new("blank", "This field may not be blank."));
        }
        if text.contains('\0') {
            return Err(Violation::new(
                "null_characters_not_allowed",
                "Null characters are not allowed.",
            ));
        }
        if let Some((_, after)) = text.split_once(SURROGATE_MARK) {
            let digits: String = after.chars().take(4).collect();
            let detail = format!("Surrogate characters are not allowed: U+{digits}.");
            return Err(Violation::new("surrogate_characters_not_allowed", detail));
        }
        let length = text.chars().count();
        if let Some(most) = self.most.filter(|most| length > *most) {
            return Err(Violation::new(
                "max_length",
                format!("Ensure this field has no more than {most} characters."),
            ));
        }
        if length < self.least && !text.is_empty() {
            return Err(Violation::new(
                "min_length",
                format!("Ensure this field has at least {} characters.", self.least),
            ));
        }
        Ok(text)
    }
}

impl<T, F: Fn(&str) -> Result<T, Violation>> Rule for ParsedText<F> {
    type Value = T;

    fn read(&self, value: &Value) -> Result<T, Violation> {
        (self.1)(&self.0.read(value)?)
    }
}

impl Rule for Choice<'_> {
    type Value = String;

    fn read(&self, value: &Value) -> Result<String, Violation> {
        let shown = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if self.0.contains(&shown.as_str()) {
            return Ok(shown);
        }
        Err(Violation::new("invalid_choice", format!("\"{shown}\" is not a valid choice.")))
    }
}

impl Rule for Boolean {
    type Value = bool;

    fn read(&self, value: &Value) -> Result<bool, Violation> {
        let spelled = match value {
            Value::Bool(truth) => return Ok(*truth),
            Value::String(text) => text.trim().to_lowercase(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        match spelled.as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" | "1.0" => Ok(true),
            "false" | "f" | "no" | "n" | "off" | "0" | "0.0" => Ok(false),
            _ => Err(Violation::invalid("Must be a valid boolean.")),
        }
    }
}

impl Rule for Integer {
    type Value = i64;

    fn read(&self, value: &Value) -> Result<i64, Violation> {
        let Self(least, most) = *self;
        let wrong = || Violation::invalid("A valid integer is required.");
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            _ => return Err(wrong()),
        };
        if text.chars().count() > LONGEST_NUMBER {
            return Err(Violation::new("max_string_length", "String value too large."));
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
        // As REST Framework, which takes 5.0 for 5.
        let (digits, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        // A number of JSON above 2^64 comes here as a floating one.
        let is_huge = value.is_f64() && value.as_f64().is_some_and(|n| n.abs() >= 1e15);
        if !is_huge && (!is_number || !fraction.bytes().all(|digit| digit == b'0')) {
            return Err(wrong());
        }
        let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        let number = if is_huge {
            beyond
        } else {
            format!("{}{digits}", sign_of(&text)).parse().unwrap_or(beyond)
        };
        if number < least {
            return Err(Violation::new(
                "min_value",
                format!("Ensure this value is greater than or equal to {least}."),
            ));
        }
        if number > most {
            return Err(Violation::new(
                "max_value",
                format!("Ensure this value is less than or equal to {most}."),
            ));
        }
        Ok(number)
    }
}

impl Rule for Decimal {
    type Value = f64;

    fn read(&self, value: &Value) -> Result<f64, Violation> {
        let Self(least, most) = *self;
        let wrong = || Violation::invalid("A valid number is required.");
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if text.len() > LONGEST_NUMBER => {
                return Err(Violation::new("max_string_length", "String value too large."));
            }
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite()).ok_or_else(wrong)?;
        if number < least {
            return Err(Violation::new(
                "min_value",
                format!("Ensure this value is greater than or equal to {least}."),
            ));
        }
        if number > most {
            return Err(Violation::new(
                "max_value",
                format!("Ensure this value is less than or equal to {most}."),
            ));
        }
        Ok(number)
    }
}

/// The most characters of a number in a text, as in REST Framework.
const LONGEST_NUMBER: usize = 1_000;

fn sign_of(number: &str) -> &str {
    if number.starts_with('-') { "-" } else { "" }
}

impl Rule for Day {
    type Value = Date;

    fn read(&self, value: &Value) -> Result<Date, Violation> {
        let wrong = || {
            Violation::invalid(
                "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            )
        };
        let text = value.as_str().ok_or_else(wrong)?.trim();
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_taken_for_a_text_and_other_types_are_not() {
        assert_eq!(text().read(&json!(14_155_550_123_u64)), Ok("14155550123".into()));
        for other in [json!(true), json!([]), json!({})] {
            assert_eq!(text().read(&other), Err(Violation::invalid("Not a valid string.")));
        }
    }

    #[test]
    fn texts_are_trimmed_before_they_are_measured() {
        assert_eq!(text().at_most(3).read(&json!("  abc \n")), Ok("abc".into()));
        assert_eq!(text().at_most(3).read(&json!("手机号码")).unwrap_err().code, "max_length");
        assert_eq!(text().read(&json!("   ")).unwrap_err().code, "blank");
        assert_eq!(text().read(&json!("a\0b")).unwrap_err().code, "null_characters_not_allowed");
    }

    #[test]
    fn whole_numbers_come_as_numbers_and_texts_and_within_their_bounds() {
        let amount = Integer(1, 9_007_199_254_740_991);
        for (sent, read) in [
            (json!(1), 1),
            (json!("12"), 12),
            (json!(" +7 "), 7),
            (json!(5.0), 5),
            (json!("5.00"), 5),
            (json!("007"), 7),
        ] {
            assert_eq!(amount.read(&sent), Ok(read), "{sent}");
        }
        for garbage in [
            json!(0.5),
            json!("1.5"),
            json!("1e3"),
            json!(""),
            json!("-"),
            json!("٣"),
            json!(true),
            json!([1]),
            json!("0x1"),
            json!(".0"),
        ] {
            assert_eq!(amount.read(&garbage).unwrap_err().code, "invalid", "{garbage}");
        }
        for low in [json!(0), json!(-1), json!("-99999999999999999999"), json!(-1e300)] {
            assert_eq!(amount.read(&low).unwrap_err().code, "min_value", "{low}");
        }
        for high in [
            json!(9_007_199_254_740_992_u64),
            json!(u64::MAX),
            json!("99999999999999999999"),
            json!(1e30),
        ] {
            assert_eq!(amount.read(&high).unwrap_err().code, "max_value", "{high}");
        }
        assert_eq!(amount.read(&json!("1".repeat(1_001))).unwrap_err().code, "max_string_length");
    }

    #[test]
    fn numbers_are_finite_and_within_their_bounds() {
        let latitude = Decimal(-90.0, 90.0);
        for (sent, read) in
            [(json!(1), 1.0), (json!(" -24.5 "), -24.5), (json!("9e1"), 90.0), (json!(-90), -90.0)]
        {
            assert_eq!(latitude.read(&sent), Ok(read), "{sent}");
        }
        for garbage in [
            json!("NaN"),
            json!("-inf"),
            json!("infinity"),
            json!("1e999"),
            json!(""),
            json!("1,5"),
            json!("٣"),
            json!(true),
        ] {
            assert_eq!(latitude.read(&garbage).unwrap_err().code, "invalid", "{garbage}");
        }
        assert_eq!(
            latitude.read(&json!(90.000_001)).unwrap_err().detail,
            "Ensure this value is less than or equal to 90."
        );
        assert_eq!(
            latitude.read(&json!("-91")).unwrap_err().detail,
            "Ensure this value is greater than or equal to -90."
        );
        assert_eq!(latitude.read(&json!("1".repeat(1_001))).unwrap_err().code, "max_string_length");
    }

    #[test]
    fn booleans_come_in_every_spelling() {
        for yes in [json!(true), json!("T"), json!("yes"), json!("ON"), json!(1)] {
            assert_eq!(Boolean.read(&yes), Ok(true));
        }
        for no in [json!(false), json!("F"), json!("No"), json!("off"), json!("0")] {
            assert_eq!(Boolean.read(&no), Ok(false));
        }
        assert!(Boolean.read(&json!("perhaps")).is_err());
    }
}
