//! The documentation and the mock alone, for writing an app before there is a stack.
//!
//! Invariant: it reaches neither storage nor SNS. It serves no operation that needs them, and
//! nothing listens at their addresses.

use std::{collections::HashMap, sync::Arc};

use shared::{
    app::AppState,
    aws::Clients,
    clock::{Clock, SystemClock},
    random::SystemRandom,
    runtime::Function,
    settings::Settings,
};

use crate::{
    data_folder::generated_secret,
    functions::Group,
    gateway::{Gateway, INTEGRATION_LIMIT, Target},
    route_table::RouteTable,
    stack_error::StackError,
    template::{Overrides, StandIns, Template},
};

/// The pages and the mock, without the operations of the documentation's own group.
const GROUPS: [Group; 2] = [("docs", docs::pages), ("mock", mock::routes)];
/// Parameters that are off by default in a deployed stack.
const LOCAL_DEFAULTS: [(&str, &str); 2] = [("EnableMock", "true"), ("MockDelaySeconds", "5")];
/// Nothing listens on port 9.
const UNREACHABLE: &str = "http://127.0.0.1:9";

pub fn gateway(template: &Template) -> Result<Gateway, StackError> {
    let overrides: Overrides = LOCAL_DEFAULTS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let secrets = template.secrets().into_iter().map(|id| (id, generated_secret())).collect();
    let deployment = template.resolve(&overrides, &StandIns { table_name: None, secrets })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (mut keys, mut targets) = (Vec::new(), HashMap::new());
    for function in deployment.functions {
        let group = GROUPS.iter().find(|(name, _)| *name == function.group);
        let Some(routes) = group.map(|(_, routes)| routes()) else { continue };
        let mut variables = function.environment;
        let set_by_lambda = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", UNREACHABLE),
            ("AWS_ENDPOINT_URL_SNS", UNREACHABLE),
        ];
        variables.extend(set_by_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let settings = Settings::from_variables(&variables, routes.sections())
            .map_err(|error| StackError::Config { function: function.logical_id.clone(), error })?;
        let clients = Clients::new(&settings.aws);
        let app = AppState::new(settings, clients, clock.clone(), Arc::new(SystemRandom));
        let target = Target { function: Function::new(routes, app), timeout: INTEGRATION_LIMIT };
        keys.extend(function.routes.into_iter().map(|key| (key, function.group.clone())));
        targets.insert(function.group, target);
    }
    let routes = RouteTable::new(keys).map_err(StackError::DuplicateRoute)?;
    Ok(Gateway::new(routes, targets, clock))
}
