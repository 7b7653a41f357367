//! The fields of a request as they were sent, and the errors found so far.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Map, Value};

use super::context::Context;
use crate::http::{body::json, error::ErrorItem};

/// A request that is read field by field. [`request!`](crate::request) implements it.
pub trait FromFields: Sized {
    /// Reads the fields; `Err` only where an error was reported.
    fn from_fields(fields: &mut Fields) -> Result<Self, Reported>;

    /// Adds the names of its fields, in their order.
    fn names(names: &mut Vec<&'static str>);
}

/// The error of a field is in the list of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What happened, for programs.
    pub code: &'static str,
    /// For people.
    pub detail: Cow<'static, str>,
}

/// The fields of one object of a request, and what is wrong with those read so far.
#[derive(Debug)]
pub struct Fields {
    source: Source,
    prefix: String,
    context: Context,
    errors: Vec<ErrorItem>,
    /// The names under which files were sent.
    files: Vec<String>,
}

#[derive(Debug)]
enum Source {
    Json(Map<String, Value>),
    Form(Vec<(String, String)>),
}

impl Fields {
    /// The members of a JSON object.
    pub fn from_json(object: Map<String, Value>, context: Context) -> Self {
        Self::of(Source::Json(object), String::new(), context)
    }

    /// The pairs of a form or a query. Members of a nested object are named `object.member` or
    /// `object[member]`; of a repeated name the last counts.
    pub fn from_form(pairs: Vec<(String, String)>, context: Context) -> Self {
        Self::of(Source::Form(pairs), String::new(), context)
    }

    /// The same with files under these names, which no field takes.
    pub fn with_files(self, files: Vec<String>) -> Self {
        Self { files, ..self }
    }

    fn of(source: Source, prefix: String, context: Context) -> Self {
        Self { source, prefix, context, errors: Vec::new(), files: Vec::new() }
    }

    /// What values are judged by.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Reports what is wrong with a field.
    pub fn report(&mut self, name: &str, violation: Violation) -> Reported {
        let attr = Some(format!("{}{name}", self.prefix));
        self.errors.push(ErrorItem { code: violation.code, detail: violation.detail, attr });
        Reported
    }

    /// Reports that a field is missing.
    pub fn missing(&mut self, name: &str) -> Reported {
        self.report(name, Violation::required())
    }

    /// Reads all fields, or says everything that is wrong with them.
    pub fn read<T: FromFields>(mut self) -> Result<T, Vec<ErrorItem>> {
        let read = T::from_fields(&mut self);
        self.refuse_files::<T>();
        match read {
            Ok(request) if self.errors.is_empty() => Ok(request),
            _ => Err(self.errors),
        }
    }

    /// Reports each field that was sent as a file, instead of what else is wrong with it.
    fn refuse_files<T: FromFields>(&mut self) {
        let files = std::mem::take(&mut self.files);
        if files.is_empty() {
            return;
        }
        let mut names = Vec::new();
        T::names(&mut names);
        for name in names.into_iter().filter(|name| files.iter().any(|file| file == name)) {
            self.errors.retain(|error| error.attr.as_deref() != Some(name));
            self.report(name, Violation::invalid("Not a valid string."));
        }
        self.order::<T>(0);
    }

    /// How many errors there are.
    #[doc(hidden)]
    pub fn mark(&self) -> usize {
        self.errors.len()
    }

    /// Drops the errors since `mark`.
    pub(super) fn forget(&mut self, mark: usize) {
        self.errors.truncate(mark);
    }

    /// Brings the errors since `mark` into the order of the fields of `T`. A check of several
    /// fields reports its errors after those of single fields.
    #[doc(hidden)]
    pub fn order<T: FromFields>(&mut self, mark: usize) {
        if self.errors.len() > mark + 1 {
            let mut names = Vec::new();
            T::names(&mut names);
            self.order_by(mark, &names);
        }
    }

    fn order_by(&mut self, mark: usize, names: &[&str]) {
        let Self { errors, prefix, .. } = self;
        let place = |error: &ErrorItem| {
            let attr = error.attr.as_deref().unwrap_or_default();
            let name = attr.strip_prefix(&**prefix).unwrap_or(attr);
            let name = name.split_once('.').map_or(name, |(name, _)| name);
            names.iter().position(|known| *known == name)
        };
        errors[mark..].sort_by_key(place);
    }

    /// What was sent, in one text that is the same for the same content.
    pub(crate) fn canonical(&self) -> String {
        match &self.source {
            Source::Json(members) => {
                let mut sorted = json::plain(Value::Object(members.clone()));
                sorted.sort_all_objects();
                sorted.to_string()
            }
            Source::Form(pairs) => serde_json::json!(pairs).to_string(),
        }
    }

    /// The value of a field, if it was sent; null is reported. In a form an empty value counts only
    /// as a text.
    pub(crate) fn find(&mut self, name: &str, is_text: bool) -> Result<Option<Value>, Reported> {
        match self.value(name) {
            Some(Value::Null) => Err(self.report(name, Violation::null())),
            Some(_) if !is_text && self.is_empty_in_form(name) => Ok(None),
            value => Ok(value.map(if is_text { json::as_text } else { json::plain })),
        }
    }

    /// Whether a field of a form was sent with nothing but white space.
    pub(crate) fn is_empty_in_form(&self, name: &str) -> bool {
        matches!(self.source, Source::Form(_)) && self.is_blank(name)
    }

