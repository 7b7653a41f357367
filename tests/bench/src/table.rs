//! The tables, in Markdown.

use std::fmt::Write as _;

use crate::{binaries::BARE, results::Results};

/// A bound, which must hold, and a goal, from what performance.md says of this machine's class.
struct Limit {
    bound: Option<f64>,
    goal: f64,
}

const fn limit(bound: f64, goal: f64) -> Limit {
    Limit { bound: Some(bound), goal }
}

const COLD_START: Limit = limit(COLD_START_BOUND, 1.2);
const START_INSTRUCTIONS: Limit = limit(3.2, 2.3);
const RESIDENT: Limit = limit(RESIDENT_BOUND, 2.0);
const LATER: Limit = limit(1.5, 1.15);
const FIRST: Limit = Limit { bound: None, goal: 3.0 };
const CPU: Limit = Limit { bound: None, goal: 1.25 };
const FIRST_ANSWER: Limit = limit(1.3, 1.2);

/// The bound of a function's cold start, as times of the bare binary's.
pub const COLD_START_BOUND: f64 = 1.5;
/// The bound of a function's memory, as times of the bare binary's.
pub const RESIDENT_BOUND: f64 = 2.6;

/// Bound and goal of a function's zip, in bytes.
pub fn zip_limit(function: &str) -> (u64, u64) {
    match function {
        "docs" => (5_500_000, 2_500_000),
        "location" => (3_600_000, 2_500_000),
        _ => (3_000_000, 2_000_000),
    }
}

/// All tables.
pub fn markdown(results: &Results) -> String {
    let conditions = format!("{}.\n", results.conditions);
    [conditions, programs(results), routed(results), operations(results)].join("\n")
}

fn programs(results: &Results) -> String {
    let mut table = String::from(
        "| Function | Start, µs | times bare | Start, instructions | times bare \
         | Memory, KiB | times bare | Zip, bytes |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let Some(bare) = results.programs.get(BARE) else { return table };
    let functions = results.programs.iter().filter(|(name, _)| *name != BARE);
    for (name, program) in [(&BARE.to_owned(), bare)].into_iter().chain(functions) {
        let (bound, _) = zip_limit(name);
        let over = if program.zip_bytes > bound { " **over**" } else { "" };
        row(
            &mut table,
            &[
                name.clone(),
                grouped(program.cold_start),
                ratio(program.cold_start, bare.cold_start, &COLD_START),
                grouped(float(program.start_instructions)),
                ratio(
                    float(program.start_instructions),
                    float(bare.start_instructions),
                    &START_INSTRUCTIONS,
                ),
                grouped(float(program.resident_kib)),
                ratio(float(program.resident_kib), float(bare.resident_kib), &RESIDENT),
                format!("{}{over}", grouped(float(program.zip_bytes))),
            ],
        );
    }
    let zips = ["3,000,000 (location 3,600,000; docs 5,500,000)", "2,000,000 (2,500,000)"];
    limits(&mut table, 1, &[&COLD_START, &START_INSTRUCTIONS, &RESIDENT], zips);
    table
}

fn routed(results: &Results) -> String {
    let mut table = String::from(
        "| Answer without storage | Instructions, first | bare | times | Instructions, later \
         | bare | times |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (name, pair) in &results.routed {
        let (ours, bare) = (pair.ours, pair.limit);
        row(
            &mut table,
            &[
                name.clone(),
                grouped(float(ours.first)),
                grouped(float(bare.first)),
                ratio(float(ours.first), float(bare.first), &FIRST),
                grouped(float(ours.later)),
                grouped(float(bare.later)),
                ratio(float(ours.later), float(bare.later), &LATER),
            ],
        );
    }
    limits_of_pairs(&mut table, 1, &[&FIRST, &LATER]);
    table
}

fn operations(results: &Results) -> String {
    let mut table = String::from(
        "| Operation | Calls | CPU, µs | floor | times | Instructions | floor | times \
         | First answer, µs | floor | times |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for operation in &results.operations {
        let (cpu, first) = (operation.cpu, operation.first_answer);
        let instructions = operation.instructions;
        let mut cells = vec![
            operation.name.clone(),
            operation.calls.to_string(),
            grouped(cpu.ours),
            grouped(cpu.limit),
            ratio(cpu.ours, cpu.limit, &CPU),
            grouped(float(instructions.ours)),
            grouped(float(instructions.limit)),
            ratio(float(instructions.ours), float(instructions.limit), &CPU),
        ];
        // Without calls, the floor of a first answer opens no connection.
        cells.extend(if operation.calls == 0 {
            [String::new(), String::new(), String::new()]
        } else {
            let ratio = ratio(first.ours, first.limit, &FIRST_ANSWER);
            [grouped(first.ours), grouped(first.limit), ratio]
        });
        row(&mut table, &cells);
    }
    limits_of_pairs(&mut table, 2, &[&CPU, &CPU, &FIRST_ANSWER]);
    table
}

/// Rows with the bounds and the goals below columns of a value and its ratio.
fn limits(table: &mut String, before: usize, limits: &[&Limit], last: [&str; 2]) {
    for (name, last) in ["bound", "goal"].into_iter().zip(last) {
        let mut cells = vec![name.to_owned()];
        cells.resize(before, String::new());
        for limit in limits {
            cells.extend([String::new(), shown(limit, name)]);
        }
        cells.push(last.to_owned());
        row(table, &cells);
    }
}

/// The same below columns of a value, what it is compared with, and the ratio.
fn limits_of_pairs(table: &mut String, before: usize, limits: &[&Limit]) {
    for name in ["bound", "goal"] {
        let mut cells = vec![name.to_owned()];
        cells.resize(before, String::new());
        for limit in limits {
            cells.extend([String::new(), String::new(), shown(limit, name)]);
        }
        row(table, &cells);
    }
}

fn shown(limit: &Limit, name: &str) -> String {
    let value = if name == "bound" { limit.bound } else { Some(limit.goal) };
    value.map_or_else(String::new, |value| format!("{value:.2}"))
}

/// A ratio, marked where it is over its bound, or over its goal where there is no bound.
fn ratio(value: f64, base: f64, limit: &Limit) -> String {
    if base <= 0.0 {
        return String::new();
    }
    let ratio = value / base;
    let over = if ratio > limit.bound.unwrap_or(limit.goal) { " **over**" } else { "" };
    format!("{ratio:.2}{over}")
}

fn row(table: &mut String, cells: &[String]) {
    let _ = writeln!(table, "| {} |", cells.join(" | "));
}

/// A whole number with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[expect(clippy::cast_precision_loss, reason = "less than 2^53")]
pub fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(999.4), "999");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }

    #[test]
    fn a_ratio_over_its_bound_is_marked() {
        assert_eq!(ratio(1.3, 1.0, &COLD_START), "1.30");
        assert_eq!(ratio(1.6, 1.0, &COLD_START), "1.60 **over**");
        assert_eq!(ratio(1.3, 1.0, &CPU), "1.30 **over**");
    }
}
