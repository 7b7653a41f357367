//! What is wrong with a value by its schema, in the codes and words in which the API says it.

use std::{borrow::Cow, collections::HashSet};

use jsonschema::{
    Draft, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;
use shared::http::error::ErrorItem;

use super::document::Document;

/// A parameter that must be there.
pub(super) fn missing(name: &str) -> ErrorItem {
    item("required", "This field is required.", name)
}

/// All that is wrong with `value`, whose own name is `name`; a body has none, so its fields have theirs alone.
pub(super) fn misfits(document: &Document, schema: &Value, value: &Value, name: &str) -> Vec<ErrorItem> {
    // A schema that cannot be read is no fault of the client's; a contract test reads each.
    let Ok(validator) = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&document.standing_alone(schema))
    else {
        return Vec::new();
    };
    let mut misfits: Vec<ErrorItem> = validator.iter_errors(value).flat_map(|error| misfit(&error, name)).collect();
    let mut known = HashSet::new();
    misfits.retain(|misfit| known.insert((misfit.code, misfit.attr.clone())));
    misfits
}

fn misfit(error: &ValidationError<'_>, name: &str) -> Vec<ErrorItem> {
    let at = place(error.instance_path().as_str(), name);
    let shown = || error.instance().as_str().map_or_else(|| error.instance().to_string(), str::to_owned);
    let (code, detail): (&'static str, Cow<'static, str>) = match error.kind() {
        Kind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            let at = if at == WHOLE { field.to_owned() } else { format!("{at}.{field}") };
            return vec![missing(&at)];
        }
        Kind::Type { .. } | Kind::Enum { .. } if error.instance().is_null() => ("null", "This field may not be null.".into()),
        Kind::Type { kind } => ("invalid", not_a(kind).into()),
        Kind::MinLength { .. } if error.instance().as_str() == Some("") => ("blank", "This field may not be blank.".into()),
        Kind::MinLength { limit } => ("min_length", format!("Ensure this field has at least {limit} characters.").into()),
        Kind::MaxLength { limit } => ("max_length", format!("Ensure this field has no more than {limit} characters.").into()),
        Kind::Minimum { limit } => ("min_value", format!("Ensure this value is greater than or equal to {limit}.").into()),
        Kind::Maximum { limit } => ("max_value", format!("Ensure this value is less than or equal to {limit}.").into()),
        Kind::MinItems { .. } if error.instance().as_array().is_some_and(Vec::is_empty) => {
            ("empty", "This list may not be empty.".into())
        }
        Kind::MinItems { limit } => ("min_length", format!("Ensure this field has at least {limit} elements.").into()),
        Kind::MaxItems { limit } => ("max_length", format!("Ensure this field has no more than {limit} elements.").into()),
        Kind::Enum { .. } | Kind::Constant { .. } => ("invalid_choice", format!("\"{}\" is not a valid choice.", shown()).into()),
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => return misfits_of_choices(context, at, name),
        _ => ("invalid", "Enter a valid value.".into()),
    };
    vec![item(code, detail, &at)]
}

/// Of something or null the something is meant; of several things none in particular.
fn misfits_of_choices(choices: &[Vec<ValidationError<'static>>], at: String, name: &str) -> Vec<ErrorItem> {
    let is_meant = |errors: &&Vec<ValidationError<'_>>| !errors.iter().any(is_of_null);
    let mut meant = choices.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(errors), None) => errors.iter().flat_map(|error| misfit(error, name)).collect(),
        _ => vec![item("invalid", "Enter a valid value.", &at)],
    }
}

fn is_of_null(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Type { kind: TypeKind::Single(kind) } if kind.to_string() == "null")
}

fn not_a(kind: &TypeKind) -> &'static str {
    let name = match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).find(|kind| kind != "null").unwrap_or_default(),
    };
    match name.as_str() {
        "integer" => "A valid integer is required.",
        "number" => "A valid number is required.",
        "boolean" => "Must be a valid boolean.",
        "array" => "Expected a list of items.",
        "object" => "Invalid data. Expected a dictionary.",
        _ => "Not a valid string.",
    }
}

const WHOLE: &str = "non_field_errors";

/// `/location/lat` as `location.lat`.
fn place(pointer: &str, name: &str) -> String {
    let within: Vec<&str> = pointer.split('/').skip(1).collect();
    let all: Vec<&str> = std::iter::once(name).filter(|name| !name.is_empty()).chain(within).collect();
    if all.is_empty() { WHOLE.to_owned() } else { all.join(".") }
}

fn item(code: &'static str, detail: impl Into<Cow<'static, str>>, at: &str) -> ErrorItem {
    ErrorItem { code, detail: detail.into(), attr: Some(at.to_owned()) }
}
