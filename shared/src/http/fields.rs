//! Reads a request's fields one by one and collects everything that is wrong, with REST Framework's
//! codes and texts.
//!
//! A field is read by a [`Rule`]. A reading that failed gives [`Reported`]: the error stands in the
//! list already, so an operation reads all its fields first and puts the request together with `?`
//! afterwards.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::http::error::ErrorItem;

/// A request that is read field by field.
pub trait FromFields: Sized {
    /// Reads the fields; `Err` only where an error was reported.
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported>;
}

/// The error of a field stands in the list of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub detail: Cow<'static, str>,
}

/// How one value is read.
pub trait Rule {
    /// What it gives.
    type Value;

    /// Reads a value that is not null.
    fn read(&self, value: &Value) -> Result<Self::Value, Violation>;
}

/// The fields of one object of a request, and what is wrong with those read so far.
#[derive(Debug)]
pub struct Fields {
    source: Source,
    prefix: String,
    now: Timestamp,
    errors: Vec<ErrorItem>,
}

#[derive(Debug)]
enum Source {
    Json(Map<String, Value>),
    Form(Vec<(String, String)>),
}

impl Fields {
    /// The members of a JSON object.
    pub fn from_json(object: Map<String, Value>, now: Timestamp) -> Self {
        Self { source: Source::Json(object), prefix: String::new(), now, errors: Vec::new() }
    }

    /// The pairs of a form or a query. Members of a nested object are named `object.member`; of a
    /// repeated name the last counts.
    pub fn from_form(pairs: Vec<(String, String)>, now: Timestamp) -> Self {
        Self { source: Source::Form(pairs), prefix: String::new(), now, errors: Vec::new() }
    }

    /// A field that must be there.
    pub fn required<R: Rule>(&mut self, name: &str, rule: R) -> Result<R::Value, Reported> {
        match self.optional(name, rule)? {
            Some(value) => Ok(value),
            None => Err(self.report(name, Violation::new("required", "This field is required."))),
        }
    }

