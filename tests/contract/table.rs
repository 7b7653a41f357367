//! The table of the tests and the launcher, the one in template.yaml, and the names in the code.

use aws_sdk_dynamodb::Client;
use harness::Api;
use local::{
    table::{describe, expiry_attribute, key_differences},
    template::{AttributeType, TableDefinition},
};
use table::{EXPIRES, PARTITION, SORT};

use crate::repository::{assert_none, deployment};

#[tokio::test]
async fn the_tables_of_the_tests_match_the_template() {
    let api = Api::start().await;
    let defined = deployment();
    for table in std::iter::once(&defined.table).chain(&defined.other_tables) {
        assert_matches(&api.dynamodb(), table).await;
    }
}

async fn assert_matches(client: &Client, defined: &TableDefinition) {
    let name = &defined.name;
    let described = describe(client, name)
        .await
        .expect("the table can be described")
        .unwrap_or_else(|| panic!("there is no table {name}"));
    let differences = key_differences(&described, defined);
    let problems: Vec<String> = differences
        .iter()
        .map(|one| format!("the table {name} of the tests differs from template.yaml: {one}"))
        .collect();
    assert_none(&problems);
    let indexes = (described.global_secondary_indexes().len(), defined.indexes.len());
    assert_eq!(
        indexes.0, indexes.1,
        "the table of the tests has other indexes than the one in template.yaml"
    );
    let expiry = expiry_attribute(client, name).await.expect("the expiry can be described");
    assert_eq!(
        expiry, defined.ttl_attribute,
        "the table of the tests has another TTL attribute than the one in template.yaml"
    );
}

#[test]
fn the_key_of_the_table_has_the_names_used_in_the_code() {
    let table = deployment().table;
    let key: Vec<&str> = table.key.iter().map(|element| element.attribute.as_str()).collect();
    assert_eq!(
        key,
        [PARTITION, SORT],
        "KeySchema in template.yaml must be the constants PARTITION and SORT"
    );
    assert_eq!(
        table.ttl_attribute.as_deref(),
        Some(EXPIRES),
        "TimeToLiveSpecification in template.yaml must be the constant EXPIRES"
    );
    let texts = |name: &str| table.attributes.contains(&(name.to_owned(), AttributeType::Text));
    assert!(
        texts(PARTITION) && texts(SORT),
        "pk and sk in AttributeDefinitions of template.yaml must have the type S"
    );
}
