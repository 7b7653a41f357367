//! The template's parameters: what each admits, and which value it has in the end.
//!
//! Invariant: a value that a deploy would refuse (wrong type, out of range, not on the list) is
//! refused here too, and so is a name that the template does not declare. `AllowedPattern` alone is
//! not checked; the functions' own configuration reads those values strictly.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use super::{Place, TemplateError, Texts};

/// Values given in place of the defaults, by parameter name.
pub type Overrides = BTreeMap<String, String>;

/// One declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value where none is given; a parameter without one must be given.
    pub default: Option<String>,
    /// What it is for, in the template's words.
    pub description: String,
    number: bool,
    allowed: Vec<String>,
    value_range: Range,
    length_range: Range,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    least: Option<f64>,
    most: Option<f64>,
}

/// Which of its rules a parameter's value breaks.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterProblem {
    /// There is neither a value nor a default.
    Missing,
    /// Its type is Number.
    NotANumber,
    /// Below `MinValue` or `MinLength`.
    BelowLeast(f64),
    /// Above `MaxValue` or `MaxLength`.
    AboveMost(f64),
    /// Not one of `AllowedValues`.
    NotAllowed(Vec<String>),
}

impl fmt::Display for ParameterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "has no default and must be given"),
            Self::NotANumber => write!(f, "must be a number"),
            Self::BelowLeast(least) => write!(f, "must be at least {least} (a text: its length)"),
            Self::AboveMost(most) => write!(f, "must be at most {most} (a text: its length)"),
            Self::NotAllowed(allowed) => write!(f, "must be one of {}", allowed.join(", ")),
        }
    }
}

/// Reads the `Parameters` section.
pub(super) fn declared(document: &Value) -> Result<Vec<Parameter>, TemplateError> {
    let section = document["Parameters"].as_object().into_iter().flat_map(Map::iter);
    section.map(|(name, declaration)| read(name, declaration)).collect()
}

/// Gives each parameter its value, checked.
pub(super) fn decide(
    parameters: &[Parameter],
    overrides: &Overrides,
) -> Result<Texts, TemplateError> {
    if let Some(name) =
        overrides.keys().find(|name| !parameters.iter().any(|known| known.name == **name))
    {
        return Err(TemplateError::UnknownParameter {
            name: name.clone(),
            near: near(name, parameters),
        });
    }
    let mut values = Texts::new();
    for parameter in parameters {
        let value = overrides.get(&parameter.name).or(parameter.default.as_ref());
        let checked = value
            .ok_or(ParameterProblem::Missing)
            .and_then(|value| parameter.check(value).map(|()| value));
        let value = checked.map_err(|problem| TemplateError::BadValue {
            parameter: parameter.name.clone(),
            problem,
        })?;
        values.insert(parameter.name.clone(), value.clone());
    }
    Ok(values)
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), ParameterProblem> {
        if self.number {
            let number = value.trim().parse().map_err(|_| ParameterProblem::NotANumber)?;
            self.value_range.check(number)?;
        } else {
            let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
            self.length_range.check(length.into())?;
        }
        let allowed = self.allowed.is_empty() || self.allowed.iter().any(|one| one == value);
        if allowed { Ok(()) } else { Err(ParameterProblem::NotAllowed(self.allowed.clone())) }
    }
}

impl Range {
    fn check(self, number: f64) -> Result<(), ParameterProblem> {
        match (self.least, self.most) {
            (Some(least), _) if number < least => Err(ParameterProblem::BelowLeast(least)),
            (_, Some(most)) if number > most => Err(ParameterProblem::AboveMost(most)),
            _ => Ok(()),
        }
    }
}

fn read(name: &str, declaration: &Value) -> Result<Parameter, TemplateError> {
    let place = Place::new("Parameters").under(name);
    let text = |key: &str| declaration[key].as_str().map(str::to_owned);
    let bound = |key: &str| match declaration[key].as_str().map(str::parse) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(place.under(key).must_be("a number")),
    };
    let kind = text("Type").ok_or_else(|| place.under("Type").must_be("a text"))?;
    let allowed = declaration["AllowedValues"].as_array().into_iter().flatten();
    Ok(Parameter {
        name: name.to_owned(),
        default: text("Default"),
        description: text("Description").unwrap_or_default(),
        number: kind == "Number",
        allowed: allowed.filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        value_range: Range { least: bound("MinValue")?, most: bound("MaxValue")? },
        length_range: Range { least: bound("MinLength")?, most: bound("MaxLength")? },
    })
}

/// At most four declared names that hold `name`, are held by it, or are a few letters away from it;
/// the nearest first.
fn near(name: &str, parameters: &[Parameter]) -> Vec<String> {
    let wanted = name.to_lowercase();
    let mut found: Vec<(usize, &str)> = parameters
        .iter()
        .filter_map(|parameter| {
            let known = parameter.name.to_lowercase();
            let away = distance(&wanted, &known);
            let held = !wanted.is_empty() && (known.contains(&wanted) || wanted.contains(&known));
            (held || away <= 1 + wanted.len() / 4).then_some((away, parameter.name.as_str()))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(4).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein's edit distance.
fn distance(left: &str, right: &str) -> usize {
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