    /// A field that may be absent, but not null.
    pub fn optional<R: Rule>(&mut self, name: &str, rule: R) -> Result<Option<R::Value>, Reported> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Null) => {
                Err(self.report(name, Violation::new("null", "This field may not be null.")))
            }
            Some(value) => {
                rule.read(&value).map(Some).map_err(|violation| self.report(name, violation))
            }
        }
    }

    /// A field that may be absent, or null to take its value away. In a form an empty value stands
    /// for null.
    pub fn nullable<R: Rule>(
        &mut self,
        name: &str,
        rule: R,
    ) -> Result<Option<Option<R::Value>>, Reported> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) if text.trim().is_empty() && self.is_form() => Ok(Some(None)),
            Some(value) => rule
                .read(&value)
                .map(|read| Some(Some(read)))
                .map_err(|violation| self.report(name, violation)),
        }
    }

    /// A list that may be absent, of 1 to `most` items that are read by `rule`; their errors name
    /// them `name.0` and so on. A form repeats the name, or names each `name[0]`.
    pub fn list<R: Rule>(
        &mut self,
        name: &str,
        rule: R,
        most: usize,
    ) -> Result<Option<Vec<R::Value>>, Reported> {
        let items = match &self.source {
            Source::Form(pairs) => {
                let is_item =
                    |key: &str| key == name || key.strip_prefix(name).is_some_and(is_place);
                let items = pairs
                    .iter()
                    .filter(|(key, _)| is_item(key))
                    .map(|(_, value)| Value::String(value.clone()));
                Some(items.collect::<Vec<_>>()).filter(|items| !items.is_empty())
            }
            Source::Json(members) => match members.get(name) {
                None => None,
                Some(Value::Array(items)) => Some(items.clone()),
                Some(Value::Null) => {
                    return Err(
                        self.report(name, Violation::new("null", "This field may not be null."))
                    );
                }
                Some(other) => return Err(self.report(name, not_a_list(other))),
            },
        };
        let Some(items) = items else { return Ok(None) };
        if items.is_empty() {
            return Err(self.report(name, Violation::new("empty", "This list may not be empty.")));
        }
        if items.len() > most {
            let detail = format!("Ensure this field has no more than {most} elements.");
            return Err(self.report(name, Violation::new("max_length", detail)));
        }
        let mut read = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let value = if item.is_null() {
                Err(Violation::new("null", "This field may not be null."))
            } else {
                rule.read(item)
            };
            read.push(
                value.map_err(|violation| self.report(&format!("{name}.{place}"), violation)),
            );
        }
        read.into_iter().collect::<Result<_, _>>().map(Some)
    }

    /// An object within the request, if it is there; its errors name their fields `name.field`.
    pub fn object<T: FromFields>(&mut self, name: &str) -> Result<Option<T>, Reported> {
        let source = match &self.source {
            Source::Form(pairs) => Source::Form(within(pairs, name)),
            Source::Json(members) => match members.get(name) {
                None => return Ok(None),
                Some(Value::Null) => {
                    return Err(
                        self.report(name, Violation::new("null", "This field may not be null."))
                    );
                }
                Some(Value::Object(members)) => Source::Json(members.clone()),
                Some(other) => return Err(self.report(name, not_an_object(other))),
            },
        };
        if matches!(&source, Source::Form(pairs) if pairs.is_empty()) {
            return Ok(None);
        }
        let mut inner = Self {
            source,
            prefix: format!("{}{name}.", self.prefix),
            now: self.now,
            errors: Vec::new(),
        };
        let read = T::from_fields(&mut inner);
        self.errors.append(&mut inner.errors);
        read.map(Some)
    }

    /// The same where null takes the object away; in a form an empty value of its own name does.
    pub fn nullable_object<T: FromFields>(
        &mut self,
        name: &str,
    ) -> Result<Option<Option<T>>, Reported> {
        let is_null = match &self.source {
            Source::Json(members) => members.get(name).is_some_and(Value::is_null),
            Source::Form(pairs) => {
                pairs.iter().any(|(key, value)| key == name && value.trim().is_empty())
            }
        };
        if is_null { Ok(Some(None)) } else { Ok(self.object(name)?.map(Some)) }
    }

    /// Reports what is wrong with a field beyond its own value.
    pub fn report(&mut self, name: &str, violation: Violation) -> Reported {
        let attr = Some(format!("{}{name}", self.prefix));
        self.errors.push(ErrorItem { code: violation.code, detail: violation.detail, attr });
        Reported
    }

    /// Brings what is wrong so far into the order of these fields, for those of which one cannot be
    /// read before another.
    pub fn order(&mut self, names: &[&str]) {
        let prefix = self.prefix.clone();
        let place = |error: &ErrorItem| {
            let attr = error
                .attr
                .as_deref()
                .and_then(|attr| attr.strip_prefix(&*prefix))
                .unwrap_or_default();
            let name = attr.split_once('.').map_or(attr, |(name, _)| name);
            names.iter().position(|known| *known == name)
        };
        self.errors.sort_by_key(place);
    }

    /// The present, for what must lie before or after it.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Everything that is wrong, in the order of reading.
    pub fn into_errors(self) -> Vec<ErrorItem> {
        self.errors
    }

    /// What was sent, in one text that is the same for the same content.
    pub(crate) fn canonical(&self) -> String {
        match &self.source {
            Source::Json(members) => {
                let mut sorted = Value::Object(members.clone());
                sorted.sort_all_objects();
                sorted.to_string()
            }
            Source::Form(pairs) => serde_json::json!(pairs).to_string(),
        }
    }

    fn is_form(&self) -> bool {
        matches!(self.source, Source::Form(_))
    }

    fn value(&self, name: &str) -> Option<Value> {
        match &self.source {
            Source::Json(members) => members.get(name).cloned(),
            Source::Form(pairs) => pairs
                .iter()
                .rev()
                .find(|(key, _)| key == name)
                .map(|(_, value)| Value::String(value.clone())),
        }
    }
}

impl Violation {
    /// A violation.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// Code `invalid`.
    pub fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid", detail)
    }
}

/// The violation of a value that should be an object, in Python's names of the types.
pub(crate) fn not_an_object(value: &Value) -> Violation {
    Violation::invalid(format!(
        "Invalid data. Expected a dictionary, but got {}.",
        python_type(value)
    ))
}

fn not_a_list(value: &Value) -> Violation {
    Violation::new(
        "not_a_list",
        format!("Expected a list of items but got type \"{}\".", python_type(value)),
    )
}

fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "list",
        Value::String(_) => "str",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::Object(_) => "dict",
        Value::Null => "NoneType",
    }
}

/// `[0]` or `.0` behind a list's name.
fn is_place(rest: &str) -> bool {
    let place = rest
        .strip_prefix('.')
        .or_else(|| rest.strip_prefix('[')?.strip_suffix(']'))
        .unwrap_or_default();
    !place.is_empty() && place.bytes().all(|digit| digit.is_ascii_digit())
}

/// The pairs of a form that belong to the object `name`, under their own names.
fn within(pairs: &[(String, String)], name: &str) -> Vec<(String, String)> {
    let member = |key: &str| {
        let rest = key.strip_prefix(name)?;
        rest.strip_prefix('.')
            .or_else(|| rest.strip_prefix('[')?.strip_suffix(']'))
            .map(str::to_owned)
    };
    pairs.iter().filter_map(|(key, value)| Some((member(key)?, value.clone()))).collect()
}
