//! How values are read: REST Framework's fields.

use jiff::civil::Date;
use serde_json::Value;

use super::fields::{Rule, Violation};

/// Begins the stand-in for a lone surrogate of a JSON body, followed by its four hexadecimal digits. A noncharacter, so that no text
/// that was meant to be read holds it; see `body`.
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
            return Err(Violation::new("null_characters_not_allowed", "Null characters are not allowed."));
        }
        if let Some((_, after)) = text.split_once(SURROGATE_MARK) {
            let digits: String = after.chars().take(4).collect();
            let detail = format!("Surrogate characters are not allowed: U+{digits}.");
            return Err(Violation::new("surrogate_characters_not_allowed", detail));
        }
        let length = text.chars().count();
        if let Some(most) = self.most.filter(|most| length > *most) {
            return Err(Violation::new("max_length", format!("Ensure this field has no more than {most} characters.")));
        }
        if length < self.least && !text.is_empty() {
            return Err(Violation::new("min_length", format!("Ensure this field has at least {} characters.", self.least)));
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

impl Rule for Day {
    type Value = Date;

    fn read(&self, value: &Value) -> Result<Date, Violation> {
        let wrong = || Violation::invalid("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
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
