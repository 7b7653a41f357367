//! Reads the table, for what the API does not show.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use shared::{
    aws::{Clients, http_client},
    clock::Clock as _,
    domains::DOMAINS,
    ids::CustomerId,
    settings::Settings,
    store::Store,
};
use table::{DUE, DUE_AT, EXPIRES, Key, Table, due_day, number_in};

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

    /// Puts every item that expires on the index, as the functions did before such items were left
    /// to DynamoDB's TTL.
    pub async fn list_expiring_as_before(&self) {
        let (client, table) = (self.dynamodb(), self.table_name());
        for item in self.items().await {
            let expires = number_in(&item, EXPIRES).filter(|_| !item.contains_key(DUE));
            let (Some(expires), Some(key)) = (expires, Key::of_item(&item)) else { continue };
            let day = due_day(Timestamp::from_second(expires).expect("a time"));
            let update = client.update_item().table_name(&table);
            let update = update.update_expression("SET #due = :due, #due_at = :due_at");
            let update = update
                .expression_attribute_names("#due", DUE)
                .expression_attribute_names("#due_at", DUE_AT)
                .expression_attribute_values(":due", AttributeValue::S(key.expiry_partition()))
                .expression_attribute_values(":due_at", AttributeValue::N(day.to_string()));
            update.set_key(Some(key.into_item())).send().await.expect("updated");
        }
    }

    /// Deletes what has expired, as DynamoDB's TTL does some time later.
    pub async fn expire(&self) {
        let (client, table) = (self.dynamodb(), self.table_name());
        let now = self.clock.now().as_second();
        for item in self.items().await {
            let key = Key::of_item(&item)
                .filter(|_| number_in(&item, EXPIRES).is_some_and(|expires| expires <= now));
            let Some(key) = key else { continue };
            let delete = client.delete_item().table_name(&table);
            delete.set_key(Some(key.into_item())).send().await.expect("deleted");
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
