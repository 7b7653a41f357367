//! Runs that are killed, and resumed.

use std::time::Instant;

use harness::{Api, kills::dropped_after};

use super::{SECRET, customers_items, destination, dump::DumpFile, work};

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "it measures how long the run takes")]
async fn a_move_that_is_killed_five_times_leaves_the_table_of_one_that_is_not() {
    let dump = DumpFile::of_users("killed", 800);
    let (whole, killed) = (Api::start().await, Api::start().await);
    let began = Instant::now();
    let report = work(dump.path()).run(destination(&whole, SECRET), |_| {}).await.unwrap();
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    println!("{} rows a second", report.objects * 1_000 / millis);
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
