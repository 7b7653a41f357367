//! The template's table in a DynamoDB API: creating it, and comparing an existing one with its
//! definition.
//!
//! Invariant: one [`TableDefinition`] creates the table of the launcher and the tests, and is what
//! a deployed table is compared with.

use std::{error::Error as _, fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{Config, timeout::TimeoutConfig},
    error::BuildError,
    operation::{create_table::CreateTableError, describe_table::DescribeTableError},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, TableDescription, TimeToLiveSpecification,
        TimeToLiveStatus,
    },
};

use crate::template::{AttributeType, IndexDefinition, KeyElement, KeyKind, TableDefinition};

#[derive(Debug)]
pub enum TableError {
    /// A call to the DynamoDB API failed.
    Call(Box<aws_sdk_dynamodb::Error>),
    /// The definition is incomplete.
    Definition(BuildError),
    /// There is a table with this name, but with other keys or indexes.
    Differs(Vec<Difference>),
}

/// Something that differs from the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub subject: String,
    pub expected: String,
    pub found: String,
}

/// Creates the table, with its expiry attribute, if there is none with its name. Fails if there is
/// one with other keys.
pub async fn create_table_if_absent(
    client: &Client,
    definition: &TableDefinition,
) -> Result<(), TableError> {
    match describe_with(client, &definition.name, Some(PATIENCE)).await? {
        Some(description) => {
            let differences = key_differences(&description, definition);
            if !differences.is_empty() {
                return Err(TableError::Differs(differences));
            }
        }
        None => create(client, definition).await?,
    }
    set_expiry(client, definition).await
}

/// How long a description of the launcher's own table may take: the embedded engine counts all
/// items for it.
const PATIENCE: Duration = Duration::from_mins(5);

/// The API's description of a table; `None` if there is no such table.
pub async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, TableError> {
    describe_with(client, name, None).await
}

async fn describe_with(
    client: &Client,
    name: &str,
    patience: Option<Duration>,
) -> Result<Option<TableDescription>, TableError> {
    let mut described = client.describe_table().table_name(name).customize();
    if let Some(patience) = patience {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(patience)
            .operation_attempt_timeout(patience)
            .read_timeout(patience)
            .build();
        described = described.config_override(Config::builder().timeout_config(timeouts));
    }
    match described.send().await {
        Ok(answer) => Ok(answer.table),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(TableError::call(error)),
    }
}

/// The attribute that holds the items' expiry times, if there is one.
pub async fn expiry_attribute(client: &Client, name: &str) -> Result<Option<String>, TableError> {
    let answer =
        client.describe_time_to_live().table_name(name).send().await.map_err(TableError::call)?;
    let description = answer.time_to_live_description;
    let on = description.filter(|ttl| {
        matches!(
            ttl.time_to_live_status,
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        )
    });
    Ok(on.and_then(|ttl| ttl.attribute_name))
}

pub fn key_differences(
    description: &TableDescription,
    definition: &TableDefinition,
) -> Vec<Difference> {
    let types = description.attribute_definitions();
    let mut differences = Vec::new();
    let mut compare = |subject: String, expected: String, found: String| {
        if expected != found {
            differences.push(Difference { subject, expected, found });
        }
    };
    compare(
        "key".to_owned(),
        expected_key(&definition.key, definition),
        found_key(description.key_schema(), types),
    );
    for index in &definition.indexes {
        let there = description
            .global_secondary_indexes()
            .iter()
            .find(|there| there.index_name() == Some(&*index.name));
        let found =
            there.map_or_else(|| "absent".to_owned(), |there| found_key(there.key_schema(), types));
        compare(format!("index {}", index.name), expected_key(&index.key, definition), found);
    }
    differences
}

async fn create(client: &Client, definition: &TableDefinition) -> Result<(), TableError> {
    let indexes: Vec<_> = definition.indexes.iter().map(index).collect::<Result<_, _>>()?;
    let request = client
        .create_table()
        .table_name(&definition.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(
            definition.attributes.iter().map(attribute).collect::<Result<_, _>>()?,
        ))
        .set_key_schema(Some(key(&definition.key)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes));
    match request.send().await {
        Ok(_) => Ok(()),
        // Another process created it first.
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(TableError::call(error)),
    }
}

async fn set_expiry(client: &Client, definition: &TableDefinition) -> Result<(), TableError> {
    let Some(attribute) = &definition.ttl_attribute else {
        return Ok(());
    };
    if expiry_attribute(client, &definition.name).await?.as_ref() == Some(attribute) {
        return Ok(());
    }
    let specification =
        TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build()?;
    let request = client
        .update_time_to_live()
        .table_name(&definition.name)
        .time_to_live_specification(specification);
    request.send().await.map(drop).map_err(TableError::call)
}

fn attribute((name, kind): &(String, AttributeType)) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(scalar(*kind)).build()
}

fn key(elements: &[KeyElement]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |element: &KeyElement| {
        let kind = if element.kind == KeyKind::Hash { KeyType::Hash } else { KeyType::Range };
        KeySchemaElement::builder().attribute_name(&element.attribute).key_type(kind).build()
    };
    elements.iter().map(element).collect()
}

fn index(definition: &IndexDefinition) -> Result<GlobalSecondaryIndex, BuildError> {
    let included = (!definition.included.is_empty()).then(|| definition.included.clone());
    let projection = Projection::builder()
        .projection_type(ProjectionType::from(definition.projection.as_str()))
        .set_non_key_attributes(included)
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(&definition.name)
        .set_key_schema(Some(key(&definition.key)?))
        .projection(projection)
        .build()
}

fn scalar(kind: AttributeType) -> ScalarAttributeType {
    match kind {
        AttributeType::Text => ScalarAttributeType::S,
        AttributeType::Number => ScalarAttributeType::N,
        AttributeType::Binary => ScalarAttributeType::B,
    }
}

fn expected_key(elements: &[KeyElement], definition: &TableDefinition) -> String {
    let written = elements.iter().map(|element| {
        let kind = definition.attributes.iter().find(|(name, _)| *name == element.attribute);
        let kind = kind.map_or("?".to_owned(), |(_, kind)| scalar(*kind).to_string());
        format!("{} {kind}", element.attribute)
    });
    written.collect::<Vec<_>>().join(", ")
}

fn found_key(elements: &[KeySchemaElement], types: &[AttributeDefinition]) -> String {
    let written = elements.iter().map(|element| {
        let kind = types.iter().find(|one| one.attribute_name() == element.attribute_name());
        format!(
            "{} {}",
            element.attribute_name(),
            kind.map_or("?", |kind| kind.attribute_type().as_str())
        )
    });
    written.collect::<Vec<_>>().join(", ")
}

impl TableError {
    pub fn call(error: impl Into<aws_sdk_dynamodb::Error>) -> Self {
        Self::Call(Box::new(error.into()))
    }
}

impl From<BuildError> for TableError {
    fn from(error: BuildError) -> Self {
        Self::Definition(error)
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => {
                write!(f, "the DynamoDB API failed: {error}")?;
                let mut cause = error.source();
                while let Some(source) = cause {
                    write!(f, ": {source}")?;
                    cause = source.source();
                }
                Ok(())
            }
            Self::Definition(error) => {
                write!(f, "template.yaml: the table is incomplete: {error}")
            }
            Self::Differs(differences) => {
                write!(f, "the existing table has another schema than template.yaml")?;
                differences.iter().try_for_each(|difference| write!(f, "; {difference}"))
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.subject, self.found, self.expected)
    }
}

impl std::error::Error for TableError {}
