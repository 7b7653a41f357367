//! What `template.yaml` says, read the way a deploy would read it, so that the launcher and the
//! tests run the deployed set-up.
//!
//! Invariant: nothing about routes, variables, time limits or the table is written down a second
//! time on this side; whatever here depends on them comes from [`Template::resolve`]. Only what is
//! needed is resolved: an intrinsic function in another place is never looked at.

mod document;
mod error;
mod intrinsics;
mod parameters;
mod queue;
mod table;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Map, Value};

use self::{document::Place, intrinsics::Scope};
pub use self::{
    error::TemplateError,
    intrinsics::StandIns,
    parameters::{Overrides, Parameter, ParameterProblem},
    queue::QueueDefinition,
    table::{AttributeType, IndexDefinition, KeyElement, KeyKind, TableDefinition},
};
use crate::route_table::RouteKey;

/// Name of the file that describes the stack.
pub const FILE_NAME: &str = "template.yaml";

/// A template that has been read but whose parameters are still open.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    parameters: Vec<Parameter>,
}

/// A template with every parameter decided: what a deploy would make of it.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The functions whose condition holds, in the template's order.
    pub functions: Vec<FunctionDefinition>,
    /// The one table.
    pub table: TableDefinition,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct FunctionDefinition {
    /// Its name in the template, such as `AuthFunction`.
    pub logical_id: String,
    /// The package under `functions/` that holds its code, from `CodeUri`.
    pub group: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its environment variables, those of `Globals` included.
    pub environment: HashMap<String, String>,
    /// The route keys of its `HttpApi` events.
    pub routes: Vec<RouteKey>,
    /// The queue of its `SQS` event.
    pub queue: Option<QueueDefinition>,
    /// The rate or times of its `Schedule` event.
    pub schedule: Option<String>,
}

impl Template {
    /// Looks for `template.yaml` in the current folder and the ones above it, then beside the
    /// sources this program was built from.
    pub fn find() -> Result<PathBuf, TemplateError> {
        let here = std::env::current_dir().unwrap_or_default();
        let built_from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        here.ancestors()
            .chain([built_from])
            .map(|folder| folder.join(FILE_NAME))
            .find(|path| path.is_file())
            .ok_or(TemplateError::Missing)
    }

    /// Reads the template at `path`.
    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        let text = fs::read_to_string(path)
            .map_err(|source| TemplateError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads a template from its text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let document = document::read(text)?;
        let parameters = parameters::declared(&document)?;
        Ok(Self { document, parameters })
    }

    /// The declared parameters, in the template's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The whole tree, in the form that CloudFormation's JSON has: `!Ref X` as `{"Ref": "X"}`,
    /// every scalar a text.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Logical ids of the secrets that a deploy would generate.
    pub fn secrets(&self) -> Vec<String> {
        self.of_type("AWS::SecretsManager::Secret").map(|(id, _)| id.clone()).collect()
    }

    /// Decides every parameter, and gives what a deploy would make; `stand_ins` takes the place of
    /// what only AWS can name.
    pub fn resolve(
        &self,
        overrides: &Overrides,
        stand_ins: &StandIns,
    ) -> Result<Deployment, TemplateError> {
        let parameters = parameters::decide(&self.parameters, overrides)?;
        let scope = Scope::new(&self.document, parameters, stand_ins);
        Ok(Deployment { functions: self.functions(&scope)?, table: self.table(&scope)? })
    }

    /// The variables one group's function would get.
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
            if scope.is_made(resource)? {
                functions.push(self.function(id, resource, scope)?);
            }
        }
        Ok(functions)
    }

    fn function(
        &self,
        id: &str,
        resource: &Value,
        scope: &Scope<'_>,
    ) -> Result<FunctionDefinition, TemplateError> {
        let place = Place::new("Resources").under(id).under("Properties");
        let properties = &resource["Properties"];
        let globals = &self.document["Globals"]["Function"];
        let property = |name: &str| properties.get(name).or_else(|| globals.get(name));
        let code = scope.required_text(property("CodeUri"), &place.under("CodeUri"))?;
        let timeout = property("Timeout")
            .map(|value| scope.number(value, &place.under("Timeout")))
            .transpose()?;
        let mut environment = HashMap::new();
        for variables in [globals, properties].map(|owner| &owner["Environment"]["Variables"]) {
            environment.extend(scope.texts(variables, &place.under("Environment.Variables"))?);
        }
        Ok(FunctionDefinition {
            logical_id: id.to_owned(),
            group: group_of(&code)
                .ok_or_else(|| place.under("CodeUri").must_be("functions/<group>"))?,
            timeout: Duration::from_secs(timeout.unwrap_or(3)),
            environment,
            routes: routes(&properties["Events"], scope, &place.under("Events"))?,
            queue: queue::definition(
                &self.document,
                &properties["Events"],
                scope,
                &place.under("Events"),
            )?,
            schedule: schedule(&properties["Events"], scope, &place.under("Events"))?,
        })
    }

    fn table(&self, scope: &Scope<'_>) -> Result<TableDefinition, TemplateError> {
        let tables: Vec<_> = self.of_type("AWS::DynamoDB::Table").collect();
        let [(id, resource)] = tables.as_slice() else {
            return Err(TemplateError::NotOneTable { found: tables.len() });
        };
        table::definition(id, &resource["Properties"], scope)
    }

    fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let resources = self.document["Resources"].as_object().into_iter().flat_map(Map::iter);
        resources.filter(move |(_, resource)| resource["Type"] == wanted)
    }
}

fn group_of(code: &str) -> Option<String> {
    let path = code.trim_start_matches("./").trim_end_matches('/');
    let group = path.strip_prefix("functions/")?;
    (!group.is_empty() && !group.contains('/')).then(|| group.to_owned())
}

/// SAM makes `$default` of an event that names neither a path nor a method, and `ANY` of `any`.
fn routes(
    events: &Value,
    scope: &Scope<'_>,
    place: &Place,
) -> Result<Vec<RouteKey>, TemplateError> {
    let mut routes = Vec::new();
    for (name, event) in events.as_object().into_iter().flat_map(Map::iter) {
        if event["Type"] != "HttpApi" {
            continue;
        }
        let place = place.under(name);
        let text = |property: &str| {
            let value = event["Properties"].get(property);
            value.map(|value| scope.required_text(Some(value), &place.under(property))).transpose()
        };
        let (path, method) = (text("Path")?, text("Method")?);
        let route = match path.as_deref() {
            None | Some("$default") => RouteKey::Default,
            Some(path) if path.len() > 1 && path.ends_with('/') => {
                return Err(place
                    .under("Path")
                    .must_be("a path without a slash at its end (API Gateway refuses it)"));
            }
            Some(path) => RouteKey::of(method.as_deref().unwrap_or("ANY"), path),
        };
        routes.push(route);
    }
    Ok(routes)
}

/// The expression of the first `Schedule` event, if there is one.
fn schedule(
    events: &Value,
    scope: &Scope<'_>,
    place: &Place,
) -> Result<Option<String>, TemplateError> {
    let mut all = events.as_object().into_iter().flat_map(Map::iter);
    let Some((name, event)) = all.find(|(_, event)| event["Type"] == "Schedule") else {
        return Ok(None);
    };
    let place = place.under(name).under("Schedule");
    scope.required_text(event["Properties"].get("Schedule"), &place).map(Some)
}

/// Values by name, as the template's text gives them.
pub(crate) type Texts = BTreeMap<String, String>;

#[cfg(test)]
mod tests;
