//! Numbers.

use serde_json::Value;
use utoipa::openapi::{
    KnownFormat, RefOr, Schema, SchemaFormat,
    schema::{Object, Type},
};

use super::Rule;
use crate::http::request::{context::Context, fields::Violation, schema::References};

/// The most characters of a number in a text, as in REST Framework.
const LONGEST: usize = 1_000;

/// A whole number of `LEAST` to `MOST`.
pub struct Integer<const LEAST: i64, const MOST: i64>;

/// A finite number of `LEAST` to `MOST`.
pub struct Decimal<const LEAST: i64, const MOST: i64>;

impl<const LEAST: i64, const MOST: i64> Rule for Integer<LEAST, MOST> {
    type Value = i64;

    fn read(value: &Value, _: &Context) -> Result<i64, Violation> {
        let number = whole(value)?;
        within(number < LEAST, number > MOST, LEAST, MOST).map(|()| number)
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        bounded(Type::Integer, KnownFormat::Int64, LEAST, MOST)
    }
}

impl<const LEAST: i64, const MOST: i64> Rule for Decimal<LEAST, MOST> {
    type Value = f64;

    #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
    fn read(value: &Value, _: &Context) -> Result<f64, Violation> {
        let number = finite(value)?;
        within(number < LEAST as f64, number > MOST as f64, LEAST, MOST).map(|()| number)
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        bounded(Type::Number, KnownFormat::Double, LEAST, MOST)
    }
}

fn within(is_below: bool, is_above: bool, least: i64, most: i64) -> Result<(), Violation> {
    if is_below {
        let detail = format!("Ensure this value is greater than or equal to {least}.");
        return Err(Violation::new("min_value", detail));
    }
    if is_above {
        let detail = format!("Ensure this value is less than or equal to {most}.");
        return Err(Violation::new("max_value", detail));
    }
    Ok(())
}

/// A whole number; one beyond the range of `i64` comes as the end of that range.
fn whole(value: &Value) -> Result<i64, Violation> {
    let wrong = || Violation::invalid("A valid integer is required.");
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err(wrong()),
    };
    if text.chars().count() > LONGEST {
        return Err(too_large());
    }
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    // A number of JSON above 2^64 comes here as a floating one.
    if matches!(value, Value::Number(number) if number.is_f64())
        && value.as_f64().is_some_and(|number| number.abs() >= 1e15)
    {
        return Ok(beyond);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    // As REST Framework, which takes 5.0 for 5.
    let (digits, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number || !fraction.bytes().all(|digit| digit == b'0') {
        return Err(wrong());
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    Ok(format!("{sign}{digits}").parse().unwrap_or(beyond))
}

fn finite(value: &Value) -> Result<f64, Violation> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.len() > LONGEST => return Err(too_large()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| Violation::invalid("A valid number is required."))
}

fn too_large() -> Violation {
    Violation::new("max_string_length", "String value too large.")
}

/// The schema of a number. The bounds of `i64` itself are no limits.
fn bounded(kind: Type, format: KnownFormat, least: i64, most: i64) -> RefOr<Schema> {
    let mut object = Object::with_type(kind);
    object.format = Some(SchemaFormat::KnownFormat(format));
    let bound = |bound: i64| {
        let is_limit = bound > i64::MIN && bound < i64::MAX;
        isize::try_from(bound).ok().filter(|_| is_limit).map(utoipa::Number::Int)
    };
    (object.minimum, object.maximum) = (bound(least), bound(most));
    RefOr::T(Schema::Object(object))
}
