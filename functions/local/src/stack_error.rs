//! Everything that can keep a stack from starting, each said in one line.

use std::{fmt, io};

use shared::config::ConfigError;

use crate::{
    connections::BindError, data_folder::DataFolderError, dynamodb::EngineError,
    groups::GroupMismatch, route_table::RouteKey, table::TableError, template::TemplateError,
};

/// Why a stack does not start.
#[derive(Debug)]
pub enum StackError {
    /// The template, or a value for a parameter.
    Template(TemplateError),
    /// A group that only one side knows.
    Group(GroupMismatch),
    /// A route key that stands twice in the template.
    RouteTwice(RouteKey),
    /// A function refuses its variables.
    Config {
        /// Its logical id.
        function: String,
        /// Which variable.
        error: ConfigError,
    },
    /// The data folder.
    Data(DataFolderError),
    /// An address that is taken.
    Bind(BindError),
    /// A listener that is of no use.
    Socket(io::Error),
    /// The embedded DynamoDB.
    Engine(EngineError),
    /// The table.
    Table(TableError),
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => error.fmt(f),
            Self::Group(error) => error.fmt(f),
            Self::RouteTwice(key) => write!(f, "template.yaml has the route key {key} twice"),
            Self::Config { function, error } => write!(f, "{function} cannot start: {error}"),
            Self::Data(error) => error.fmt(f),
            Self::Bind(error) => error.fmt(f),
            Self::Socket(error) => write!(f, "a local port cannot be listened on: {error}"),
            Self::Engine(error) => error.fmt(f),
            Self::Table(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StackError {}

macro_rules! from {
    ($($variant:ident: $error:ty),+) => {
        $(impl From<$error> for StackError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

from!(Template: TemplateError, Group: GroupMismatch, Data: DataFolderError, Bind: BindError, Engine: EngineError, Table: TableError);
