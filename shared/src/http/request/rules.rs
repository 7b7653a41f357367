//! How values are read: REST Framework's fields.

mod days;
mod numbers;
mod texts;

use std::{marker::PhantomData, str::FromStr};

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, de::value::StrDeserializer};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{Object, Type},
    },
};

pub use self::{
    numbers::{Decimal, Integer},
    texts::{ParsedText, Text, VisibleAscii},
};
use super::{
    context::Context,
    fields::Violation,
    schema::{self, References, reference},
};

/// How one value is read, and its schema.
pub trait Rule {
    /// What it gives.
    type Value;
    /// Whether it is a text. Then a number is read by its literal, and a text of nothing is one.
    /// Elsewhere an empty value of a form or a query counts as not sent.
    const IS_TEXT: bool = false;
    /// Whether a text of nothing is taken.
    const MAY_BE_BLANK: bool = false;

    /// Reads a value that is not null.
    fn read(value: &Value, context: &Context) -> Result<Self::Value, Violation>;

    /// Its schema.
    fn schema(references: &mut References) -> RefOr<Schema>;
}

/// A variant of `E` by its name in JSON.
pub struct Choice<E>(PhantomData<E>);

/// A boolean in REST Framework's spellings.
pub struct Boolean;

/// A day, `YYYY-MM-DD`, or in another form that Django reads.
pub struct Day;

/// A day before today (UTC).
pub struct PastDay;

/// A UUID as a typed id.
pub struct Id<T>(PhantomData<T>);

impl<E: for<'de> Deserialize<'de> + ToSchema> Rule for Choice<E> {
    type Value = E;

    fn read(value: &Value, _: &Context) -> Result<E, Violation> {
        let sent = shown(value);
        let name = StrDeserializer::<serde::de::value::Error>::new(&sent);
        E::deserialize(name).map_err(|_| Violation::invalid_choice(&sent))
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        reference::<E>(references)
    }
}

impl Rule for Boolean {
    type Value = bool;

    fn read(value: &Value, _: &Context) -> Result<bool, Violation> {
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

    fn schema(_: &mut References) -> RefOr<Schema> {
        RefOr::T(Schema::Object(Object::with_type(Type::Boolean)))
    }
}

impl Rule for Day {
    type Value = Date;

    fn read(value: &Value, _: &Context) -> Result<Date, Violation> {
        let text = value.as_str().unwrap_or_default().trim();
        days::parse(text).ok_or_else(|| {
            Violation::invalid(
                "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            )
        })
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(0, usize::MAX, Some("date"))
    }
}

impl Rule for PastDay {
    type Value = Date;

    fn read(value: &Value, context: &Context) -> Result<Date, Violation> {
        let day = Day::read(value, context)?;
        if day < context.now.to_zoned(TimeZone::UTC).date() {
            return Ok(day);
        }
        Err(Violation::invalid("Ensure this date is in the past."))
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        Day::schema(references)
    }
}

impl<T: FromStr> Rule for Id<T> {
    type Value = T;

    fn read(value: &Value, _: &Context) -> Result<T, Violation> {
        let id = value.as_str().and_then(|text| text.trim().parse().ok());
        id.ok_or_else(|| Violation::invalid("Must be a valid UUID."))
    }

    fn schema(_: &mut References) -> RefOr<Schema> {
        schema::text(0, usize::MAX, Some("uuid"))
    }
}

/// A value as errors name it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
