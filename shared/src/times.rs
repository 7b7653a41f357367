//! Times as answers write them, RFC 3339 in UTC with milliseconds, for `serde`'s `serialize_with`;
//! and times that clients send, in the years 1 to 9999.
//!
//! A [`Timestamp`] ends a day before the year 9999 does, so times of clients are dates with a time
//! of day in UTC.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time, date},
};
use serde::{Deserialize, Deserializer, Serializer, de::Error};

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

/// A time of a client, or null.
#[expect(clippy::ref_option, reason = "serde hands a field over like this")]
pub fn perhaps_utc_in_millis<S: Serializer>(
    time: &Option<DateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(&format_args!("{time:.3}Z")),
        None => serializer.serialize_none(),
    }
}

/// Reads what [`perhaps_utc_in_millis`] wrote.
pub fn perhaps_utc<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let time = |text: String| read(&text).ok_or_else(|| D::Error::custom("not a time"));
    text.map(time).transpose()
}

/// A time of ISO 8601 in the calendar form: a day, perhaps with a time of day, whose seconds and
/// offset may be left out. Without an offset it is in UTC.
pub fn read(text: &str) -> Option<DateTime> {
    let (day, rest) = text.split_at_checked(10)?;
    let is_calendar = day.as_bytes()[4] == b'-' && day.as_bytes()[7] == b'-';
    let day: Date = day.parse().ok().filter(|_| is_calendar)?;
    if rest.is_empty() {
        return in_utc(day, SignedDuration::ZERO, SignedDuration::ZERO);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
    let offset =
        if matches!(offset, "" | "Z" | "z") { SignedDuration::ZERO } else { read_offset(offset)? };
    in_utc(day, read_clock(clock)?, offset)
}

/// So many milliseconds after the beginning of 1970.
pub fn of_millis(millis: i64) -> Option<DateTime> {
    in_utc(date(1970, 1, 1), SignedDuration::from_millis(millis), SignedDuration::ZERO)
}

/// A day and a time of day at an offset, in UTC, if it is in the years 1 to 9999.
pub fn in_utc(day: Date, clock: SignedDuration, offset: SignedDuration) -> Option<DateTime> {
    let time = day.to_datetime(Time::midnight()).checked_add(clock.checked_sub(offset)?);
    time.ok().filter(|time| (1..=9999).contains(&time.year()))
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, where a leap second counts as the next one and `24:00`
/// as the next midnight.
pub fn read_clock(text: &str) -> Option<SignedDuration> {
    let mut parts = text.splitn(3, ':');
    let (hours, minutes) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (seconds, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
            (two_digits(seconds)?, read_fraction(fraction)?)
        }
    };
    let seconds = hours * 3_600 + minutes * 60 + seconds;
    let is_time = minutes < 60 && seconds <= 24 * 3_600 && fraction < 1_000;
    is_time.then(|| SignedDuration::from_millis(seconds * 1_000 + fraction))
}

/// `+HH`, `+HHMM` or `+HH:MM`, with either sign.
pub fn read_offset(text: &str) -> Option<SignedDuration> {
    let (sign, digits) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if minutes.is_empty() && digits.len() == 2 { 0 } else { two_digits(minutes)? };
    let hours = two_digits(hours)?;
    (hours < 24 && minutes < 60).then(|| SignedDuration::from_mins(sign * (hours * 60 + minutes)))
}

fn two_digits(text: &str) -> Option<i64> {
    let are_digits = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| are_digits)
}

/// The milliseconds of the digits behind a point.
fn read_fraction(digits: &str) -> Option<i64> {
    let are_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let millis: String = digits.chars().chain("00".chars()).take(3).collect();
    millis.parse().ok().filter(|_| are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_utc() {
        for (text, time) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05"),
            ("2026-01-02T03:04:05", "2026-01-02T03:04:05"),
            ("2026-01-02t03:04:05z", "2026-01-02T03:04:05"),
            ("2026-01-02 03:04:05", "2026-01-02T03:04:05"),
            ("2026-01-02", "2026-01-02T00:00:00"),
            ("2026-01-02T03:04", "2026-01-02T03:04:00"),
            ("2026-01-02T03:04Z", "2026-01-02T03:04:00"),
            ("2026-01-02T03:04:05.678901234567Z", "2026-01-02T03:04:05.678"),
            ("2026-01-02T03:04:05.6+01", "2026-01-02T02:04:05.6"),
            ("2026-01-02T03:04:05+0530", "2026-01-01T21:34:05"),
            ("2026-01-02T03:04:05-05:30", "2026-01-02T08:34:05"),
            ("2026-01-02T03:04:05.000+0000", "2026-01-02T03:04:05"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
            ("2026-01-02T24:00:00", "2026-01-03T00:00:00"),
            ("2024-02-29", "2024-02-29T00:00:00"),
            ("0001-01-01", "0001-01-01T00:00:00"),
            ("0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
            ("9999-12-31T23:59:59.999+00:01", "9999-12-31T23:58:59.999"),
        ] {
            assert_eq!(read(text), time.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "2026",
            "2026-1-2",
            "2026-13-01",
            "2026-02-29",
            "2026-01-02T",
            "20260102",
            "2026-01-02T3:04:05",
            "2026-01-02T25:00:00",
            "2026-01-02T24:00:01",
            "2026-01-02T03:60",
            "2026-01-02T03:04:05.",
            "2026-01-02T03:04:05 Z",
            "2026-01-02T03:04:05+1",
            "2026-01-02T03:04:05+25:00",
            "2026-01-02T03:04:05+0:00",
            "2026-01-02T03:04:05+00:60",
            "2026-01-02X03:04:05",
            "0000-12-31",
            "0001-01-01T00:00:00+01:00",
            "-001-01-01",
            "9999-12-31T23:59:59-00:01",
            "9999-12-31T24:00:00",
            "10000-01-01",
            "2026-01-0é",
            "2026-01-02T０３:04",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_count_from_1970() {
        for (millis, time) in [
            (0, Some("1970-01-01T00:00:00")),
            (1_767_323_045_000, Some("2026-01-02T03:04:05")),
            (-1, Some("1969-12-31T23:59:59.999")),
            (253_402_300_799_999, Some("9999-12-31T23:59:59.999")),
            (253_402_300_800_000, None),
            (-62_135_596_800_000, Some("0001-01-01T00:00:00")),
            (-62_135_596_800_001, None),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            assert_eq!(of_millis(millis), time.and_then(|time| time.parse().ok()), "{millis}");
        }
    }
}
