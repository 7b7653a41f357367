//! The table that the tests and the launcher run on, template.yaml, and the names in
//! shared/src/store/keys.rs.

use harness::Api;
use local::{
    table::{describe, expiry_attribute, key_differences},
    template::AttributeType,
};
use table::{EXPIRES, PARTITION, SORT};

use crate::repository::{assert_none, deployment};

#[tokio::test]
async fn the_tests_table_is_the_one_of_the_template() {
    let api = Api::start().await;
    let defined = deployment().table;
    let client = api.dynamodb();
    let name = &api.stack.deployment.table.name;
    let described = describe(&client, name)
        .await
        .expect("the table can be described")
        .expect("there is a table");
    let differences = key_differences(&described, &defined);
    let problems: Vec<String> = differences
        .iter()
        .map(|one| format!("the tests' table is not the template's: {one}"))
        .collect();
    assert_none(&problems);
    let indexes = (described.global_secondary_indexes().len(), defined.indexes.len());
    assert_eq!(indexes.0, indexes.1, "the tests' table has other indexes than template.yaml");
    let expiry = expiry_attribute(&client, name).await.expect("the expiry can be described");
    assert_eq!(
        expiry, defined.ttl_attribute,
        "the tests' table expires by another attribute than template.yaml says"
    );
}

#[test]
fn the_tables_key_has_the_names_that_the_code_uses() {
    let table = deployment().table;
    let key: Vec<&str> = table.key.iter().map(|element| element.attribute.as_str()).collect();
    assert_eq!(
        key,
        [PARTITION, SORT],
        "KeySchema in template.yaml and PARTITION and SORT in shared/src/store/keys.rs differ"
    );
    assert_eq!(
        table.ttl_attribute.as_deref(),
        Some(EXPIRES),
        "TimeToLiveSpecification in template.yaml and EXPIRES in keys.rs differ"
    );
    let texts = |name: &str| table.attributes.contains(&(name.to_owned(), AttributeType::Text));
    assert!(
        texts(PARTITION) && texts(SORT),
        "AttributeDefinitions in template.yaml: pk and sk must be of type S"
    );
}
