//! Reads the table, for what the API does not show.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{
    aws::{Clients, http_client},
    clock::Clock as _,
    domains::DOMAINS,
    ids::CustomerId,
    settings::Settings,
    store::Store,
};
use table::Table;

use crate::{Api, wire::Wire};

impl Api {
    /// Every item of the table.
    pub async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.items_of(&self.table_name()).await
    }

    /// Every item of the table of this name.
    #[expect(clippy::disallowed_methods, reason = "only a test reads the whole table")]
    pub async fn items_of(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        let mut items = Vec::new();
        let mut pages = self.dynamodb().scan().table_name(table).into_paginator().send();
        while let Some(page) = pages.next().await {
            items.extend(page.expect("a page").items.unwrap_or_default());
        }
        items
    }

    /// Stores what the fixtures of all domains have for a customer.
    pub async fn store_fixtures(&self, customer: CustomerId) {
        let store = Store { table: self.table() };
        for fixture in DOMAINS.iter().filter_map(|domain| domain.fixture) {
            fixture(&store, customer, self.clock.now()).await.expect("the fixture is stored");
        }
    }

    /// Every item of the table with all attributes as text, one per line.
    pub async fn whole_table(&self) -> String {
        self.items().await.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join("\n")
    }

    /// A client of the table that bypasses the wire of the test.
    pub fn dynamodb(&self) -> Client {
        (*Clients::new(&self.stack.state("auth").expect("auth runs").settings.aws).dynamodb).clone()
    }

    /// The table over the test's wire.
    pub fn table(&self) -> Table {
        table_over(&self.wire, &self.stack.state("auth").expect("auth runs").settings)
    }

    /// The name of the table.
    pub fn table_name(&self) -> String {
        self.stack.state("auth").expect("auth runs").settings.table.clone()
    }
}

/// The table of this configuration over a wire.
pub fn table_over(wire: &Wire, settings: &Settings) -> Table {
    let clients = Clients::over(&settings.aws, wire.around(http_client(&settings.aws)));
    Table::new((*clients.dynamodb).clone(), &settings.table)
}
