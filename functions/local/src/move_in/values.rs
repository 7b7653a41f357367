//! Values of a dump, and what is wrong with them.

use jiff::{Timestamp, civil};
use serde_json::Value;
use shared::http::error::ErrorItem;

/// A primary key as text.
pub fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// A time as Django's JSON has it, to the millisecond: with an offset, or in UTC without one.
pub fn read_time(text: &str) -> Option<Timestamp> {
    let time = text.parse::<Timestamp>().ok().or_else(|| {
        let naive: civil::DateTime = text.parse().ok()?;
        Some(naive.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    Timestamp::from_millisecond(time.as_millisecond()).ok()
}

/// What is wrong with a row, without its values.
pub fn reasons(errors: &[ErrorItem]) -> String {
    let reason =
        |error: &ErrorItem| format!("{}: {}", error.attr.as_deref().unwrap_or("row"), error.code);
    errors.iter().map(reason).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_django_writes_them() {
        let expected = Some("2024-02-03T04:05:06.789Z".parse().unwrap());
        for text in [
            "2024-02-03T04:05:06.789Z",
            "2024-02-03T04:05:06.789123Z",
            "2024-02-03T04:05:06.789+00:00",
            "2024-02-03T07:05:06.789+03:00",
            "2024-02-03T04:05:06.789",
        ] {
            assert_eq!(read_time(text), expected, "{text}");
        }
        assert_eq!(read_time("yesterday"), None);
    }
}
