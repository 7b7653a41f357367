//! Reads pets, orders and users out of what was sent, as the public server does: what it does not
//! know is passed over, null is as absent, a text that is a number is taken for one.

use std::fmt::Display;

use jiff::civil::DateTime;
use serde_json::{Map, Value};
use shared::{
    http::{body::json, error::ApiError},
    petstore::{Category, MOST_TAGS, Order, OrderStatus, Pet, PetStatus, Tag, User},
};

use crate::{
    api_response::{bad, not_an_id},
    dates,
};

type Read<T> = Result<T, ApiError>;

/// The members of an object, read one by one.
struct Members<'a>(Option<&'a Map<String, Value>>);

/// A pet; its id is 0 where there is none.
pub(crate) fn pet(value: &Value) -> Read<Pet> {
    let members = Members::of(value, "a pet")?;
    let name = members.text("name")?.ok_or_else(|| wrong("name", "is required"))?;
    let tags = members.list("tags")?.iter().map(tag).collect::<Read<Vec<_>>>()?;
    if tags.len() > MOST_TAGS {
        return Err(wrong("tags", "holds more than 40"));
    }
    Ok(Pet {
        id: members.int64("id")?,
        category: members.get("category").map(category).transpose()?,
        name,
        photo_urls: members
            .list("photoUrls")?
            .iter()
            .map(|url| text("photoUrls", url))
            .collect::<Read<_>>()?,
        tags,
        status: members.choice("status", PetStatus::named)?,
    })
}

/// An order; its id is 0 where there is none.
pub(crate) fn order(value: &Value) -> Read<Order> {
    let members = Members::of(value, "an order")?;
    Ok(Order {
        id: members.int64("id")?,
        pet_id: members.int64("petId")?,
        quantity: members.int32("quantity")?,
        ship_date: members.time("shipDate")?,
        status: members.choice("status", OrderStatus::named)?,
        complete: members.truth("complete")?,
    })
}

/// A user; the id is 0 where there is none.
pub(crate) fn user(value: &Value) -> Read<User> {
    let members = Members::of(value, "a user")?;
    Ok(User {
        id: members.int64("id")?,
        username: members.text("username")?.filter(|name| !name.is_empty()),
        first_name: members.text("firstName")?,
        last_name: members.text("lastName")?,
        email: members.text("email")?,
        password: members.text("password")?,
        phone: members.text("phone")?,
        user_status: members.int32("userStatus")?,
    })
}

/// Users in a list; in XML the elements of any root.
pub(crate) fn users(value: &Value) -> Read<Vec<User>> {
    match value {
        Value::Array(users) => users.iter().map(user).collect(),
        Value::Object(members) => match members.values().next() {
            Some(Value::Array(users)) if members.len() == 1 => users.iter().map(user).collect(),
            Some(one @ Value::Object(_)) if members.len() == 1 => Ok(vec![user(one)?]),
            _ => Err(wrong("the body", "is no list of users")),
        },
        _ => Err(wrong("the body", "is no list of users")),
    }
}

/// The number of 64 bits that a path names.
pub(crate) fn path_id(text: &str) -> Read<i64> {
    text.trim().parse().map_err(|_| not_an_id())
}

fn category(value: &Value) -> Read<Category> {
    let members = Members::of(value, "category")?;
    Ok(Category { id: members.int64("id")?, name: members.text("name")? })
}

fn tag(value: &Value) -> Read<Tag> {
    let members = Members::of(value, "a tag")?;
    Ok(Tag { id: members.int64("id")?, name: members.text("name")? })
}

impl<'a> Members<'a> {
    fn of(value: &'a Value, what: &str) -> Read<Self> {
        match value {
            Value::Object(members) => Ok(Self(Some(members))),
            // An empty element of XML.
            Value::String(text) if text.is_empty() => Ok(Self(None)),
            _ => Err(wrong(what, "is no object")),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Read<Option<String>> {
        self.get(name).map(|value| text(name, value)).transpose()
    }

    fn list(&self, name: &str) -> Read<&'a [Value]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(wrong(name, "is no list")),
        }
    }

    /// A member that is no text.
    fn plain(&self, name: &str) -> Option<Value> {
        self.get(name).cloned().map(json::plain)
    }

