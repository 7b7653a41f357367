//! The forms of a day that Django's `parse_date` reads: those of ISO 8601 that Python's
//! `date.fromisoformat` knows, and year, month and day with single digits.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::characters::ascii_digit;

/// A day of the years 1 to 9999.
pub(super) fn parse(text: &str) -> Option<Date> {
    let day = basic(text).or_else(|| of_week(text)).or_else(|| extended(text));
    day.filter(|day| day.year() >= 1)
}

/// `YYYYMMDD`.
fn basic(text: &str) -> Option<Date> {
    let is_basic = text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_digit());
    let number: i32 = text.parse().ok().filter(|_| is_basic)?;
    date(number / 10_000, number / 100 % 100, number % 100)
}

/// `YYYY-Www`, `YYYY-Www-D`, `YYYYWww` or `YYYYWwwD`. Without a day it is Monday.
fn of_week(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (week, day) = if let Some(rest) = rest.strip_prefix("-W") {
        let (week, day) = rest.split_at_checked(2)?;
        (week, if day.is_empty() { "1" } else { day.strip_prefix('-')? })
    } else {
        let (week, day) = rest.strip_prefix('W')?.split_at_checked(2)?;
        (week, if day.is_empty() { "1" } else { day })
    };
    let numbers = [(year, 4), (week, 2), (day, 1)].map(|(text, length)| {
        let is_number = text.len() == length && text.bytes().all(|digit| digit.is_ascii_digit());
        text.parse::<i16>().ok().filter(|_| is_number)
    });
    let [Some(year), Some(week), Some(day)] = numbers else { return None };
    let weekday = Weekday::from_monday_one_offset(day.try_into().ok()?).ok()?;
    ISOWeekDate::new(year, week.try_into().ok()?, weekday).ok().map(ISOWeekDate::date)
}

/// `YYYY-MM-DD`, also with one digit for the month or the day, in any script.
fn extended(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let mut next = |lengths: std::ops::RangeInclusive<usize>| {
        let digits: String = parts.next()?.chars().map(ascii_digit).collect::<Option<_>>()?;
        lengths.contains(&digits.len()).then(|| digits.parse().ok())?
    };
    let (year, month, day) = (next(4..=4)?, next(1..=2)?, next(1..=2)?);
    if parts.next().is_some() { None } else { date(year, month, day) }
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}
