//! Parts of keys that several domains use.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The UTC day that `now` lies in.
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

pub(crate) fn last_digit(id: &impl ToString) -> char {
    id.to_string().chars().last().unwrap_or('0')
}
