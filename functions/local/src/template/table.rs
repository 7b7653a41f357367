//! The table as the template declares it, in the terms of the DynamoDB API.
//!
//! Invariant: no key, index or attribute is named here, so that an index added to the template
//! exists everywhere at once.

use serde_json::Value;

use super::{error::TemplateError, intrinsics::Scope, location::Location};

/// One `AWS::DynamoDB::Table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Of an existing table from the parameter `Existing<id>Name`; otherwise from the stand-ins, or
    /// the logical id.
    pub name: String,
    /// The attributes of all keys, with their types.
    pub attributes: Vec<(String, AttributeType)>,
    pub key: Vec<KeyElement>,
    pub indexes: Vec<IndexDefinition>,
    /// The attribute that holds the items' expiry times.
    pub ttl_attribute: Option<String>,
    pub point_in_time_recovery: bool,
    pub deletion_protection: bool,
    /// The key of your own that encrypts it.
    pub kms_key: Option<String>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    pub name: String,
    pub key: Vec<KeyElement>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// The attributes of an `INCLUDE` projection.
    pub included: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyElement {
    pub attribute: String,
    pub kind: KeyKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Hash,
    Range,
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    /// `S`.
    Text,
    /// `N`.
    Number,
    /// `B`.
    Binary,
}

/// Reads the properties of the table `id`.
pub(super) fn definition(
    id: &str,
    properties: &Value,
    scope: &Scope<'_>,
) -> Result<TableDefinition, TemplateError> {
    let location = Location::new("Resources").child(id).child("Properties");
    let get = |name: &str| {
        let value = properties
            .get(name)
            .map(|value| scope.resolve(value, &location.child(name)))
            .transpose();
        value.map(|value| value.flatten().unwrap_or(Value::Null))
    };
    let ttl = get("TimeToLiveSpecification")?;
    let recovery = get("PointInTimeRecoverySpecification")?;
    let protection = get("DeletionProtectionEnabled")?;
    let encryption = get("SSESpecification")?;
    let indexes = get("GlobalSecondaryIndexes")?;
    Ok(TableDefinition {
        name: scope.table_name(id, &location)?,
        attributes: attributes(
            &get("AttributeDefinitions")?,
            &location.child("AttributeDefinitions"),
        )?,
        key: key(&get("KeySchema")?, &location.child("KeySchema"))?,
        indexes: entries(&indexes)
            .map(|one| index(one, &location.child("GlobalSecondaryIndexes")))
            .collect::<Result<_, _>>()?,
        ttl_attribute: (ttl["Enabled"] == "true")
            .then(|| ttl["AttributeName"].as_str().map(str::to_owned))
            .flatten(),
        point_in_time_recovery: recovery["PointInTimeRecoveryEnabled"] == "true",
        deletion_protection: protection == "true",
        kms_key: encryption["KMSMasterKeyId"].as_str().map(str::to_owned),
    })
}

fn attributes(
    list: &Value,
    location: &Location,
) -> Result<Vec<(String, AttributeType)>, TemplateError> {
    entries(list)
        .map(|entry| {
            let kind = match entry["AttributeType"].as_str() {
                Some("S") => AttributeType::Text,
                Some("N") => AttributeType::Number,
                Some("B") => AttributeType::Binary,
                _ => return Err(location.child("AttributeType").must_be("S, N or B")),
            };
            Ok((text(entry, "AttributeName", location)?, kind))
        })
        .collect()
}

fn key(list: &Value, location: &Location) -> Result<Vec<KeyElement>, TemplateError> {
    entries(list)
        .map(|entry| {
            let kind = match entry["KeyType"].as_str() {
                Some("HASH") => KeyKind::Hash,
                Some("RANGE") => KeyKind::Range,
                _ => return Err(location.child("KeyType").must_be("HASH or RANGE")),
            };
            Ok(KeyElement { attribute: text(entry, "AttributeName", location)?, kind })
        })
        .collect()
}

fn index(entry: &Value, location: &Location) -> Result<IndexDefinition, TemplateError> {
    let projection = &entry["Projection"];
    Ok(IndexDefinition {
        name: text(entry, "IndexName", location)?,
        key: key(&entry["KeySchema"], &location.child("KeySchema"))?,
        projection: text(projection, "ProjectionType", &location.child("Projection"))?,
        included: entries(&projection["NonKeyAttributes"])
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
    })
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(entry: &Value, name: &str, location: &Location) -> Result<String, TemplateError> {
    entry[name].as_str().map(str::to_owned).ok_or_else(|| location.child(name).must_be("a string"))
}
