//! A customer's export: one JSON object whose members come from the domains.
//!
//! Each part of a domain is a struct, whose fields are the members that the part adds. A page is
//! many values of such structs joined: lists are appended, and a value replaces null.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    account::Account,
    customer::Customer,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// Members of the export by name.
pub type Members = Map<String, Value>;

/// What the export shows of one domain, or of a part of it.
#[derive(Debug, Clone, Copy)]
pub struct ExportPart {
    /// How its members are read.
    pub reader: Reader,
    /// How the document describes them.
    pub schema: PartSchema,
}

/// How the members of a part are read.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Where they come from.
    pub source: Source,
    /// The members without any values.
    pub empty: fn() -> Result<Members, StoreError>,
}

/// Where members come from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// The request has read the records anyway. They are on the first page.
    Known(fn(&Known<'_>) -> Result<Members, StoreError>),
    /// A customer has so few records that all of them are on the first page.
    Whole(for<'a> fn(Reading<'a>) -> BoxFuture<'a, Result<Members, StoreError>>),
    /// A customer has any number of records, which are spread over pages.
    Pages(Pages),
}

/// How records are read page by page.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// The prefix of their partition keys. A cursor begins with it.
    pub prefix: &'static str,
    /// Reads records in the order of their positions.
    pub read: for<'a> fn(Reading<'a>, PageOf<'a>) -> ShownPage<'a>,
}

/// Records that are being read.
pub type ShownPage<'a> = BoxFuture<'a, Result<Vec<Shown>, StoreError>>;

/// How the document describes the members of a part.
#[derive(Debug, Clone, Copy)]
pub struct PartSchema {
    /// The object that they are the properties of.
    pub object: fn() -> RefOr<Schema>,
    /// The schemas of all types that it refers to.
    pub references: fn(&mut Vec<(String, RefOr<Schema>)>),
}

/// What the request has read before: to check its caller, and to see whether there is a profile.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The caller's account.
    pub account: &'a Account,
    /// The session of the request.
    pub session: SessionId,
    /// The caller's profile.
    pub profile: &'a Customer,
}

/// What a reader of records is given.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The table.
    pub store: &'a Store,
    /// Whose records are read.
    pub customer: CustomerId,
    /// The current time. What has expired is not shown.
    pub now: Timestamp,
    /// The customer's profile, once it is read.
    pub profile: &'a OnceCell<Option<Customer>>,
}

impl Reading<'_> {
    /// The customer's profile, which is read once for the whole page. One trip, one read unit.
    pub async fn profile(&self) -> Result<Option<&Customer>, StoreError> {
        let profile = self.profile.get_or_try_init(|| self.store.profile(self.customer)).await?;
        Ok(profile.as_ref())
    }
}

/// Which page of a part's records is read.
#[derive(Debug, Clone, Copy)]
pub struct PageOf<'a> {
    /// The position that it begins after; none: the first page.
    pub after: Option<&'a str>,
    /// The most records to read.
    pub most: usize,
}

/// A record as the export shows it.
#[derive(Debug)]
pub struct Shown {
    /// Its position among the records of its part.
    pub position: String,
    /// The members that have it. None where it has expired.
    pub members: Members,
}

impl ExportPart {
    /// A part whose members are the fields of `T`.
    pub const fn of<T: Default + Serialize + ToSchema>(source: Source) -> Self {
        Self {
            reader: Reader { source, empty: || members(&T::default()) },
            schema: PartSchema { object: T::schema, references: T::schemas },
        }
    }
}

/// The fields of a part as members of the export.
pub fn members(part: &impl Serialize) -> Result<Members, StoreError> {
    match serde_json::to_value(part) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(StoreError::corrupt("a part of the export has no fields")),
        Err(error) => Err(StoreError::corrupt(error)),
    }
}

/// Adds members to others: lists are appended, and a value replaces null.
pub fn join(all: &mut Members, members: Members) {
    for (name, value) in members {
        match (all.get_mut(&name), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (Some(_), Value::Null) => {}
            (_, value) => drop(all.insert(name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_appended_and_null_replaces_nothing() {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let mut all = object(json!({"a": null, "b": [1], "c": {"d": 1}}));
        join(&mut all, object(json!({"a": 2, "b": [3, 4], "c": null})));
        assert_eq!(Value::Object(all), json!({"a": 2, "b": [1, 3, 4], "c": {"d": 1}}));
    }
}
