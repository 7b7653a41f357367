//! What CloudFormation knows of a stack.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    api::{Api, CLOUDFORMATION, CallError},
    xml::members,
};
use crate::template::{Overrides, Template};

/// A deployed stack.
#[derive(Debug, Clone, Default)]
pub(super) struct DeployedStack {
    pub(super) status: String,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) outputs: BTreeMap<String, String>,
    /// Physical ids by logical id.
    pub(super) resources: BTreeMap<String, String>,
}

impl DeployedStack {
    /// Reads it. Two calls, and one for each further page of resources.
    pub(super) async fn read(api: &Api, name: &str) -> Result<Self, CallError> {
        let named = ("StackName".to_owned(), name.to_owned());
        let answer = api.query(CLOUDFORMATION, "DescribeStacks", std::slice::from_ref(&named));
        let stack = answer.await?["Stacks"][0].clone();
        let mut resources = BTreeMap::new();
        // DescribeStackResources has at most 100, and the stack has more.
        let mut parameters = vec![named];
        loop {
            let page = api.query(CLOUDFORMATION, "ListStackResources", &parameters).await?;
            resources.extend(pairs(
                &page["StackResourceSummaries"],
                "LogicalResourceId",
                "PhysicalResourceId",
            ));
            let Some(next) = page["NextToken"].as_str().filter(|next| !next.is_empty()) else {
                break;
            };
            parameters.truncate(1);
            parameters.push(("NextToken".to_owned(), next.to_owned()));
        }
        Ok(Self {
            status: stack["StackStatus"].as_str().unwrap_or_default().to_owned(),
            parameters: pairs(&stack["Parameters"], "ParameterKey", "ParameterValue").collect(),
            outputs: pairs(&stack["Outputs"], "OutputKey", "OutputValue").collect(),
            resources,
        })
    }

    /// A parameter's deployed value; empty if it is not deployed yet.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The deployed parameters that `template` has too, apart from those that are not shown.
    pub(super) fn overrides(&self, template: &Template) -> Overrides {
        let known = |name: &str| template.parameters().iter().any(|known| known.name == name);
        let shown = self.parameters.iter().filter(|(name, value)| known(name) && *value != "****");
        shown.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn pairs<'a>(
    list: &'a Value,
    key: &'a str,
    value: &'a str,
) -> impl Iterator<Item = (String, String)> + 'a {
    members(list).filter_map(move |one| {
        Some((one[key].as_str()?.to_owned(), one[value].as_str()?.to_owned()))
    })
}
