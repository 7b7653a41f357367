//! How long it takes to find the country and the subdivision of a town, and the name of that:
//! `cargo bench -p location --bench regions`.

use std::{hint::black_box, time::Instant};

use location::boundaries;
use shared::point::Point;

const ROUNDS: usize = 20;
/// What a lookup may take at the 99th percentile, in nanoseconds.
const MOST: u128 = 5_000;

#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
#[expect(clippy::disallowed_methods, reason = "only for measuring how long something took")]
fn main() {
    let lines = include_str!("../tests/towns.tsv").lines().filter(|line| !line.starts_with('#'));
    let towns: Vec<Point> = lines.map(town).collect();
    let mut times = Vec::with_capacity(towns.len() * ROUNDS);
    for _ in 0..ROUNDS {
        for town in &towns {
            let begun = Instant::now();
            let found = boundaries::at(black_box(*town), "");
            black_box(found.and_then(|found| found.subdivision).map(|part| part.name("ar")));
            times.push(begun.elapsed().as_nanos());
        }
    }
    // The first round is not warm yet.
    times.drain(..towns.len());
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1_000];
    println!("median {} ns, 99 % {} ns, 99.9 % {} ns", at(500), at(990), at(999));
    assert!(at(990) < MOST, "a lookup must take less than 5 µs");
}

fn town(line: &str) -> Point {
    let mut fields = line.split('\t').skip(1).map(|field| field.parse().expect("a number"));
    let mut next = || fields.next().expect("a coordinate");
    Point::new(next(), next())
}
