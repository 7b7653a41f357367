//! How long it takes to find the service area of a point: `cargo bench -p location`.
//!
//! Areas of 200 corners, side by side in rows, each with a smaller one in it; the points lie in
//! them and beside them.

use std::{hint::black_box, time::Instant};

use location::areas::{Area, AreaIndex, Ring};
use shared::point::Point;

const CORNERS: u32 = 200;
const LOOKUPS: u32 = 200_000;

#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn main() {
    println!("{:>8} {:>14} {:>14}", "areas", "indexed, µs", "one by one, µs");
    for areas in [50_u32, 500, 5_000] {
        let all: Vec<Area> = (0..areas).map(|number| area(number, areas)).collect();
        let index = AreaIndex::new(all.clone());
        let indexed = measured(LOOKUPS, |point| index.at(point).is_some());
        // What it would be without an index: each area asked by itself.
        let single: Vec<AreaIndex> =
            all.into_iter().map(|area| AreaIndex::new(vec![area])).collect();
        let one_by_one = measured(2_000_000 / areas, |point| {
            single.iter().filter(|area| area.at(point).is_some()).count() != 0
        });
        println!("{areas:>8} {indexed:>14.3} {one_by_one:>14.3}");
        assert!(areas != 500 || indexed < 5.0, "500 areas must be asked in less than 5 µs");
    }
}

/// Microseconds a lookup.
#[expect(clippy::disallowed_methods, reason = "only for measuring how long something took")]
fn measured(lookups: u32, ask: impl Fn(Point) -> bool) -> f64 {
    let begun = Instant::now();
    for number in 0..lookups {
        let step = f64::from(number);
        black_box(ask(Point::new(
            (step * 0.618_034 % 1.0) * 50.0 - 25.0,
            (step * 0.754_878 % 1.0) * 100.0 - 50.0,
        )));
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(lookups)
}

/// One of so many that share a hundred degrees by fifty, in as many rows as columns; every second
/// one lies within its neighbour.
fn area(number: u32, of: u32) -> Area {
    let (place, part) = (number / 2, if number.is_multiple_of(2) { 0.48 } else { 0.3 });
    let columns = (of / 2).isqrt().max(1);
    let (width, height) =
        (100.0 / f64::from(columns), 50.0 / f64::from((of / 2).div_ceil(columns)));
    let (west, south) =
        (f64::from(place % columns) * width - 50.0, f64::from(place / columns) * height - 25.0);
    let corner = |step: u32| {
        let angle = f64::from(step % CORNERS) / f64::from(CORNERS) * std::f64::consts::TAU;
        [west + width * (0.5 + part * angle.cos()), south + height * (0.5 + part * angle.sin())]
    };
    let ring: Ring = (0..=CORNERS).map(corner).collect();
    Area {
        id: number.to_string(),
        name: number.to_string(),
        served: true,
        polygons: vec![vec![ring]],
    }
}
