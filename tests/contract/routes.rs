//! The route keys of template.yaml and the paths that the groups serve.

use local::{
    functions,
    route_table::{RouteKey, RouteTable},
    template::FunctionDefinition,
};
use shared::http::routes::Routes;

use crate::repository::{assert_none, deployment};

const TAIL: &str = "/{proxy+}";

#[test]
fn every_path_reaches_its_own_function_and_no_other() {
    let deployment = deployment();
    let mut problems = Vec::new();
    for (group, routes) in functions::groups() {
        for path in routes().paths().into_iter().flat_map(forms) {
            for function in &deployment.functions {
                let id = &function.logical_id;
                match (function.group == *group, matches(function, &path)) {
                    (true, false) => problems.push(format!(
                        "functions/{group} serves {path}, but no route key leads there: add `ANY \
                         <collection>` and `ANY <collection>{TAIL}` to the Events of {id} in \
                         template.yaml"
                    )),
                    (false, true) => problems.push(format!(
                        "{path} belongs to functions/{group}, but a route key of {id} takes it \
                         too: narrow the Events of {id} in template.yaml"
                    )),
                    _ => {}
                }
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_route_key_leads_to_a_served_path() {
    let mut problems = Vec::new();
    for function in deployment().functions {
        let served = functions::routes(&function.group).unwrap_or_else(|| Routes::of("unknown"));
        let paths: Vec<&str> =
            served.paths().into_iter().map(|path| path.trim_end_matches('/')).collect();
        for (key, collection) in collections(&function) {
            let collection = collection.trim_end_matches('/');
            let is_below = |path: &&str| {
                path.strip_prefix(collection)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if !paths.iter().any(is_below) {
                problems.push(format!(
                    "{} has the route key {key}, but functions/{} serves nothing there: register \
                     the operation in its routes(), or take the key out of template.yaml",
                    function.logical_id, function.group
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_collection_has_a_route_key_for_itself_and_one_for_the_paths_below_it() {
    let mut problems = Vec::new();
    for function in deployment().functions {
        for (key, collection) in collections(&function) {
            // The root has one form only, and the paths below it belong to all functions.
            if collection == "/" {
                continue;
            }
            for wanted in [collection.to_owned(), format!("{collection}{TAIL}")] {
                let wanted = RouteKey::of("ANY", &wanted);
                if !function.routes.contains(&wanted) {
                    problems.push(format!(
                        "{} has {key} but not {wanted}, so one of the slash forms is lost: add it \
                         to its Events in template.yaml",
                        function.logical_id
                    ));
                }
            }
            if key.to_string().ends_with('/') {
                problems.push(format!(
                    "the route key {key} of {} ends in a slash: API Gateway refuses it",
                    function.logical_id
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn one_function_takes_all_other_paths() {
    let deployment = deployment();
    let takers =
        deployment.functions.iter().filter(|function| function.routes.contains(&RouteKey::Default));
    let takers: Vec<&str> = takers.map(|function| function.logical_id.as_str()).collect();
    assert_eq!(
        takers.len(),
        1,
        "one function of template.yaml must have the route key $default, for the 404 in our \
         envelope: {takers:?}"
    );
}

/// A path with and without its trailing slash, and with a value for each variable.
fn forms(path: &str) -> [String; 2] {
    let segments: Vec<&str> = path
        .trim_end_matches('/')
        .split('/')
        .map(|one| if one.starts_with('{') { "x" } else { one })
        .collect();
    let path = segments.join("/");
    if path.is_empty() { ["/".to_owned(), "/".to_owned()] } else { [format!("{path}/"), path] }
}

/// Whether a route key of the function other than `$default` matches this path.
fn matches(function: &FunctionDefinition, path: &str) -> bool {
    let named = function.routes.iter().filter(|key| **key != RouteKey::Default);
    let table = RouteTable::new(named.map(|key| (key.clone(), ())).collect())
        .unwrap_or_else(|key| panic!("the route key {key} is there twice"));
    table.find("GET", path).is_some()
}

/// The route keys with a path, each with its collection: the path without the proxy variable.
fn collections(function: &FunctionDefinition) -> impl Iterator<Item = (&RouteKey, &str)> {
    function.routes.iter().filter_map(|key| match key {
        RouteKey::Path { path, .. } => Some((key, path.strip_suffix(TAIL).unwrap_or(path))),
        RouteKey::Default => None,
    })
}
