//! How a declared request appears in the document.
//!
//! No function needs it at run time: it is linked only where the document is made.

use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, Ref, RefOr, Required, Schema, SchemaFormat,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{Object, SchemaType, Type},
    },
};

use super::fields::FromFields;

/// The schemas that a request refers to, by name.
pub type References = Vec<(String, RefOr<Schema>)>;

/// A request as the document describes it.
pub trait Described {
    /// The name of its schema.
    const NAME: &'static str;
    /// The lines of its comment.
    const DOCS: &'static [&'static str];

    /// Adds the properties of its fields.
    fn describe(schema: &mut ObjectSchema);
}

/// The properties of an object, and the schemas that they refer to.
#[derive(Default)]
pub struct ObjectSchema {
    object: Object,
    references: References,
}

/// One property of an object.
pub struct Property {
    /// Of its value.
    pub schema: RefOr<Schema>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it must be there.
    pub required: bool,
    /// What is taken where it is absent.
    pub default: Option<Value>,
}

impl ObjectSchema {
    /// Adds the property `name`, described by the lines of its comment.
    pub fn add(&mut self, name: &str, docs: &[&str], property: Property) {
        if property.required {
            self.object.required.push(name.to_owned());
        }
        let schema = complete(property, description(docs));
        self.object.properties.insert(name.to_owned(), schema);
    }

    /// What may be referred to.
    pub fn references(&mut self) -> &mut References {
        &mut self.references
    }
}

impl Property {
    /// A property that must be there.
    pub fn required(schema: RefOr<Schema>) -> Self {
        Self { schema, nullable: false, required: true, default: None }
    }
}

/// A reference to the schema of `T`, which is added to what is referred to.
pub fn reference<T: ToSchema>(references: &mut References) -> RefOr<Schema> {
    references.push((T::name().into_owned(), T::schema()));
    T::schemas(references);
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// The schema of a text.
pub fn text(least: usize, most: usize, format: Option<&str>) -> RefOr<Schema> {
    let mut object = Object::with_type(Type::String);
    object.min_length = Some(least).filter(|least| *least > 0);
    object.max_length = Some(most).filter(|most| *most < usize::MAX);
    object.format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
    RefOr::T(Schema::Object(object))
}

/// A text's schema with a format and a pattern.
pub fn with_form(
    schema: RefOr<Schema>,
    format: Option<&str>,
    pattern: Option<&str>,
) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    if let Some(format) = format {
        object.format = Some(SchemaFormat::Custom(format.to_owned()));
    }
    object.pattern = pattern.map(str::to_owned);
    RefOr::T(Schema::Object(object))
}

/// The schema of `T`.
pub fn schema_of<T: Described>() -> RefOr<Schema> {
    let mut schema = ObjectSchema::default();
    T::describe(&mut schema);
    schema.object.description = description(T::DOCS);
    RefOr::T(Schema::Object(schema.object))
}

/// Adds what `T` refers to.
pub fn references_of<T: Described>(references: &mut References) {
    let mut schema = ObjectSchema::default();
    T::describe(&mut schema);
    references.append(&mut schema.references);
}

/// The fields of `T` as parameters of a query, in their order.
pub fn parameters_of<T: Described + FromFields>() -> Vec<Parameter> {
    let mut schema = ObjectSchema::default();
    T::describe(&mut schema);
    let Object { properties, required, .. } = schema.object;
    let parameter = |(name, mut schema): (String, RefOr<Schema>)| {
        let mut description = None;
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            description = object.description.take();
        }
        let needed = if required.contains(&name) { Required::True } else { Required::False };
        let builder = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
        builder.required(needed).description(description).schema(Some(schema)).build()
    };
    let mut names = Vec::new();
    T::names(&mut names);
    let mut parameters: Vec<Parameter> = properties.into_iter().map(parameter).collect();
    parameters.sort_by_key(|one| names.iter().position(|name| *name == one.name));
    parameters
}

/// A schema with its description, its default and whether it may be null.
fn complete(property: Property, description: Option<String>) -> RefOr<Schema> {
    let Property { schema, nullable, default, .. } = property;
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = or_null(object.schema_type, nullable);
            (object.description, object.default) = (description, default);
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = or_null(array.schema_type, nullable);
            (array.description, array.default) = (description, default);
            RefOr::T(Schema::Array(array))
        }
        RefOr::Ref(mut reference) => {
            reference.description = description.unwrap_or_default();
            if !nullable {
                reference.default = default;
                return RefOr::Ref(reference);
            }
            let null = ObjectBuilder::new().schema_type(Type::Null);
            OneOfBuilder::new().item(reference).item(null).default(default).into()
        }
        other @ RefOr::T(_) => other,
    }
}

fn or_null(kind: SchemaType, nullable: bool) -> SchemaType {
    match kind {
        SchemaType::Type(kind) if nullable => SchemaType::Array(vec![kind, Type::Null]),
        kind => kind,
    }
}

/// The text of a comment, if there is one.
fn description(docs: &[&str]) -> Option<String> {
    let lines: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}
