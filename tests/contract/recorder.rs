//! Records each call to the table or to SNS with the action and the key that IAM would check.
//!
//! Protocol (DynamoDB, "Using IAM policy conditions"): IAM checks the partition keys of a call, and
//! the action of each part of a transaction.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use local::grants::OF_THE_INDEX;
use serde_json::Value;
use table::DUE;

use crate::{
    messages,
    permissions::{JOURNAL, Matrix},
};

/// Records each call of a client.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// The function that makes the calls.
    pub group: String,
    /// The calls of all functions.
    pub seen: Arc<Mutex<Seen>>,
}

/// What the functions did.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The actions by group and by prefix of the partition key or kind of SNS resource. What is
    /// done in the erasure journal stands under its name.
    pub calls: Matrix,
    /// Each transaction's group and prefixes.
    pub transactions: BTreeSet<(String, BTreeSet<String>)>,
    /// The lists of the expiry index on which items were put, such as `OTP#DUE`.
    pub listed: BTreeSet<String>,
    /// The lists of the expiry index that were queried.
    pub walked: BTreeSet<String>,
    /// The items that were put.
    pub put: Vec<Value>,
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let body = request.body().bytes().unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(target) = request.headers().get("x-amz-target") else {
            let (action, kind) = messages::permission_of(body);
            seen.calls.entry((self.group.clone(), kind)).or_default().insert(action);
            return Ok(());
        };
        let body: Value = serde_json::from_slice(body)?;
        seen.listed.extend(lists_of(&body));
        seen.put
            .extend(writes_of(&body).map(|write| write["Item"].clone()).filter(Value::is_object));
        let mut prefixes = BTreeSet::new();
        for (action, partition) in
            permissions_of(target.rsplit('.').next().unwrap_or_default(), &body)
        {
            let prefix = partition.split_inclusive('#').next().unwrap_or_default().to_owned();
            if prefix != JOURNAL {
                prefixes.insert(prefix.clone());
            }
            let action = if body["IndexName"].is_null() {
                format!("dynamodb:{action}")
            } else {
                seen.walked.extend(list_of(&partition));
                OF_THE_INDEX.to_owned()
            };
            seen.calls.entry((self.group.clone(), prefix)).or_default().insert(action);
        }
        if body["TransactItems"].is_array() {
            seen.transactions.insert((self.group.clone(), prefixes));
        }
        Ok(())
    }
}

/// The actions of a call, each with its partition key.
fn permissions_of(operation: &str, body: &Value) -> Vec<(String, String)> {
    let key_in = |part: &Value| {
        if part["TableName"] == JOURNAL {
            return JOURNAL.to_owned();
        }
        let key = part["Key"]["pk"]["S"].as_str().or(part["Item"]["pk"]["S"].as_str());
        key.unwrap_or_else(|| panic!("{operation} has no partition key: {part}")).to_owned()
    };
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" => {
            vec![(operation.to_owned(), key_in(body))]
        }
        "Query" => vec![(operation.to_owned(), queried(body))],
        "BatchGetItem" => {
            let tables =
                body["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values());
            let keys =
                tables.flat_map(|table| table["Keys"].as_array().cloned().unwrap_or_default());
            keys.map(|key| {
                (operation.to_owned(), key["pk"]["S"].as_str().expect("a partition").to_owned())
            })
            .collect()
        }
        "TransactWriteItems" => {
            let items = body["TransactItems"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_object)
                .flatten();
            items
                .map(|(part, content)| {
                    let action = if part == "ConditionCheck" {
                        "ConditionCheckItem".to_owned()
                    } else {
                        format!("{part}Item")
                    };
                    (action, key_in(content))
                })
                .collect()
        }
        _ => panic!(
            "the keys of {operation} are unknown: add it to permissions_of in \
             tests/contract/recorder.rs"
        ),
    }
}

/// The lists on which a call puts items.
fn lists_of(call: &Value) -> Vec<String> {
    let partition = |write: &Value| {
        let put = write["Item"][DUE]["S"].as_str();
        let update = write["ExpressionAttributeValues"][format!(":{DUE}")]["S"].as_str();
        put.or(update).and_then(list_of)
    };
    writes_of(call).filter_map(partition).collect()
}

/// A call, and the parts of a transaction.
fn writes_of(call: &Value) -> impl Iterator<Item = &Value> {
    let parts = call["TransactItems"].as_array().into_iter().flatten();
    let parts = parts.filter_map(Value::as_object).flat_map(|part| part.values());
    std::iter::once(call).chain(parts)
}

/// The list that a partition of the index belongs to.
fn list_of(partition: &str) -> Option<String> {
    partition.rsplit_once('#').map(|(list, _)| list.to_owned())
}

/// The partition of a Query, whose key condition begins with `name = :value`.
fn queried(body: &Value) -> String {
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    let value = condition.split_whitespace().find(|word| word.starts_with(':')).unwrap_or_default();
    let key = body["ExpressionAttributeValues"][value]["S"].as_str();
    key.unwrap_or_else(|| panic!("a Query has no partition key: {body}")).to_owned()
}
