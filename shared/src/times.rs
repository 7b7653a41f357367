//! Times as answers write them: RFC 3339 in UTC with milliseconds. For `serde`'s `serialize_with`.

use jiff::Timestamp;
use serde::Serializer;

/// A time.
pub fn in_millis<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.3}"))
}

/// A time, or null.
#[expect(clippy::ref_option, reason = "serde hands a field over like this")]
pub fn perhaps_in_millis<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => in_millis(time, serializer),
        None => serializer.serialize_none(),
    }
}
