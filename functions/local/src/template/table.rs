//! The table as the template declares it, in the words of the DynamoDB API.
//!
//! Invariant: keys, indexes and the expiry attribute are read in general, so that an index added to
//! the template exists everywhere at once.

use serde_json::Value;

use super::{TemplateError, document::Place, intrinsics::Scope};

/// One `AWS::DynamoDB::Table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name: the stand-in that was given, else the logical id.
    pub name: String,
    /// Attributes that stand in a key, with their types.
    pub attributes: Vec<(String, AttributeType)>,
    /// The table's own key.
    pub key: Vec<KeyElement>,
    /// Global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
    /// The attribute that says when an item expires.
    pub ttl_attribute: Option<String>,
    /// Whether a deploy switches point-in-time recovery on.
    pub point_in_time_recovery: bool,
}

/// One global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Vec<KeyElement>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// The attributes of an `INCLUDE` projection.
    pub included: Vec<String>,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyElement {
    /// The attribute's name.
    pub attribute: String,
    /// Which part it is.
    pub kind: KeyKind,
}

/// The two parts a key can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Chooses the partition.
    Hash,
    /// Orders inside a partition.
    Range,
}

/// Types a key attribute can have.
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
    let place = Place::new("Resources").under(id).under("Properties");
    let get = |name: &str| {
        let value =
            properties.get(name).map(|value| scope.resolve(value, &place.under(name))).transpose();
        value.map(|value| value.flatten().unwrap_or(Value::Null))
    };
    let ttl = get("TimeToLiveSpecification")?;
    let recovery = get("PointInTimeRecoverySpecification")?;
    let indexes = get("GlobalSecondaryIndexes")?;
    let own_name = Value::Object([("Ref".to_owned(), id.into())].into_iter().collect());
    Ok(TableDefinition {
        name: scope.required_text(Some(&own_name), &place)?,
        attributes: attributes(
            &get("AttributeDefinitions")?,
            &place.under("AttributeDefinitions"),
        )?,
        key: key(&get("KeySchema")?, &place.under("KeySchema"))?,
        indexes: entries(&indexes)
            .map(|one| index(one, &place.under("GlobalSecondaryIndexes")))
            .collect::<Result<_, _>>()?,
        ttl_attribute: (ttl["Enabled"] == "true")
            .then(|| ttl["AttributeName"].as_str().map(str::to_owned))
            .flatten(),
        point_in_time_recovery: recovery["PointInTimeRecoveryEnabled"] == "true",
    })
}

fn attributes(list: &Value, place: &Place) -> Result<Vec<(String, AttributeType)>, TemplateError> {
    entries(list)
        .map(|entry| {
            let kind = match entry["AttributeType"].as_str() {
                Some("S") => AttributeType::Text,
                Some("N") => AttributeType::Number,
                Some("B") => AttributeType::Binary,
                _ => return Err(place.under("AttributeType").must_be("S, N or B")),
            };
            Ok((text(entry, "AttributeName", place)?, kind))
        })
        .collect()
}

fn key(list: &Value, place: &Place) -> Result<Vec<KeyElement>, TemplateError> {
    entries(list)
        .map(|entry| {
            let kind = match entry["KeyType"].as_str() {
                Some("HASH") => KeyKind::Hash,
                Some("RANGE") => KeyKind::Range,
                _ => return Err(place.under("KeyType").must_be("HASH or RANGE")),
            };
            Ok(KeyElement { attribute: text(entry, "AttributeName", place)?, kind })
        })
        .collect()
}

fn index(entry: &Value, place: &Place) -> Result<IndexDefinition, TemplateError> {
    let projection = &entry["Projection"];
    Ok(IndexDefinition {
        name: text(entry, "IndexName", place)?,
        key: key(&entry["KeySchema"], &place.under("KeySchema"))?,
        projection: text(projection, "ProjectionType", &place.under("Projection"))?,
        included: entries(&projection["NonKeyAttributes"])
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
    })
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(entry: &Value, name: &str, place: &Place) -> Result<String, TemplateError> {
    entry[name].as_str().map(str::to_owned).ok_or_else(|| place.under(name).must_be("a text"))
}
