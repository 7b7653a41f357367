//! The sources that the tests compare: files of the repository, the template, the groups and the
//! merged document.

use std::{collections::BTreeMap, fs, path::PathBuf};

use local::template::{Deployment, Overrides, StandIns, Template};
use serde_json::{Map, Value};

/// The folder that holds `template.yaml`.
pub fn root() -> PathBuf {
    let template = Template::find().expect("template.yaml is at the root of the repository");
    template.parent().expect("a file is in a folder").to_owned()
}

/// The template with unresolved parameters.
pub fn template() -> Template {
    let path = Template::find().expect("template.yaml is at the root of the repository");
    Template::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

/// The result of a deployment with the default parameters, and with the function of the mock.
pub fn deployment() -> Deployment {
    deployment_with(&[("EnableMock", "true")])
}

/// The result of a deployment with other values for some parameters.
pub fn deployment_with(parameters: &[(&str, &str)]) -> Deployment {
    let template = template();
    let secrets: BTreeMap<_, _> =
        template.secrets().into_iter().map(|id| (id, "a secret of the tests".to_owned())).collect();
    let stand_ins = StandIns { table_name: None, secrets };
    let overrides: Overrides =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    template.resolve(&overrides, &stand_ins).unwrap_or_else(|error| panic!("{error}"))
}

/// The resources of one type with their logical ids, as written in the template.
pub fn resources(template: &Template, kind: &str) -> Vec<(String, Value)> {
    let all = template.document()["Resources"].as_object().into_iter().flat_map(Map::iter);
    all.filter(|(_, resource)| resource["Type"] == kind)
        .map(|(id, resource)| (id.clone(), resource.clone()))
        .collect()
}

/// The functions as written in the template: logical id, group, definition.
pub fn functions(template: &Template) -> Vec<(String, String, Value)> {
    let group = |function: &Value| {
        let code = function["Properties"]["CodeUri"].as_str().unwrap_or_default();
        code.trim_start_matches("./")
            .trim_end_matches('/')
            .trim_start_matches("functions/")
            .to_owned()
    };
    let functions = resources(template, "AWS::Serverless::Function").into_iter();
    functions.map(|(id, function)| (id, group(&function), function)).collect()
}

/// The packages that are deployed: the programs of `functions/` except the launcher.
pub fn packages() -> Vec<String> {
    let entries = fs::read_dir(root().join("functions")).expect("there is a folder functions");
    let folders = entries
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.path().join("src/main.rs").is_file());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().into_string().expect("a name in ASCII")).collect();
    names.retain(|name| name != "local");
    names.sort();
    names
}

/// The document of all groups.
pub fn document() -> Value {
    local::document::document()
}

/// A part of the document, or the target of its `$ref`.
pub fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    let name =
        part["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    name.unwrap_or(part)
}

/// One operation of the document.
pub struct Operation {
    /// Its method in upper case.
    pub method: String,
    /// Its path with `{variables}`.
    pub path: String,
    /// Its description in the document.
    pub described: Value,
}

impl Operation {
    /// `POST /api/send-otp/`.
    pub fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it stays open during maintenance and for outdated apps.
    pub fn is_of_app_info(&self) -> bool {
        self.described["tags"][0] == "AppInfo"
    }

    /// Whether it takes an access token of ours; the sample shop declares schemes of its own.
    pub fn is_authenticated(&self) -> bool {
        let ours = |scheme: &Value| scheme.get("bearer").is_some();
        self.described["security"].as_array().is_some_and(|schemes| schemes.iter().any(ours))
    }
}

/// All operations of a document.
pub fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("the document has paths").iter();
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, described) in item.as_object().into_iter().flatten() {
            if matches!(
                method.as_str(),
                "get" | "put" | "post" | "delete" | "patch" | "head" | "options" | "trace"
            ) {
                let method = method.to_uppercase();
                operations.push(Operation {
                    method,
                    path: path.clone(),
                    described: described.clone(),
                });
            }
        }
    }
    operations
}

/// Fails with all `problems`, one per line.
#[track_caller]
pub fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
