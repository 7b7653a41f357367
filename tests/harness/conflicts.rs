//! Conflicts of open transactions, which the embedded engine does not simulate: the second
//! transaction on an item is cancelled.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

/// The items of open transactions.
#[derive(Debug, Default)]
pub struct OpenTransactions(Mutex<HashSet<String>>);

/// A transaction that stays open until this is dropped.
#[derive(Debug)]
pub struct Open<'a> {
    among: &'a OpenTransactions,
    items: Vec<String>,
}

impl OpenTransactions {
    /// Opens a transaction, or returns the answer of DynamoDB if one of its items is in another
    /// one.
    pub fn open(&self, request: &Value) -> Result<Open<'_>, Value> {
        let items = items_of(request);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if items.iter().any(|item| taken.contains(item)) {
            let code =
                |item: &String| if taken.contains(item) { "TransactionConflict" } else { "None" };
            let reasons: Vec<Value> =
                items.iter().map(|item| json!({"Code": code(item)})).collect();
            return Err(json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled, please refer cancellation reasons for specific \
                    reasons",
                "CancellationReasons": reasons,
            }));
        }
        taken.extend(items.iter().cloned());
        Ok(Open { among: self, items })
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut taken = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        for item in &self.items {
            taken.remove(item);
        }
    }
}

fn items_of(request: &Value) -> Vec<String> {
    let writes = request["TransactItems"].as_array().into_iter().flatten();
    let key = |write: &Value| {
        let inner = write.as_object()?.values().next()?;
        let holder = inner.get("Key").or_else(|| inner.get("Item"))?;
        Some(format!("{}|{}", holder["pk"]["S"], holder["sk"]["S"]))
    };
    writes.filter_map(key).collect()
}
