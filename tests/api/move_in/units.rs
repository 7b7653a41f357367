//! What a customer who moves in costs. The figures of "Moving in" in functions/README.md follow
//! from these.

use harness::Api;
use serde_json::Value;

use super::{
    SECRET, destination,
    dump::{self, DumpFile, lines},
    work,
};

/// Read and write units of a run of these rows.
async fn units(name: &str, rows: &[Value]) -> (f64, f64) {
    let api = Api::start().await;
    let dump = DumpFile::new(name, &lines(rows));
    let run = async || {
        api.wire.reset();
        work(dump.path()).run(destination(&api, SECRET), |_| {}).await.expect("it moves in");
        let cost = api.wire.cost();
        (cost.read_units, cost.write_units)
    };
    let first = run().await;
    assert_eq!(run().await, (1.0, 0.0), "a customer who has not changed costs a read");
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_costs_fifteen_write_units_and_what_belongs_to_it_some_more() {
    let base = [dump::user(1), dump::profile(1)];
    let with = |more: &[Value]| [&base[..], more].concat();
    assert_eq!(units("units-base", &base).await, (1.0, 15.0));
    let device = with(&[dump::device(1, 1, "a")]);
    assert_eq!(units("units-device", &device).await, (1.0, 23.0));
    let devices = with(&[dump::device(1, 1, "a"), dump::device(2, 1, "b")]);
    assert_eq!(units("units-devices", &devices).await, (1.0, 28.0));
    let balance = with(&[dump::balance(1, 1, "1.00", "USD")]);
    assert_eq!(units("units-balance", &balance).await, (1.0, 20.0));
    let address = with(&[dump::address(1, 1)]);
    assert_eq!(units("units-address", &address).await, (1.0, 19.0));
    let token = with(&[dump::outstanding(1, 1, "t"), dump::blacklisted(1, 1)]);
    assert_eq!(units("units-token", &token).await, (1.0, 17.0));
}
