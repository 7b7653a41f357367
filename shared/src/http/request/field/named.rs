//! Values under names that the client chooses.

use std::{collections::BTreeMap, marker::PhantomData};

use utoipa::openapi::{
    RefOr, Schema,
    schema::{AdditionalProperties, Object, SchemaType, Type},
};

use super::Slot;
use crate::http::{
    body::json::SURROGATE_MARK,
    request::{
        fields::{Fields, Reported, Violation},
        rules::Rule,
        schema::References,
    },
};

/// An object of at most `MOST` values under names of 1 to `LONGEST` characters. A value may be
/// null. Errors name the values `name.member`; what is wrong with a name is reported of the object.
pub struct Named<R, const MOST: usize, const LONGEST: usize>(PhantomData<R>);

impl<R: Rule, const MOST: usize, const LONGEST: usize> Slot for Named<R, MOST, LONGEST> {
    type Value = BTreeMap<String, Option<R::Value>>;
    type Present = Self::Value;

    fn find(fields: &mut Fields, name: &'static str) -> Result<Option<Self::Value>, Reported> {
        let Some(mut inner) = fields.open_names(name)? else { return Ok(None) };
        let names = inner.all_names();
        if let Some(wrong) = wrong_with(names.iter().map(String::as_str), MOST, LONGEST) {
            return Err(fields.report(name, wrong));
        }
        let read: Vec<_> = names
            .into_iter()
            .map(|name| {
                let value = if inner.is_null(&name) {
                    None
                } else {
                    let sent = inner.find(&name, R::IS_TEXT)?.unwrap_or_default();
                    let read = R::read(&sent, inner.context());
                    Some(inner.judged(&name, read)?)
                };
                Ok((name, value))
            })
            .collect();
        fields.close(inner);
        read.into_iter().collect::<Result<_, _>>().map(Some)
    }

    fn present(value: Self::Value) -> Option<Self::Value> {
        Some(value)
    }

    fn schema(references: &mut References) -> RefOr<Schema> {
        let mut object = Object::with_type(Type::Object);
        object.additional_properties =
            Some(Box::new(AdditionalProperties::RefOr(or_null(R::schema(references)))));
        RefOr::T(Schema::Object(object))
    }
}

/// What is wrong with these names.
fn wrong_with<'a>(
    names: impl ExactSizeIterator<Item = &'a str>,
    most: usize,
    longest: usize,
) -> Option<Violation> {
    if names.len() > most {
        return Some(Violation::more_than(most));
    }
    let is_right = |name: &str| {
        !name.trim().is_empty()
            && name.chars().count() <= longest
            && !name.contains(['\0', SURROGATE_MARK])
    };
    let mut names = names;
    names.any(|name| !is_right(name)).then(|| {
        Violation::invalid(format!("Ensure each name in this field has 1 to {longest} characters."))
    })
}

fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Type(kind) = object.schema_type {
                object.schema_type = SchemaType::Array(vec![kind, Type::Null]);
            }
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}
