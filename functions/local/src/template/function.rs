//! A function as the template declares it.

use std::{collections::HashMap, time::Duration};

use serde_json::{Map, Value};

use super::{
    error::TemplateError,
    intrinsics::Scope,
    location::Location,
    queue::{self, QueueDefinition},
};
use crate::route_table::RouteKey;

/// Lambda's timeout for a function that declares none.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct FunctionDefinition {
    /// Its name in the template, such as `AuthFunction`.
    pub logical_id: String,
    /// Its package under `functions/`, from `CodeUri`.
    pub group: String,
    /// The timeout of one invocation.
    pub timeout: Duration,
    /// Its environment variables, including those of `Globals`.
    pub environment: HashMap<String, String>,
    /// The instances that it keeps for itself and has at most.
    pub reserved_concurrency: Option<u64>,
    /// The routes of its `HttpApi` events.
    pub routes: Vec<RouteKey>,
    /// The queue of its `SQS` event.
    pub queue: Option<QueueDefinition>,
    /// The expression of its `Schedule` event.
    pub schedule: Option<String>,
}

/// Reads the function `id` of the template `document`.
pub(super) fn definition(
    document: &Value,
    id: &str,
    resource: &Value,
    scope: &Scope<'_>,
) -> Result<FunctionDefinition, TemplateError> {
    let location = Location::new("Resources").child(id).child("Properties");
    let properties = &resource["Properties"];
    let globals = &document["Globals"]["Function"];
    let property = |name: &str| properties.get(name).or_else(|| globals.get(name));
    let code = scope.required_text(property("CodeUri"), &location.child("CodeUri"))?;
    let timeout = property("Timeout")
        .map(|value| scope.number(value, &location.child("Timeout")))
        .transpose()?;
    let mut environment = HashMap::new();
    for variables in [globals, properties].map(|owner| &owner["Environment"]["Variables"]) {
        environment.extend(scope.texts(variables, &location.child("Environment.Variables"))?);
    }
    let (events, at_events) = (&properties["Events"], location.child("Events"));
    let reserved = property("ReservedConcurrentExecutions");
    let reserved_at = location.child("ReservedConcurrentExecutions");
    let reserved = reserved.map(|value| scope.resolve(value, &reserved_at)).transpose()?.flatten();
    Ok(FunctionDefinition {
        reserved_concurrency: reserved
            .map(|value| scope.number(&value, &reserved_at))
            .transpose()?,
        logical_id: id.to_owned(),
        group: group_of(&code)
            .ok_or_else(|| location.child("CodeUri").must_be("functions/<group>"))?,
        timeout: Duration::from_secs(timeout.unwrap_or(DEFAULT_TIMEOUT_SECONDS)),
        environment,
        routes: routes(events, scope, &at_events)?,
        queue: queue::definition(document, events, scope, &at_events)?,
        schedule: schedule(events, scope, &at_events)?,
    })
}

pub(super) fn group_of(code: &str) -> Option<String> {
    let path = code.trim_start_matches("./").trim_end_matches('/');
    let group = path.strip_prefix("functions/")?;
    (!group.is_empty() && !group.contains('/')).then(|| group.to_owned())
}

/// Like SAM, reads an event without path and method as `$default`, and the method `any` as `ANY`.
fn routes(
    events: &Value,
    scope: &Scope<'_>,
    location: &Location,
) -> Result<Vec<RouteKey>, TemplateError> {
    let mut routes = Vec::new();
    for (name, event) in events.as_object().into_iter().flat_map(Map::iter) {
        if event["Type"] != "HttpApi" {
            continue;
        }
        let location = location.child(name);
        let text = |property: &str| {
            let value = event["Properties"].get(property);
            value
                .map(|value| scope.required_text(Some(value), &location.child(property)))
                .transpose()
        };
        let (path, method) = (text("Path")?, text("Method")?);
        let route = match path.as_deref() {
            None | Some("$default") => RouteKey::Default,
            Some(path) if path.len() > 1 && path.ends_with('/') => {
                return Err(location
                    .child("Path")
                    .must_be("a path without a final slash, which API Gateway rejects"));
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
    location: &Location,
) -> Result<Option<String>, TemplateError> {
    let mut events = events.as_object().into_iter().flat_map(Map::iter);
    let Some((name, event)) = events.find(|(_, event)| event["Type"] == "Schedule") else {
        return Ok(None);
    };
    let location = location.child(name).child("Schedule");
    scope.required_text(event["Properties"].get("Schedule"), &location).map(Some)
}
