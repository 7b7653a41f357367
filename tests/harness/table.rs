//! A look into the table, for what the API cannot show.

use aws_sdk_dynamodb::Client;
use shared::aws::Clients;

use crate::Api;

impl Api {
    /// Every item of the table in one text, with all attributes.
    #[expect(clippy::disallowed_methods, reason = "only a test reads the whole table")]
    pub async fn whole_table(&self) -> String {
        let mut items = Vec::new();
        let mut pages =
            self.dynamodb().scan().table_name(self.table_name()).into_paginator().send();
        while let Some(page) = pages.next().await {
            items.extend(page.expect("a page").items.unwrap_or_default());
        }
        items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join("\n")
    }

    /// A client of its own, not over the test's wire.
    pub fn dynamodb(&self) -> Client {
        (*Clients::new(&self.stack.state("auth").expect("auth runs").settings.aws).dynamodb).clone()
    }

    /// The name of the table.
    pub fn table_name(&self) -> String {
        self.stack.state("auth").expect("auth runs").settings.table.clone()
    }
}
