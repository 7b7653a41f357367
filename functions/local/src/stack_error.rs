//! Why a stack does not start, in one line.

use std::{fmt, io};

use shared::config::ConfigError;

use crate::{
    connections::BindError, data_folder::DataFolderError, dynamodb::EngineError,
    functions::GroupMismatch, route_table::RouteKey, table::TableError, template::TemplateError,
};

#[derive(Debug)]
pub enum StackError {
    /// The template or the value of a parameter is invalid.
    Template(TemplateError),
    Group(GroupMismatch),
    DuplicateRoute(RouteKey),
    /// A function rejects its variables.
    Config {
        function: String,
        error: ConfigError,
    },
    Data(DataFolderError),
    Bind(BindError),
    Socket(io::Error),
    Engine(EngineError),
    Table(TableError),
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => error.fmt(f),
            Self::Group(error) => error.fmt(f),
            Self::DuplicateRoute(key) => write!(f, "template.yaml has the route {key} twice"),
            Self::Config { function, error } => write!(f, "{function} cannot start: {error}"),
            Self::Data(error) => error.fmt(f),
            Self::Bind(error) => error.fmt(f),
            Self::Socket(error) => write!(f, "cannot listen on a local port: {error}"),
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

from!(
    Template: TemplateError,
    Group: GroupMismatch,
    Data: DataFolderError,
    Bind: BindError,
    Engine: EngineError,
    Table: TableError
);
