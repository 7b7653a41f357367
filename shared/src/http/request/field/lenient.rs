//! Fields that refuse nothing.

use std::marker::PhantomData;

use utoipa::openapi::RefOr;

use super::{Field, Slot, add_optional};
use crate::http::request::{
    fields::{Fields, Reported},
    rules::Text,
    schema::{ObjectSchema, Property},
};

/// May be absent, null or blank, and counts as absent where it is not an `S`.
pub struct Lenient<S>(PhantomData<S>);

/// Is accepted, whatever it is, and not read.
pub struct Ignored;

impl<S: Slot> Field for Lenient<S> {
    type Value = Option<S::Present>;

    fn read(fields: &mut Fields, name: &'static str) -> Result<Self::Value, Reported> {
        let mark = fields.mark();
        let read = S::find(fields, name);
        fields.forget(mark);
        Ok(read.ok().flatten().and_then(S::present))
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        let value = S::schema(schema.references());
        // Generators would make another type of a named one that may be null, and an app that has
        // none can leave it out.
        let nullable = matches!(value, RefOr::T(_));
        let property = Property { schema: value, nullable, required: false, default: None };
        schema.add(name, docs, property);
    }
}

impl Field for Ignored {
    type Value = ();

    fn read(_: &mut Fields, _: &'static str) -> Result<(), Reported> {
        Ok(())
    }

    fn describe(schema: &mut ObjectSchema, name: &str, docs: &[&str]) {
        add_optional::<Text<0>>(schema, name, docs, None);
    }
}
