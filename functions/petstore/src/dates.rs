//! Dates as the public server reads them, which has Jackson read them into `java.util.Date`:
//! ISO 8601 in the calendar form, with an offset or in UTC, RFC 1123, milliseconds since 1970.

use jiff::civil::{Date, DateTime};
use shared::times;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads the text of a date.
pub(crate) fn read(text: &str) -> Option<DateTime> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return times::of_millis(text.parse().ok()?);
    }
    times::read(text).or_else(|| rfc_1123(text))
}

/// `Fri, 02 Jan 2026 03:04:05 GMT`. The name of the day says nothing new and may be any.
fn rfc_1123(text: &str) -> Option<DateTime> {
    let text = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = text.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let (clock, zone) = (words.next()?, words.next()?);
    let month = month.to_ascii_lowercase();
    let month = MONTHS.iter().zip(1..).find(|(name, _)| month == **name)?.1;
    let are_digits = [day, year].iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let day = Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let is_whole = are_digits && words.next().is_none();
    let time = times::in_utc(day, times::read_clock(clock)?, offset(zone)?)?;
    is_whole.then_some(time)
}

/// The offset of a time zone: a number, or one of the names of RFC 822.
fn offset(zone: &str) -> Option<jiff::SignedDuration> {
    let hours = match zone.to_ascii_uppercase().as_str() {
        "GMT" | "UTC" | "UT" | "Z" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        number => return times::read_offset(number.strip_prefix("GMT").unwrap_or(number)),
    };
    Some(jiff::SignedDuration::from_hours(hours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_each_form_that_jackson_reads() {
        for (text, time) in [
            ("2026-01-02T03:04:05", "2026-01-02T03:04:05"),
            ("2026-01-02", "2026-01-02T00:00:00"),
            ("2026-01-02T03:04:05.123+05:30", "2026-01-01T21:34:05.123"),
            ("1767323045000", "2026-01-02T03:04:05"),
            ("-1000", "1969-12-31T23:59:59"),
            ("0", "1970-01-01T00:00:00"),
            ("Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05"),
            ("fri, 2 jan 2026 03:04:05 utc", "2026-01-02T03:04:05"),
            ("Mon, 02 Jan 2026 03:04:05 +0100", "2026-01-02T02:04:05"),
            ("Fri, 02 Jan 2026 03:04:05 GMT-08:00", "2026-01-02T11:04:05"),
            ("Fri, 02 Jan 2026 03:04:05 PST", "2026-01-02T11:04:05"),
            ("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
        ] {
            assert_eq!(read(text), time.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "yesterday",
            "-",
            "99999999999999999999",
            "253402300800000",
            "1767323045000.5",
            "Fri, 30 Feb 2026 03:04:05 GMT",
            "Fri, 02 Jan 2026 03:04:05",
            "Fri, 02 Jan 2026 03:04:05 XYZ",
            "Fri, 02 Jan +2026 03:04:05 GMT",
            "Fri, 31 Dec 9999 23:59:59 EST",
            "Fri Jan 02 03:04:05 GMT 2026",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
