//! Whether a field may be absent or null.
//!
//! | type | absent | null | gives |
//! | --- | --- | --- | --- |
//! | `T` | `required` | `null` | the value |
//! | `Nullable<T>` | `required` | taken | `Option` |
//! | `Optional<T>` | taken | `null` | `Option` |
//! | `Optional<Nullable<T>>` | taken | as absent | `Option` |
//! | `Lenient<T>` | taken | as absent, and so is a wrong value | `Option` |
//! | `OrDefault<T>`, `Flag<D>` | the default | `null`, or as absent with `Nullable` | the value |
//! | `Patch<T>` | leaves the value | `null` | `Option` |
//! | `Patch<Nullable<T>>` | leaves the value | clears it | `Option<Option>` |
//!
//! In a form or a query an empty value stands for null where null is taken. Elsewhere it is as good
//! as none, unless the field is a text: `Optional` passes over an empty text that may not be blank,
//! and the others report it. `Clearable` is `Nullable` that also takes a blank text for null.

mod lenient;
mod named;

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema, schema::Array},
};

pub use self::{
    lenient::{Ignored, Lenient},
    named::Named,
};
use super::{
    fields::{Fields, FromFields, Reported, Violation},
    rules::{Boolean, Rule},
    schema::{Described, ObjectSchema, Property, References, reference},
};

/// A field of a request.
pub trait Field {
    /// What it gives.
    type Value;

    /// Reads the field of this name.
    fn read(fields: &mut Fields, name: &'static str) -> Result<Self::Value, Reported>;

    /// The value, before the request is read: errors are not reported.
    fn peek(fields: &mut Fields, name: &'static str) -> Option<Self::Value> {
        let mark = fields.mark();
        let read = Self::read(fields, name);
        fields.forget(mark);
        read.ok()
    }

    /// Adds it to the document.
    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]);

    /// Adds its name, or the names of its fields where they are those of the request.
    fn names(name: &'static str, names: &mut Vec<&'static str>) {
        names.push(name);
    }
}

/// A field that changes a stored value.
pub trait Change: Field {
    /// What is stored.
    type Target;

    /// Sets the stored value to what was sent, if anything was.
    fn apply(value: Self::Value, target: &mut Self::Target);
}

/// A field that has a form for requests in which nothing is required.
pub trait HasPartial: Field {
    /// That form.
    type Partial: Field;

    /// The same value in that form.
    fn into_partial(value: Self::Value) -> <Self::Partial as Field>::Value;
}

/// What can be in a field: a value, a list or an object, or null instead.
pub trait Slot {
    /// What it gives.
    type Value;
    /// What it gives where null counts as absent.
    type Present;

    /// Reads it, if it was sent.
    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<Self::Value>, Reported>;

    /// The value, unless it is null.
    fn present(value: Self::Value) -> Option<Self::Present>;

    /// Whether null is taken.
    const NULLABLE: bool = false;
    /// Whether `find` takes an empty value of a form.
    const TAKES_EMPTY: bool = true;

    /// Its schema, without null.
    fn schema(references: &mut References) -> RefOr<Schema>;
}

/// May be absent.
pub struct Optional<S>(PhantomData<S>);

/// May be absent, which leaves the stored value as it is.
pub struct Patch<S>(PhantomData<S>);

/// May be absent, which is as good as its type's default.
pub struct OrDefault<S>(PhantomData<S>);

/// A boolean that is `D` where it is absent.
pub struct Flag<const D: bool>;

/// May be null. In a form an empty value stands for null.
pub struct Nullable<S>(PhantomData<S>);

/// May be null, and a blank text stands for null.
pub struct Clearable<S>(PhantomData<S>);

/// A list of 1 to `MOST` values. Errors name its items `name.0` and so on.
pub struct List<R, const MOST: usize>(PhantomData<R>);

/// An object of its own. Errors name its fields `name.field`.
pub struct Object<T>(PhantomData<T>);

/// The fields of `T` among those of the request.
pub struct Flat<T>(PhantomData<T>);

/// What `S` gives, as a `T`.
pub struct As<T, S>(PhantomData<(T, S)>);

impl<R: Rule> Slot for R {
    type Value = R::Value;
    type Present = R::Value;
    const TAKES_EMPTY: bool = R::MAY_BE_BLANK;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<R::Value>, Reported> {
        let Some(value) = fields.find(name, R::IS_TEXT)? else { return Ok(None) };
        let read = R::read(&value, fields.context());
        fields.judged(name, read).map(Some)
    }

    fn present(value: R::Value) -> Option<R::Value> {
        Some(value)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        R::schema(references)
    }
}

impl<S: Slot> Slot for Nullable<S> {
    type Value = Option<S::Value>;
    type Present = S::Present;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<Self::Value>, Reported> {
        if fields.is_null(name) { Ok(Some(None)) } else { Ok(S::find(fields, name)?.map(Some)) }
    }

    fn present(value: Self::Value) -> Option<Self::Present> {
        value.and_then(S::present)
    }

    const NULLABLE: bool = true;

    fn schema(references: &mut References) -> RefOr<Schema> {
        S::schema(references)
    }
}

impl<S: Slot> Slot for Clearable<S> {
    type Value = Option<S::Value>;
    type Present = S::Present;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<Self::Value>, Reported> {
        if fields.is_blank(name) { Ok(Some(None)) } else { Nullable::<S>::find(fields, name) }
    }