    fn int64(&self, name: &str) -> Read<i64> {
        match self.plain(name) {
            None => Some(0),
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Some(Value::String(text)) if text.is_empty() => Some(0),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        }
        .ok_or_else(|| wrong(name, "is no int64"))
    }

    /// A date; an empty text is as absent.
    fn time(&self, name: &str) -> Read<Option<DateTime>> {
        let text = match self.plain(name) {
            Some(Value::Number(number)) => {
                number.as_i64().or_else(|| whole(number.as_f64()?)).map(|millis| millis.to_string())
            }
            Some(Value::String(text)) => Some(text),
            Some(_) => None,
            None => return Ok(None),
        };
        match text.as_deref().map(str::trim) {
            Some("") => Ok(None),
            text => {
                let time = text.and_then(dates::read);
                time.map(Some).ok_or_else(|| wrong(name, "is no date-time"))
            }
        }
    }

    fn int32(&self, name: &str) -> Read<i32> {
        i32::try_from(self.int64(name)?).map_err(|_| wrong(name, "is no int32"))
    }

    fn truth(&self, name: &str) -> Read<bool> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" | "" => Ok(false),
                _ => Err(wrong(name, "is no boolean")),
            },
            Some(_) => Err(wrong(name, "is no boolean")),
        }
    }

    /// An empty text is as absent: so clients send what they were not given.
    fn choice<T>(&self, name: &str, named: fn(&str) -> Option<T>) -> Read<Option<T>> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.map(|text| {
            named(&text).ok_or_else(|| wrong(name, "is none of those that the document names"))
        })
        .transpose()
    }
}

fn text(name: &str, value: &Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(json::literal(text).unwrap_or(text).to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(wrong(name, "is no string")),
    }
}

/// A number that was written with a point and is whole, as far as such a number is exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn wrong(what: impl Display, how: &str) -> ApiError {
    bad(format!("bad input: {what} {how}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_read_exactly_in_each_spelling() {
        let id = |value: Value| pet(&json!({"id": value, "name": "x"})).map(|pet| pet.id).ok();
        for (sent, read) in [
            (json!(9_007_199_254_740_993_i64), Some(9_007_199_254_740_993)),
            (json!(i64::MAX), Some(i64::MAX)),
            (json!("9223372036854775807"), Some(i64::MAX)),
            (json!(5.0), Some(5)),
            (json!(null), Some(0)),
            (json!(-1), Some(-1)),
            (json!(9_223_372_036_854_775_808_u64), None),
            (json!(1.5), None),
            (json!(1e300), None),
            (json!("five"), None),
            (json!([1]), None),
            (json!({}), None),
        ] {
            assert_eq!(id(sent.clone()), read, "{sent}");
        }
    }

    #[test]
    fn a_number_is_a_text_by_its_literal_and_a_number_by_its_value() {
        let read = |text: &str| pet(&json::parse(text).unwrap());
        let one = read(r#"{"id": 1e1, "name": 1.10, "tags": [{"id": 2.0, "name": 1e999}]}"#);
        let one = one.unwrap();
        assert_eq!((one.id, one.name.as_str()), (10, "1.10"));
        assert_eq!((one.tags[0].id, one.tags[0].name.as_deref()), (2, Some("1e999")));
        assert!(read(r#"{"id": 1e999, "name": "x"}"#).is_err());
    }

    #[test]
    fn dates_come_in_either_spelling_and_nothing_else() {
        let date = |text: &str| {
            order(&json!({"shipDate": text}))
                .map(|order| order.ship_date.map(|time| time.to_string()))
                .ok()
        };
        let same = Some(Some("2026-11-25T18:00:00".to_owned()));
        for spelled in [
            "2026-11-25T18:00:00Z",
            "2026-11-25T19:00:00.000+01:00",
            "2026-11-25T18:00:00.000+0000",
            " 2026-11-25T18:00:00 ",
            "1795629600000",
        ] {
            assert_eq!(date(spelled), same, "{spelled}");
        }
        for number in [json!(1_795_629_600_000_i64), json!(1_795_629_600_000.0)] {
            assert!(
                order(&json!({"shipDate": number})).is_ok_and(|order| order.ship_date.is_some())
            );
        }
        assert_eq!(date(""), Some(None));
        for wrong in ["yesterday", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
