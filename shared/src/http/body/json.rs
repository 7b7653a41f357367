//! JSON, with what a [`Value`] cannot hold: the literal of a number, which counts where a text is
//! wanted, and a lone surrogate, which is an error of the field that has it.
//!
//! Both are written into the texts of the value behind marks. Whoever reads a value takes it
//! through `plain` or `as_text`, which know the first mark; [`Text`] reports the second.
//!
//! [`Text`]: crate::http::request::Text

use serde::de::IgnoredAny;
use serde_json::{Number, Value};

/// Begins the stand-in for a lone surrogate, followed by its four hexadecimal digits. A
/// noncharacter, so that no text that was meant to be read holds it.
pub(crate) const SURROGATE_MARK: char = '\u{fdd0}';

/// Begins the literal of a number that a [`Value`] would write differently. A text may not hold
/// NUL, so that no text that was meant to be read begins with it.
const NUMBER_MARK: &str = "\0\u{fdd1}";

/// Parses JSON. Numbers that a [`Value`] would change are texts with a mark.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let parsed = serde_json::from_str(text);
    match marked(text, false) {
        Some(marked) => serde_json::from_str(&marked).or(parsed),
        None => parsed,
    }
}

/// The same, with a mark in the place of each lone surrogate, which JSON can write and Unicode text
/// cannot hold.
pub(crate) fn parse_with_surrogates(text: &str) -> Result<Value, serde_json::Error> {
    parse(text).or_else(|error| {
        marked(text, true).and_then(|marked| serde_json::from_str(&marked).ok()).ok_or(error)
    })
}

/// The literal of a number that stands in a text.
pub fn literal(text: &str) -> Option<&str> {
    let literal = text.strip_prefix(NUMBER_MARK)?;
    is_number(literal).then_some(literal)
}

/// A value with its numbers as numbers. One beyond the range of any number is a text.
pub fn plain(value: Value) -> Value {
    match value {
        Value::String(text) => match literal(&text) {
            Some(literal) => {
                let number = serde_json::from_str::<Number>(literal);
                number.map_or_else(|_| literal.into(), Value::Number)
            }
            None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, plain(member))).collect()
        }
        other => other,
    }
}

/// A value in the place of a text: a number as the text of its literal.
pub(crate) fn as_text(value: Value) -> Value {
    match &value {
        Value::String(text) => literal(text).map_or_else(|| value.clone(), Value::from),
        _ => plain(value),
    }
}

/// The text with marks, if there is anything to mark.
fn marked(text: &str, surrogates: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut marked, mut copied, mut at, mut quoted) = (String::new(), 0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let (taken, mark) = match byte {
            b'"' => {
                quoted = !quoted;
                (1, None)
            }
            b'\\' if quoted => escape(&text[at..], surrogates),
            b'-' | b'0'..=b'9' if !quoted => number(&text[at..]),
            _ => (1, None),
        };
        if let Some(mark) = mark {
            marked.push_str(&text[copied..at]);
            marked.push_str(&mark);
            copied = at + taken;
        }
        at += taken;
    }
    (copied > 0).then(|| marked + &text[copied..])
}

/// The length of an escape, and the mark in the place of a lone surrogate.
fn escape(text: &str, surrogates: bool) -> (usize, Option<String>) {
    match (surrogate(text), text.get(6..).and_then(surrogate)) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
        (Some(lone), _) if surrogates => (6, Some(format!("{SURROGATE_MARK}{lone:04X}"))),
        // The two characters stay together, so that an escaped backslash begins nothing.
        _ => (2, None),
    }
}

/// The surrogate that `text` begins with in the form `\uD83D`.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..=0xDFFF).contains(unit))
}

/// The length of a number, and the text in the place of one that a [`Value`] would change.
fn number(text: &str) -> (usize, Option<String>) {
    let is_part =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let length = text.bytes().take_while(|byte| is_part(*byte)).count();
    let literal = &text[..length];
    let is_kept =
        serde_json::from_str::<Number>(literal).is_ok_and(|number| number.to_string() == literal);
    let is_name = text[length..].trim_start().starts_with(':');
    let mark = || format!("\"\\u0000\\ufdd1{literal}\"");
    (length, (!is_kept && !is_name && is_number(literal)).then(mark))
}

/// Whether a text is a number of JSON, of any size.
fn is_number(text: &str) -> bool {
    let of_digits = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    of_digits && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_lone_surrogates_are_marked() {
        let text = r#"{"a":"\ud83d\ude00 \ud800 \\ud800 \n"}"#;
        let expected = "{\"a\":\"\\ud83d\\ude00 \u{fdd0}D800 \\\\ud800 \\n\"}";
        assert_eq!(marked(text, true).as_deref(), Some(expected));
        assert_eq!(marked(text, false), None);
        assert!(parse(text).is_err());
    }

    #[test]
    fn a_number_is_read_by_its_literal_where_a_text_is_wanted() {
        for literal in [
            "0",
            "-1",
            "1.5",
            "1.10",
            "1e5",
            "1E+5",
            "-0",
            "0.0",
            "5.0",
            "18446744073709551616",
            "89014103211118510720",
            "-9223372036854775809",
            "1e999",
            "0.1000000000000000055511151",
            "123456789012345678901234567890.50",
        ] {
            let value = parse(&format!("{{\"a\": {literal}, \"b\": [{literal}]}}")).unwrap();
            assert_eq!(as_text(value["a"].clone()), number_or_text(literal), "{literal}");
            assert_eq!(as_text(value["b"][0].clone()), number_or_text(literal), "{literal}");
        }
    }

    /// What reads as the text `literal`: that text, or a number that is written so.
    fn number_or_text(literal: &str) -> Value {
        let number = serde_json::from_str::<Number>(literal).ok();
        let kept = number.filter(|number| number.to_string() == literal);
        kept.map_or_else(|| literal.into(), Value::Number)
    }

    #[test]
    fn a_number_is_a_number_elsewhere() {
        let value = parse(r#"{"a": 1.10, "b": [1e2, -0.50], "c": {"d": 1e999}, "e": "1.10"}"#);
        assert_eq!(
            plain(value.unwrap()),
            json!({"a": 1.1, "b": [100.0, -0.5], "c": {"d": "1e999"}, "e": "1.10"})
        );
    }

    #[test]
    fn texts_with_digits_stay_as_they_are() {
        let text =
            r#"{"1.10": "1.10", "a": "say \"1.10\" \\", "b": "\u00001", "c": "\u0000\ufdd11 2"}"#;
        assert_eq!(marked(text, true), None);
        let value = parse(text).unwrap();
        assert_eq!(plain(value.clone()), value);
        assert_eq!(as_text(value["b"].clone()), json!("\u{0}1"));
    }

    #[test]
    fn what_is_no_json_is_refused_as_before() {
        for wrong in
            ["01", "1.", "-", "{\"a\": 1.10", "[1.10,]", "1.10.2", "{1.10: 2}", "+1", "NaN"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
            let expected = serde_json::from_str::<Value>(wrong).unwrap_err().to_string();
            assert_eq!(parse(wrong).unwrap_err().to_string(), expected);
        }
    }
}
