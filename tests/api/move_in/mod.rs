//! Moving in from a Django stack, on the real engine.

mod broken;
mod changes;
mod dump;
mod kills;
mod memory;
mod million;
mod moved;
mod out;
mod units;

use std::path::Path;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Api;
use jiff::{SignedDuration, Timestamp};
use local::move_in::{Destination, Mapping, MoveIn, Report};
use serde_json::{Map, Value};
use shared::store::Store;

/// The same for all tables, so that equal dumps give equal items.
const SECRET: &str = "the secret of hashes of these tests";

/// The country of the phones of the dumps.
const MAPPING: &str = "[phone]\ncountry = \"SA\"\n";

fn as_of() -> Timestamp {
    "2026-11-20T00:00:00Z".parse().expect("a time")
}

fn work(dump: &Path) -> MoveIn {
    MoveIn {
        dumps: vec![dump.to_owned()],
        mapping: Mapping::replaced_by(MAPPING).expect("a mapping"),
        as_of: as_of(),
        sessions_end: as_of() + SignedDuration::from_hours(24 * 90),
        scratch: std::env::temp_dir(),
        report: None,
        rate: None,
        at_once: 8,
        is_rehearsal: false,
    }
}

fn destination(api: &Api, secret: &str) -> Destination {
    let store = Store { table: api.table() };
    Destination { store, hash_secret: secret.to_owned() }
}

/// Moves a dump in, with the secrets of the stack.
async fn move_in(api: &Api, work: &MoveIn) -> Report {
    let destination = destination(api, &api.stack.secrets["HashSecret"]);
    work.run(destination, |_| {}).await.expect("it moves in")
}

/// All items of customers as sorted lines.
async fn customers_items(api: &Api) -> Vec<String> {
    let items = api.items().await.into_iter().map(|item| plain(AttributeValue::M(item)));
    let is_customers = |item: &Value| {
        let partition = item["pk"].as_str().unwrap_or_default();
        !["KEY#", "APP#", "OTP#", "RATE#", "NET#"].iter().any(|one| partition.starts_with(one))
    };
    let mut lines: Vec<String> = items.filter(is_customers).map(|item| item.to_string()).collect();
    lines.sort();
    lines
}

/// A value with the members of its maps in order.
fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(number) => format!("N {number}").into(),
        AttributeValue::Bool(flag) => flag.into(),
        AttributeValue::L(list) => list.into_iter().map(plain).collect(),
        AttributeValue::M(map) => {
            let mut members: Vec<_> = map.into_iter().collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            let members = members.into_iter().map(|(name, value)| (name, plain(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => format!("{other:?}").into(),
    }
}
