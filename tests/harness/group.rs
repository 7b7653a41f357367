//! A group of the tests, served beside those of the product.

use std::{collections::HashMap, sync::Arc};

use local::{
    functions,
    gateway::{Gateway, Target},
    route_table::{RouteKey, RouteTable},
};
use shared::{clock::Clock, http::routes::Routes, runtime::Function};

use crate::{Api, api::PATIENCE};

impl Api {
    /// Also serves `routes` below `path`, with the state of the group `like`.
    pub fn serve_also(&mut self, like: &str, path: &str, routes: fn() -> Routes) {
        let functions = &self.stack.deployment.functions;
        let mut keys: Vec<(RouteKey, String)> = functions
            .iter()
            .flat_map(|function| {
                function.routes.iter().map(|key| (key.clone(), function.group.clone()))
            })
            .collect();
        let own = routes().group().to_owned();
        keys.extend(
            [RouteKey::of("ANY", path), RouteKey::of("ANY", &format!("{path}/{{proxy+}}"))]
                .map(|key| (key, own.clone())),
        );
        let target = |routes: Routes, like: &str| {
            let state = self
                .stack
                .state(like)
                .unwrap_or_else(|| panic!("there is no group {like}"))
                .clone();
            Target { function: Function::new(routes, state), timeout: PATIENCE }
        };
        let mut targets: HashMap<String, Target> = functions
            .iter()
            .filter_map(|function| {
                Some((
                    function.group.clone(),
                    target(functions::routes(&function.group)?, &function.group),
                ))
            })
            .collect();
        targets.insert(own, target(routes(), like));
        let clock: Arc<dyn Clock> = self.clock.clone();
        self.stack.gateway =
            Gateway::new(RouteTable::new(keys).expect("no route twice"), targets, clock);
    }
}
