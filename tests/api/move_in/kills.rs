//! Runs that are killed, and resumed.

use std::time::Instant;

use harness::{Api, kills::dropped_after};

use super::{SECRET, customers_items, destination, dump::DumpFile, work};

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_killed_five_times_leaves_the_table_of_one_that_is_not() {
    let dump = DumpFile::of_users("killed", 800);
    let (whole, killed) = (Api::start().await, Api::start().await);
    let began = Instant::now();
    let report = work(dump.path()).run(destination(&whole, SECRET), |_| {}).await.unwrap();
    let seconds = began.elapsed().as_secs_f64();
    println!("{:.0} rows a second", report.objects as f64 / seconds);
    assert_eq!((report.moved, report.refused), (800, 0));

    for calls in [40, 200, 400, 600, 800] {
        let (work, destination) = (work(dump.path()), destination(&killed, SECRET));
        let run = work.run(destination, |_| {});
        let ended = dropped_after(calls, &killed.wire, run).await;
        assert!(ended.is_none(), "it was too fast to kill");
    }
    let report = work(dump.path()).run(destination(&killed, SECRET), |_| {}).await.unwrap();
    assert!(report.unchanged > 0 && report.moved > 0, "{report}");
    assert_eq!(customers_items(&killed).await, customers_items(&whole).await);
    let again = work(dump.path()).run(destination(&killed, SECRET), |_| {}).await.unwrap();
    assert_eq!((again.unchanged, again.refused), (800, 0));
}