    /// Whether a field was sent as null. In a form an empty value stands for null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        match &self.source {
            Source::Json(members) => members.get(name).is_some_and(Value::is_null),
            Source::Form(_) => self.is_empty_in_form(name),
        }
    }

    /// Whether a field was sent as a text of nothing but white space.
    pub(crate) fn is_blank(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::String(text)) if text.trim().is_empty())
    }

    /// A value that was read, or the report of what is wrong with it.
    pub(crate) fn judged<T>(
        &mut self,
        name: &str,
        read: Result<T, Violation>,
    ) -> Result<T, Reported> {
        read.map_err(|violation| self.report(name, violation))
    }

    /// The items of a list of 1 to `most`, if it was sent. A form repeats the name, or numbers it
    /// as `name[0]`.
    pub(crate) fn items(
        &mut self,
        name: &str,
        most: usize,
        are_texts: bool,
    ) -> Result<Option<Vec<Value>>, Reported> {
        let items = match &self.source {
            Source::Form(pairs) => items_of_form(pairs, name, are_texts),
            Source::Json(members) => match members.get(name) {
                None => None,
                Some(Value::Array(items)) => Some(items.clone()),
                Some(Value::Null) => return Err(self.report(name, Violation::null())),
                Some(other) => {
                    let violation = not_a_list(other);
                    return Err(self.report(name, violation));
                }
            },
        };
        let Some(items) = items else { return Ok(None) };
        if items.is_empty() {
            return Err(self.report(name, Violation::new("empty", "This list may not be empty.")));
        }
        if items.len() > most {
            return Err(self.report(name, Violation::more_than(most)));
        }
        Ok(Some(
            items.into_iter().map(if are_texts { json::as_text } else { json::plain }).collect(),
        ))
    }

    /// The fields of an object within the request, if it was sent. [`Fields::close`] takes over
    /// its errors.
    pub(crate) fn open(&mut self, name: &str) -> Result<Option<Self>, Reported> {
        let inner = self.open_names(name)?;
        let is_empty = |(_, value): &(String, String)| value.trim().is_empty();
        Ok(inner.filter(|inner| match &inner.source {
            Source::Form(pairs) => !pairs.iter().all(is_empty),
            Source::Json(_) => true,
        }))
    }

    /// The same for an object whose members have any names, and may be null.
    pub(crate) fn open_names(&mut self, name: &str) -> Result<Option<Self>, Reported> {
        let source = match &self.source {
            Source::Form(pairs) => Source::Form(within(pairs, name)),
            Source::Json(members) => match members.get(name) {
                None => return Ok(None),
                Some(Value::Null) => return Err(self.report(name, Violation::null())),
                Some(Value::Object(members)) => Source::Json(members.clone()),
                Some(other) => {
                    let violation = not_an_object(other);
                    return Err(self.report(name, violation));
                }
            },
        };
        if matches!(&source, Source::Form(pairs) if pairs.is_empty()) {
            return Ok(None);
        }
        let prefix = format!("{}{name}.", self.prefix);
        Ok(Some(Self::of(source, prefix, self.context.clone())))
    }

    /// Takes over the errors of an object that [`Fields::open`] gave.
    pub(crate) fn close(&mut self, inner: Self) {
        self.errors.extend(inner.errors);
    }

    /// The names of all members, each once.
    pub(crate) fn all_names(&self) -> BTreeSet<String> {
        match &self.source {
            Source::Json(members) => members.keys().cloned().collect(),
            Source::Form(pairs) => pairs.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        match &self.source {
            Source::Json(members) => members.get(name).cloned(),
            Source::Form(pairs) => {
                let (_, value) = pairs.iter().rev().find(|(key, _)| key == name)?;
                Some(Value::String(value.clone()))
            }
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

    /// Code `max_length`, of a list or an object.
    pub fn more_than(most: usize) -> Self {
        Self::new("max_length", format!("Ensure this field has no more than {most} elements."))
    }

    /// Code `invalid_choice`.
    pub fn invalid_choice(sent: &str) -> Self {
        Self::new("invalid_choice", format!("\"{sent}\" is not a valid choice."))
    }

    /// Code `required`.
    pub fn required() -> Self {
        Self::new("required", "This field is required.")
    }

    /// Code `null`.
    pub fn null() -> Self {
        Self::new("null", "This field may not be null.")
    }
}

/// The violation of a value that should be an object, in Python's names of the types.
pub(crate) fn not_an_object(value: &Value) -> Violation {
    let kind = python_type(value);
    Violation::invalid(format!("Invalid data. Expected a dictionary, but got {kind}."))
}

fn not_a_list(value: &Value) -> Violation {
    let kind = python_type(value);
    Violation::new("not_a_list", format!("Expected a list of items but got type \"{kind}\"."))
}

fn python_type(value: &Value) -> &'static str {
    match json::plain(value.clone()) {
        Value::Array(_) => "list",
        Value::String(_) => "str",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::Object(_) => "dict",
        Value::Null => "NoneType",
    }
}

fn items_of_form(pairs: &[(String, String)], name: &str, are_texts: bool) -> Option<Vec<Value>> {
    let is_item = |key: &str| key == name || key.strip_prefix(name).is_some_and(is_place);
    let is_sent = |value: &str| are_texts || !value.trim().is_empty();
    let items = pairs.iter().filter(|(key, value)| is_item(key) && is_sent(value));
    let items: Vec<_> = items.map(|(_, value)| Value::String(value.clone())).collect();
    (!items.is_empty()).then_some(items)
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
