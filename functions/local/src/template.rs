//! Reads `template.yaml` as a deploy does, so that the launcher and the tests run what is deployed.
//!
//! Invariant: routes, variables, timeouts and the table are defined only in the template. The
//! launcher takes them from [`Template::resolve`], which evaluates only the properties that it
//! needs: an intrinsic function anywhere else is ignored.

mod document;
mod error;
mod function;
mod intrinsics;
mod location;
mod measures;
mod parameters;
mod queue;
mod table;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

pub(crate) use self::document::Texts;
use self::intrinsics::{Scope, TABLE};
pub use self::{
    error::{ParameterProblem, TemplateError},
    function::FunctionDefinition,
    intrinsics::StandIns,
    measures::RouteRates,
    parameters::{Overrides, Parameter},
    queue::QueueDefinition,
    table::{AttributeType, IndexDefinition, KeyElement, KeyKind, TableDefinition},
};

pub const FILE_NAME: &str = "template.yaml";

/// A template before its parameters are set.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    parameters: Vec<Parameter>,
}

/// What a deploy creates from a template with all parameters set.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The functions whose condition is true, in the template's order.
    pub functions: Vec<FunctionDefinition>,
    pub table: TableDefinition,
    /// The other tables.
    pub other_tables: Vec<TableDefinition>,
}

impl Template {
    /// Looks for `template.yaml` in the current folder and its parents.
    pub fn find() -> Result<PathBuf, TemplateError> {
        let here = std::env::current_dir().unwrap_or_default();
        here.ancestors()
            .map(|folder| folder.join(FILE_NAME))
            .find(|path| path.is_file())
            .ok_or(TemplateError::Missing)
    }

    /// The template that this program was built with, for where there is no file.
    pub fn embedded() -> Result<Self, TemplateError> {
        Self::parse(include_str!("../../../template.yaml"))
    }

    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        let text = fs::read_to_string(path)
            .map_err(|source| TemplateError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let document = document::read(text)?;
        let parameters = parameters::declared(&document)?;
        Ok(Self { document, parameters })
    }

    /// In the template's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The whole template as CloudFormation's JSON: `!Ref X` is `{"Ref": "X"}`, and every scalar is
    /// a string.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The logical ids of the secrets that a deploy generates.
    pub fn secrets(&self) -> Vec<String> {
        self.of_type("AWS::SecretsManager::Secret").map(|(id, _)| id.clone()).collect()
    }

    /// The logical ids of the resources of a type that a deploy with these parameters creates.
    pub fn created(&self, kind: &str, overrides: &Overrides) -> Result<Vec<String>, TemplateError> {
        let stand_ins = StandIns::default();
        let parameters = parameters::values(&self.parameters, overrides)?;
        let scope = Scope::new(&self.document, parameters, &stand_ins);
        let mut created = Vec::new();
        for (id, resource) in self.of_type(kind) {
            if scope.is_created(resource)? {
                created.push(id.clone());
            }
        }
        Ok(created)
    }

    /// The packages of all functions, whatever their conditions.
    pub fn groups(&self) -> Vec<String> {
        let functions = self.of_type("AWS::Serverless::Function");
        functions
            .filter_map(|(_, resource)| {
                function::group_of(resource["Properties"]["CodeUri"].as_str()?)
            })
            .collect()
    }

    /// What a deploy with these parameters creates. `stand_ins` replaces what only AWS can name.
    pub fn resolve(
        &self,
        overrides: &Overrides,
        stand_ins: &StandIns,
    ) -> Result<Deployment, TemplateError> {
        let parameters = parameters::values(&self.parameters, overrides)?;
        let scope = Scope::new(&self.document, parameters, stand_ins);
        let (table, other_tables) = self.tables(&scope)?;
        Ok(Deployment { functions: self.functions(&scope)?, table, other_tables })
    }

    /// The environment variables of a group's function.
    pub fn environment(
        &self,
        group: &str,
        overrides: &Overrides,
        stand_ins: &StandIns,
    ) -> Result<HashMap<String, String>, TemplateError> {
        let deployment = self.resolve(overrides, stand_ins)?;
        let function = deployment.functions.into_iter().find(|function| function.group == group);
        function
            .map(|function| function.environment)
            .ok_or_else(|| TemplateError::NoFunction { group: group.to_owned() })
    }

    fn functions(&self, scope: &Scope<'_>) -> Result<Vec<FunctionDefinition>, TemplateError> {
        let mut functions = Vec::new();
        for (id, resource) in self.of_type("AWS::Serverless::Function") {
            if scope.is_created(resource)? {
                functions.push(function::definition(&self.document, id, resource, scope)?);
            }
        }
        Ok(functions)
    }

    /// The table [`TABLE`] and the others, whether a deploy creates them or they exist.
    fn tables(
        &self,
        scope: &Scope<'_>,
    ) -> Result<(TableDefinition, Vec<TableDefinition>), TemplateError> {
        let (mut found, mut others) = (None, Vec::new());
        for (id, resource) in self.of_type("AWS::DynamoDB::Table") {
            let definition = table::definition(id, &resource["Properties"], scope)?;
            if id == TABLE { found = Some(definition) } else { others.push(definition) }
        }
        Ok((found.ok_or(TemplateError::NoTable)?, others))
    }

    fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let resources = self.document["Resources"].as_object().into_iter().flat_map(Map::iter);
        resources.filter(move |(_, resource)| resource["Type"] == wanted)
    }
}

#[cfg(test)]
mod tests;
