//! What a list costs does not grow with what others have in the table: the same read units and
//! calls, and about the same time.

mod lists;
mod others;

use std::time::Duration;

use harness::Api;

use self::{
    lists::{Measured, Subject},
    others::Others,
};

/// A list may take three times as long among many items as among few, and this much more, since the
/// machine may be busy. If it read the items, it would take seconds.
const TOLERANCE: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn a_list_costs_the_same_among_ten_and_a_thousand_items_of_others() {
    measure(&[10, 1_000]).await;
}

/// Runs in `.ci/full`: `cargo test --workspace --test api -- --ignored --nocapture growth::`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_list_costs_the_same_among_very_many_items_of_others() {
    let measured = measure(&[10, 1_000, 100_000]).await;
    for (few, many) in measured[0].iter().zip(&measured[2]) {
        assert!(many.took < few.took * 3 + TOLERANCE, "{few:?} became {many:?}");
    }
}

/// Measures all lists with each number of items of others. Fails unless all cost the same.
#[expect(clippy::print_stdout, reason = "the figures, for who runs it")]
async fn measure(counts: &[usize]) -> Vec<Vec<Measured>> {
    let api = Api::start().await;
    let subject = Subject::with_items(&api).await;
    let mut others = Others::like(&api, &subject).await;
    let mut measured: Vec<Vec<Measured>> = Vec::new();
    for count in counts {
        others.grow_to(*count).await;
        measured.push(subject.measure_lists().await);
    }
    println!("milliseconds with {counts:?} items of others\n");
    println!("| list | calls | read units |{}", " ms |".repeat(counts.len()));
    println!("| --- | --- | --- |{}", " --- |".repeat(counts.len()));
    for (place, first) in measured[0].iter().enumerate() {
        let rows: Vec<&Measured> = measured.iter().map(|lists| &lists[place]).collect();
        let times = rows.iter().map(|row| format!(" {:.1} |", row.took.as_secs_f64() * 1e3));
        let times = times.collect::<String>();
        println!("| {} | {} | {} |{times}", first.name, first.calls, first.read_units);
        for row in &rows {
            assert_eq!(
                (row.calls, row.read_units, row.bytes),
                (first.calls, first.read_units, first.bytes),
                "{}: calls, read units and bytes of the answer, with {counts:?} items",
                first.name,
            );
        }
    }
    measured
}
