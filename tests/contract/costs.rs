//! The measured cost of each operation, from which `cargo run -- costs` makes its table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use local::costs::Counted;
use serde_json::Value;

use crate::{
    repository::{Operation, document, operations, root},
    traffic,
};

const FILE: &str = "functions/local/src/costs.json";
const REWRITE: &str = "UPDATE_COSTS=1 cargo test -p api-tests --test contract the_committed_costs";

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE_COSTS is a switch of this test, not a setting of the product"
)]
async fn the_committed_costs_match_the_measured_ones() {
    let traffic = traffic::of_all_operations().await;
    let mut counted = BTreeMap::new();
    let mut missing = Vec::new();
    for operation in &measured(&document()) {
        let id = id_of(operation).to_owned();
        let succeeded = traffic::documented::successes(traffic, operation).into_iter();
        let mut courses: Vec<Counted> = succeeded
            .map(|line| {
                serde_json::from_value(line.clone())
                    .expect("the log line of a request has its units")
            })
            .collect();
        courses.sort_by(|one, other| weight(one).total_cmp(&weight(other)));
        match courses.get(courses.len() / 2) {
            Some(middle) => drop(counted.insert(id, *middle)),
            None => missing.push(id),
        }
    }
    assert!(
        missing.is_empty(),
        "no request to {} succeeds in these tests, so their cost is unknown. The request of the \
         document's examples, with a new customer's token, did not: send one with the data it \
         needs in tests/contract/traffic.rs.",
        missing.join(", ")
    );
    let made = serde_json::to_string_pretty(&counted).expect("JSON") + "\n";
    let file = root().join(FILE);
    if std::env::var_os("UPDATE_COSTS").is_some() {
        fs::write(&file, &made).expect("costs.json can be written");
    }
    let committed: BTreeMap<String, Counted> =
        serde_json::from_str(&fs::read_to_string(&file).unwrap_or_default()).unwrap_or_default();
    let changed = counted
        .iter()
        .filter(|(id, course)| committed.get(*id) != Some(course))
        .map(|(id, _)| id.as_str());
    let changed: Vec<&str> = changed
        .chain(committed.keys().filter(|id| !counted.contains_key(*id)).map(String::as_str))
        .collect();
    assert!(
        changed.is_empty(),
        "{FILE} differs from the measured cost of {}. Update it with\n  {REWRITE}",
        changed.join(", ")
    );
}

/// The operations whose cost is measured. An operation with a second method costs the same with
/// either.
pub fn measured(document: &Value) -> Vec<Operation> {
    let all = operations(document);
    let ids: BTreeSet<String> = all.iter().map(|one| id_of(one).to_owned()).collect();
    let is_second = |id: &str| id.rsplit_once('_').is_some_and(|(first, _)| ids.contains(first));
    all.into_iter().filter(|operation| !is_second(id_of(operation))).collect()
}

fn id_of(operation: &Operation) -> &str {
    operation.described["operationId"].as_str().expect("an operation has an id")
}

/// Writing costs five times what reading does.
fn weight(course: &Counted) -> f64 {
    course.write_units * 5.0 + course.read_units
}
