//! The template's parameters and their values.
//!
//! Invariant: a value that a deploy would reject (wrong type, out of range, not allowed) is
//! rejected here too, as is an undeclared name. Only `AllowedPattern` is not checked, since the
//! functions check those values when they read their configuration.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    document::Texts,
    error::{ParameterProblem, TemplateError},
    location::Location,
};

/// Values to use instead of the defaults, by parameter name.
pub type Overrides = BTreeMap<String, String>;

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    /// A parameter without a default must be set.
    pub default: Option<String>,
    pub description: String,
    is_number: bool,
    allowed: Vec<String>,
    value_range: Range,
    length_range: Range,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

/// Reads the `Parameters` section.
pub(super) fn declared(document: &Value) -> Result<Vec<Parameter>, TemplateError> {
    let section = document["Parameters"].as_object().into_iter().flat_map(Map::iter);
    section.map(|(name, declaration)| read(name, declaration)).collect()
}

/// The checked value of each parameter.
pub(super) fn values(
    parameters: &[Parameter],
    overrides: &Overrides,
) -> Result<Texts, TemplateError> {
    if let Some(name) =
        overrides.keys().find(|name| !parameters.iter().any(|known| known.name == **name))
    {
        return Err(TemplateError::UnknownParameter {
            name: name.clone(),
            similar: similar_names(name, parameters),
        });
    }
    let mut values = Texts::new();
    for parameter in parameters {
        let value = overrides.get(&parameter.name).or(parameter.default.as_ref());
        let checked = value
            .ok_or(ParameterProblem::Missing)
            .and_then(|value| parameter.check(value).map(|()| value));
        let value = checked.map_err(|problem| TemplateError::InvalidParameter {
            parameter: parameter.name.clone(),
            problem,
        })?;
        values.insert(parameter.name.clone(), value.clone());
    }
    Ok(values)
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), ParameterProblem> {
        if self.is_number {
            let number = value.trim().parse().map_err(|_| ParameterProblem::NotANumber)?;
            let (below, above) = (ParameterProblem::BelowMinValue, ParameterProblem::AboveMaxValue);
            self.value_range.check(number, below, above)?;
        } else {
            let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
            let (below, above) =
                (ParameterProblem::BelowMinLength, ParameterProblem::AboveMaxLength);
            self.length_range.check(length.into(), below, above)?;
        }
        let allowed = self.allowed.is_empty() || self.allowed.iter().any(|one| one == value);
        if allowed { Ok(()) } else { Err(ParameterProblem::NotAllowed(self.allowed.clone())) }
    }
}

impl Range {
    fn check(
        self,
        number: f64,
        below: fn(f64) -> ParameterProblem,
        above: fn(f64) -> ParameterProblem,
    ) -> Result<(), ParameterProblem> {
        match (self.min, self.max) {
            (Some(min), _) if number < min => Err(below(min)),
            (_, Some(max)) if number > max => Err(above(max)),
            _ => Ok(()),
        }
    }
}

fn read(name: &str, declaration: &Value) -> Result<Parameter, TemplateError> {
    let location = Location::new("Parameters").child(name);
    let text = |key: &str| declaration[key].as_str().map(str::to_owned);
    let bound = |key: &str| match declaration[key].as_str().map(str::parse) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(location.child(key).must_be("a number")),
    };
    let kind = text("Type").ok_or_else(|| location.child("Type").must_be("a string"))?;
    let allowed = declaration["AllowedValues"].as_array().into_iter().flatten();
    Ok(Parameter {
        name: name.to_owned(),
        default: text("Default"),
        description: text("Description").unwrap_or_default(),
        is_number: kind == "Number",
        allowed: allowed.filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        value_range: Range { min: bound("MinValue")?, max: bound("MaxValue")? },
        length_range: Range { min: bound("MinLength")?, max: bound("MaxLength")? },
    })
}

/// Up to four declared names that contain `name`, are contained in it, or differ in a few letters;
/// the most similar first.
fn similar_names(name: &str, parameters: &[Parameter]) -> Vec<String> {
    let wanted = name.to_lowercase();
    let mut found: Vec<(usize, &str)> = parameters
        .iter()
        .filter_map(|parameter| {
            let known = parameter.name.to_lowercase();
            let distance = edit_distance(&wanted, &known);
            let contained =
                !wanted.is_empty() && (known.contains(&wanted) || wanted.contains(&known));
            (contained || distance <= 1 + wanted.len() / 4)
                .then_some((distance, parameter.name.as_str()))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(4).map(|(_, name)| name.to_owned()).collect()
}

/// The Levenshtein distance.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for column in 0..right.len() {
            let replaced = diagonal + usize::from(letter != right[column]);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
