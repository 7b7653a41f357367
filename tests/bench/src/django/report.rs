//! The table of both stacks.

use std::fmt::Write as _;

use super::{Operation, Times};
use crate::statistics::median;

/// An operation and its rounds.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) operation: Operation,
    pub(super) django: Vec<Times>,
    pub(super) ours: Vec<Times>,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Devices => "list of five devices",
        }
    }

    /// The least factor by which Django takes more CPU time, and the one to reach.
    fn bounds(self) -> (f64, f64) {
        match self {
            Self::Refresh => (5.0, 10.0),
            Self::Devices => (3.0, 6.0),
        }
    }
}

impl Comparison {
    pub(super) fn of(operation: Operation) -> Self {
        Self { operation, django: Vec::new(), ours: Vec::new() }
    }

    /// How much more CPU time Django takes: of the medians of each round, the medians.
    fn factor(&self) -> f64 {
        let of = |rounds: &[Times]| {
            median(rounds.iter().map(|round| median(round.cpu.clone())).collect())
        };
        of(&self.django) / of(&self.ours)
    }

    fn is_over(&self) -> bool {
        self.factor() < self.operation.bounds().0
    }
}

/// Times in microseconds, as Markdown.
pub(super) fn table(comparisons: &[Comparison]) -> String {
    let mut text = String::from(
        "| µs a request | Django p50 | p99 | Ours p50 | p99 | Factor | Bound | Goal |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for comparison in comparisons {
        let name = comparison.operation.name();
        let (bound, goal) = comparison.operation.bounds();
        let over = if comparison.is_over() { " **over**" } else { "" };
        let cells = cells(comparison, |times| &times.cpu);
        let factor = comparison.factor();
        let _ = writeln!(text, "| {name}, CPU | {cells} {factor:.1}{over} | {bound} | {goal} |");
        let cells = self::cells(comparison, |times| &times.wall);
        let _ = writeln!(text, "| {name}, wall | {cells} | | |");
    }
    text
}

/// p50 and p99 of both.
fn cells(comparison: &Comparison, of: fn(&Times) -> &Vec<f64>) -> String {
    let mut cells = String::new();
    for rounds in [&comparison.django, &comparison.ours] {
        let mut all: Vec<f64> = rounds.iter().flat_map(of).copied().collect();
        all.sort_by(f64::total_cmp);
        for percent in [50, 99] {
            let rank = (all.len() * percent).div_ceil(100).saturating_sub(1);
            let _ = write!(cells, "{:.0} | ", all.get(rank).copied().unwrap_or_default());
        }
    }
    cells.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_that_of_the_middle_round_and_over_where_it_is_too_small() {
        let rounds = |of: [f64; 3]| {
            of.map(|cpu| Times { cpu: vec![cpu; 3], wall: vec![1.0, 2.0, 300.0] }).to_vec()
        };
        let mut comparison = Comparison::of(Operation::Refresh);
        comparison.django = rounds([900.0, 1_000.0, 5_000.0]);
        comparison.ours = rounds([250.0, 10.0, 900.0]);
        assert!((comparison.factor() - 4.0).abs() < 1e-9);
        assert!(table(&[comparison]).contains(
            "| refresh, CPU | 1000 | 5000 | 250 | 900 | 4.0 **over** | 5 | 10 |\n\
             | refresh, wall | 2 | 300 | 2 | 300 | | | |\n"
        ));
    }
}
