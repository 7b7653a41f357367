//! Why a template or the value of a parameter is invalid, in one line.

use std::{fmt, io, path::PathBuf};

#[derive(Debug)]
pub enum TemplateError {
    /// No parent of the current folder has one.
    Missing,
    Unreadable {
        path: PathBuf,
        source: io::Error,
    },
    /// It is not YAML.
    Yaml(saphyr::ScanError),
    Unexpected {
        /// Such as `Resources.Table.Properties.KeySchema`.
        location: String,
        expected: &'static str,
    },
    /// A reference to something that the template does not declare.
    UnknownName {
        location: String,
        name: String,
    },
    /// An intrinsic function that the launcher does not implement, where its value is needed.
    UnknownIntrinsic {
        location: String,
        /// The long name, such as `Fn::FindInMap`.
        name: String,
    },
    /// A value for a parameter that the template does not declare.
    UnknownParameter {
        name: String,
        /// Declared parameters with similar names.
        similar: Vec<String>,
    },
    InvalidParameter {
        parameter: String,
        problem: ParameterProblem,
    },
    /// The template declares no table with the logical id `Table`.
    NoTable,
    /// No function has its code in `functions/<group>`.
    NoFunction {
        group: String,
    },
}

/// The rule that a parameter's value breaks.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterProblem {
    /// There is neither a value nor a default.
    Missing,
    NotANumber,
    BelowMinValue(f64),
    AboveMaxValue(f64),
    BelowMinLength(f64),
    AboveMaxLength(f64),
    /// It is not one of these `AllowedValues`.
    NotAllowed(Vec<String>),
}

impl fmt::Display for ParameterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "has no default and needs a value"),
            Self::NotANumber => write!(f, "must be a number"),
            Self::BelowMinValue(min) => write!(f, "must be at least {min}"),
            Self::AboveMaxValue(max) => write!(f, "must be at most {max}"),
            Self::BelowMinLength(min) => write!(f, "must have at least {min} characters"),
            Self::AboveMaxLength(max) => write!(f, "must have at most {max} characters"),
            Self::NotAllowed(allowed) => write!(f, "must be one of {}", allowed.join(", ")),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => {
                write!(f, "there is no template.yaml in this folder or its parents")
            }
            Self::Unreadable { path, source } => {
                write!(f, "cannot read {}: {source}", path.display())
            }
            Self::Yaml(error) => write!(f, "template.yaml is not valid YAML: {error}"),
            Self::Unexpected { location, expected } => {
                write!(f, "template.yaml: {location} must be {expected}")
            }
            Self::UnknownName { location, name } => {
                write!(f, "template.yaml: {location} refers to {name}, which does not exist")
            }
            Self::UnknownIntrinsic { location, name } => {
                write!(
                    f,
                    "template.yaml: {location} uses {name}, which the launcher cannot resolve"
                )
            }
            Self::UnknownParameter { name, similar } if similar.is_empty() => {
                write!(f, "template.yaml has no parameter {name}")
            }
            Self::UnknownParameter { name, similar } => {
                let similar = similar.join(", ");
                write!(f, "template.yaml has no parameter {name}; similar names: {similar}")
            }
            Self::InvalidParameter { parameter, problem } => {
                write!(f, "the parameter {parameter} {problem}")
            }
            Self::NoTable => f.write_str("template.yaml must declare a table named Table"),
            Self::NoFunction { group } => {
                write!(f, "template.yaml has no function for functions/{group}")
            }
        }
    }
}

impl std::error::Error for TemplateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Yaml(error) => Some(error),
            _ => None,
        }
    }
}