    fn present(value: Self::Value) -> Option<Self::Present> {
        value.and_then(S::present)
    }

    const NULLABLE: bool = true;

    fn schema(references: &mut References) -> RefOr<Schema> {
        S::schema(references)
    }
}

impl<R: Rule, const MOST: usize> Slot for List<R, MOST> {
    type Value = Vec<R::Value>;
    type Present = Self::Value;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<Self::Value>, Reported> {
        let Some(items) = fields.items(name, MOST, R::IS_TEXT)? else { return Ok(None) };
        let mut read = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let value = match item {
                Value::Null => Err(Violation::null()),
                item => R::read(item, fields.context()),
            };
            read.push(value.map_err(|wrong| fields.report(&format!("{name}.{place}"), wrong)));
        }
        read.into_iter().collect::<Result<_, _>>().map(Some)
    }

    fn present(value: Self::Value) -> Option<Self::Value> {
        Some(value)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        let mut array = Array::new(R::schema(references));
        (array.min_items, array.max_items) = (Some(1), Some(MOST));
        RefOr::T(Schema::Array(array))
    }
}

impl<T: FromFields + ToSchema> Slot for Object<T> {
    type Value = T;
    type Present = T;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<T>, Reported> {
        let Some(mut inner) = fields.open(name)? else { return Ok(None) };
        let read = T::from_fields(&mut inner);
        fields.close(inner);
        read.map(Some)
    }

    fn present(value: T) -> Option<T> {
        Some(value)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        reference::<T>(references)
    }
}

impl<T: From<S::Value>, S: Slot> Slot for As<T, S> {
    type Value = T;
    type Present = T;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<T>, Reported> {
        Ok(S::find(fields, name)?.map(T::from))
    }

    fn present(value: T) -> Option<T> {
        Some(value)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        S::schema(references)
    }
}

impl<S: Slot> Field for S {
    type Value = S::Value;

    fn read(fields: &mut Fields, name: &'static str) -> Result<S::Value, Reported> {
        S::find(fields, name)?.ok_or_else(|| fields.missing(name))
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        let required = Property::required(S::schema(schema.references()));
        schema.add(name, docs, Property { nullable: S::NULLABLE, ..required });
    }
}

impl<S: Slot> Change for S {
    type Target = S::Value;

    fn apply(value: S::Value, target: &mut S::Value) {
        *target = value;
    }
}

impl<S: Slot> HasPartial for S {
    type Partial = Patch<S>;

    fn into_partial(value: S::Value) -> Option<S::Value> {
        Some(value)
    }
}

impl<S: Slot> Field for Optional<S> {
    type Value = Option<S::Present>;

    fn read(fields: &mut Fields, name: &'static str) -> Result<Self::Value, Reported> {
        let is_sent = S::TAKES_EMPTY || !fields.is_empty_in_form(name);
        Ok(if is_sent { S::find(fields, name)?.and_then(S::present) } else { None })
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        add_optional::<S>(schema, name, docs, None);
    }
}

impl<S: Slot> Field for Patch<S> {
    type Value = Option<S::Value>;

    fn read(fields: &mut Fields, name: &'static str) -> Result<Self::Value, Reported> {
        S::find(fields, name)
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        add_optional::<S>(schema, name, docs, None);
    }
}

impl<S: Slot> Change for Patch<S> {
    type Target = S::Value;

    fn apply(value: Option<S::Value>, target: &mut S::Value) {
        if let Some(value) = value {
            *target = value;
        }
    }
}

impl<S: Slot> HasPartial for Patch<S> {
    type Partial = Self;

    fn into_partial(value: Option<S::Value>) -> Option<S::Value> {
        value
    }
}

impl<S: Slot> Field for OrDefault<S>
where
    S::Present: Default + Serialize,
{
    type Value = S::Present;

    fn read(fields: &mut Fields, name: &'static str) -> Result<Self::Value, Reported> {
        Ok(Optional::<S>::read(fields, name)?.unwrap_or_default())
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        let default = serde_json::to_value(S::Present::default()).ok();
        add_optional::<S>(schema, name, docs, default);
    }
}

impl<const D: bool> Field for Flag<D> {
    type Value = bool;

    fn read(fields: &mut Fields, name: &'static str) -> Result<bool, Reported> {
        Ok(Boolean::find(fields, name)?.unwrap_or(D))
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        add_optional::<Boolean>(schema, name, docs, Some(D.into()));
    }
}

impl<const D: bool> HasPartial for Flag<D> {
    type Partial = Patch<Boolean>;

    fn into_partial(value: bool) -> Option<bool> {
        Some(value)
    }
}

impl<T: FromFields + Described> Field for Flat<T> {
    type Value = T;

    fn read(fields: &mut Fields, _: &'static str) -> Result<T, Reported> {
        T::from_fields(fields)
    }

    fn describe(schema: &mut ObjectSchema, _: &str, _: &[&str]) {
        T::describe(schema);
    }

    fn names(_: &'static str, names: &mut Vec<&'static str>) {
        T::names(names);
    }
}

fn add_optional<S: Slot>(
    schema: &mut ObjectSchema,
    name: &str,
    docs: &[&str],
    default: Option<Value>,
) {
    let value = S::schema(schema.references());
    let property = Property { schema: value, nullable: S::NULLABLE, required: false, default };
    schema.add(name, docs, property);
}
