//! What can be wrong with a template or with a value given for one of its parameters; each says
//! itself in one line.

use std::{fmt, io, path::PathBuf};

use super::parameters::ParameterProblem;

/// Why a template cannot be used.
#[derive(Debug)]
pub enum TemplateError {
    /// There is none in this folder, nor in those above it.
    Missing,
    /// The file cannot be read.
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no YAML.
    Yaml(saphyr::ScanError),
    /// Something in it is not what it must be.
    Unexpected {
        /// The way to it, such as `Resources.Table.Properties.KeySchema`.
        place: String,
        /// What should be there.
        expected: &'static str,
    },
    /// It refers to something that it does not hold.
    UnknownName {
        /// Where the reference stands.
        place: String,
        /// What it refers to.
        name: String,
    },
    /// An intrinsic function that the launcher does not know stands where its value is needed.
    UnknownIntrinsic {
        /// Where it stands.
        place: String,
        /// Its long name, such as `Fn::FindInMap`.
        name: String,
    },
    /// A value was given for a parameter that the template does not declare.
    UnknownParameter {
        /// The name that was given.
        name: String,
        /// Declared names that look like it.
        near: Vec<String>,
    },
    /// The value of a parameter breaks one of its rules.
    BadValue {
        /// The parameter's name.
        parameter: String,
        /// Which rule.
        problem: ParameterProblem,
    },
    /// There must be exactly one table.
    NotOneTable {
        /// How many there are.
        found: usize,
    },
    /// No function has its code in `functions/<group>`.
    NoFunction {
        /// The group.
        group: String,
    },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => {
                write!(f, "template.yaml is neither in this folder nor in one above it")
            }
            Self::Unreadable { path, source } => {
                write!(f, "{} cannot be read: {source}", path.display())
            }
            Self::Yaml(error) => write!(f, "template.yaml is not well-formed: {error}"),
            Self::Unexpected { place, expected } => {
                write!(f, "template.yaml: {place} must be {expected}")
            }
            Self::UnknownName { place, name } => {
                write!(f, "template.yaml: {place} refers to {name}, which is not there")
            }
            Self::UnknownIntrinsic { place, name } => {
                write!(f, "template.yaml: {place} uses {name}, which the launcher cannot resolve")
            }
            Self::UnknownParameter { name, near } if near.is_empty() => {
                write!(f, "template.yaml has no parameter {name}")
            }
            Self::UnknownParameter { name, near } => {
                write!(f, "template.yaml has no parameter {name}; near it: {}", near.join(", "))
            }
            Self::BadValue { parameter, problem } => {
                write!(f, "the parameter {parameter} {problem}")
            }
            Self::NotOneTable { found } => {
                write!(f, "template.yaml must declare one table, not {found}")
            }
            Self::NoFunction { group } => {
                write!(f, "template.yaml has no function with the code in functions/{group}")
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
