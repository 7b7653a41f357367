//! Texts.

use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};

use super::Rule;
use crate::http::{
    body::json::SURROGATE_MARK,
    request::{
        context::Context,
        fields::Violation,
        schema::{self, References},
    },
};

/// A trimmed text of `LEAST` to `MOST` characters. It may be blank only where `LEAST` is 0. A
/// number is taken for a text.
pub struct Text<const LEAST: usize = 1, const MOST: usize = { usize::MAX }>;

/// A text that has to be of some form.
pub trait ParsedText {
    /// Its length.
    type Text: Rule<Value = String>;
    /// What it gives.
    type Value;
    /// Its format in the document.
    const FORMAT: Option<&'static str> = None;
    /// The regular expression of its characters in the document.
    const PATTERN: Option<&'static str> = None;

    /// Reads the text.
    fn parse(text: &str, context: &Context) -> Result<Self::Value, Violation>;
}

/// A trimmed text of `LEAST` to `MOST` visible ASCII characters, so of as many bytes.
pub struct VisibleAscii<const LEAST: usize, const MOST: usize>;

impl<const LEAST: usize, const MOST: usize> Rule for Text<LEAST, MOST> {
    type Value = String;
    const IS_TEXT: bool = true;
    const MAY_BE_BLANK: bool = LEAST == 0;

    fn read(value: &Value, _: &Context) -> Result<String, Violation> {
        read_text(value, LEAST, MOST)
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(LEAST, MOST, None)
    }
}

impl<T: ParsedText> Rule for T {
    type Value = T::Value;
    const IS_TEXT: bool = true;
    const MAY_BE_BLANK: bool = T::Text::MAY_BE_BLANK;

    fn read(value: &Value, context: &Context) -> Result<T::Value, Violation> {
        T::parse(&T::Text::read(value, context)?, context)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        schema::with_form(T::Text::schema(references), T::FORMAT, T::PATTERN)
    }
}

impl<const LEAST: usize, const MOST: usize> ParsedText for VisibleAscii<LEAST, MOST> {
    type Text = Text<LEAST, MOST>;
    type Value = String;
    const PATTERN: Option<&'static str> = Some("^[!-~]*$");

    fn parse(text: &str, _: &Context) -> Result<String, Violation> {
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(text.to_owned())
        } else {
            Err(Violation::invalid("Enter visible ASCII characters only."))
        }
    }
}

fn read_text(value: &Value, least: usize, most: usize) -> Result<String, Violation> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(Violation::invalid("Not a valid string.")),
    };
    if text.is_empty() && least > 0 {
        return Err(Violation::new("blank", "This field may not be blank."));
    }
    if text.contains('\0') {
        let detail = "Null characters are not allowed.";
        return Err(Violation::new("null_characters_not_allowed", detail));
    }
    if let Some((_, after)) = text.split_once(SURROGATE_MARK) {
        let digits: String = after.chars().take(4).collect();
        let detail = format!("Surrogate characters are not allowed: U+{digits}.");
        return Err(Violation::new("surrogate_characters_not_allowed", detail));
    }
    let length = text.chars().count();
    if length > most {
        let detail = format!("Ensure this field has no more than {most} characters.");
        return Err(Violation::new("max_length", detail));
    }
    if length < least {
        let detail = format!("Ensure this field has at least {least} characters.");
        return Err(Violation::new("min_length", detail));
    }
    Ok(text)
}
