//! The fast half, for `.ci/run`: instructions and zip sizes against `bounds.toml`, cold starts and
//! memory against the ratios that they may have.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    binaries::BARE,
    canned::Canned,
    cold_start, instructions,
    run::{ROUTED, is_played, resident},
    subjects::{Subjects, canned_in_the_clear, event_of},
    table::{COLD_START_BOUND, RESIDENT_BOUND, float},
    workspace,
};

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Build only what is not in target/lambda yet
    #[arg(long)]
    built: bool,
    /// Write the bounds instead: 3 % above what is measured
    #[arg(long)]
    update: bool,
    /// Starts of each program
    #[arg(long, default_value_t = 200)]
    runs: usize,
}

/// Figures by kind and name.
type Figures = BTreeMap<String, BTreeMap<String, u64>>;

/// Measures, and fails where a figure is over its bound.
pub fn check(args: &CheckArgs) -> Result<()> {
    let subjects = Subjects::prepare(args.built, &[BARE])?;
    let figures = figures(&subjects)?;
    if args.update {
        fs::write(file(), text(&figures))?;
        println!("wrote {}", file().display());
        return Ok(());
    }
    let bounds = fs::read_to_string(file()).context("no bounds.toml")?;
    let mut problems = problems(&figures, &toml::from_str(&bounds)?);
    problems.extend(slow_starts(&subjects, args.runs)?);
    problems.extend(large_memory(&subjects)?);
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "{}\nIf the change is worth it, write the new bounds: \
         `cargo run --release -p bench -- check --update`",
        problems.join("\n")
    )
}

fn figures(subjects: &Subjects) -> Result<Figures> {
    let mut figures = Figures::new();
    let mut add = |kind: &str, name: &str, value: u64| {
        println!("{kind:24} {name:20} {value:>12}");
        figures.entry(kind.to_owned()).or_default().insert(name.to_owned(), value);
    };
    let empty = Canned::start(None, None)?;
    for name in subjects.functions() {
        add("zip_bytes", name, subjects.binaries[name].zip_bytes);
        let start = instructions::of_start(&subjects.program(name, &empty)?)?;
        add("start_instructions", name, start);
    }
    for recording in &subjects.recordings {
        let is_routed = ROUTED.contains(&&*recording.name);
        let mut canned =
            if is_routed { canned_in_the_clear(recording)? } else { subjects.canned(recording)? };
        let program = subjects.program(&recording.function, &canned)?;
        is_played(recording, &program, &mut canned)?;
        let event = event_of(recording)?;
        if is_routed {
            let first = instructions::of_first_answer(&program, &event)?;
            add("first_instructions", &recording.name, first);
        }
        let later = instructions::of_later_answer(&program, &event)?;
        add("answer_instructions", &recording.name, later);
    }
    Ok(figures)
}

fn slow_starts(subjects: &Subjects, runs: usize) -> Result<Vec<String>> {
    let empty = Canned::start(None, None)?;
    let names: Vec<_> = [BARE].into_iter().chain(subjects.functions()).collect();
    let programs = names.iter().map(|name| subjects.program(name, &empty));
    let times = cold_start::measure(&programs.collect::<Result<Vec<_>>>()?, runs)?;
    Ok(ratios("cold start, µs", &names, &times, COLD_START_BOUND))
}

fn large_memory(subjects: &Subjects) -> Result<Vec<String>> {
    let empty = Canned::start(None, None)?;
    let names: Vec<_> = [BARE].into_iter().chain(subjects.functions()).collect();
    let resident = |name: &&str| resident(&subjects.program(name, &empty)?);
    let kib = names.iter().map(resident).collect::<Result<Vec<_>>>()?;
    let kib: Vec<_> = kib.into_iter().map(float).collect();
    Ok(ratios("memory, KiB", &names, &kib, RESIDENT_BOUND))
}

/// Prints values, of which the first is the bare binary's. Returns those above `bound` times that.
fn ratios(kind: &str, names: &[&str], values: &[f64], bound: f64) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, value) in names.iter().zip(values) {
        let ratio = value / values[0];
        println!("{kind:24} {name:20} {value:>12.0} {ratio:.2} times the bare binary's");
        if ratio > bound {
            problems.push(format!(
                "{kind}: {name} has {ratio:.2} times the bare binary's, and may have {bound}; \
                 `bench -- order` may help"
            ));
        }
    }
    problems
}

/// Where a figure is over its bound or has none, or a bound has no figure.
fn problems(figures: &Figures, bounds: &Figures) -> Vec<String> {
    let of = |all: &Figures, kind: &str, name: &str| {
        all.get(kind).and_then(|names| names.get(name)).copied()
    };
    let mut problems = Vec::new();
    for (kind, name, value) in entries(figures) {
        match of(bounds, kind, name) {
            Some(bound) if value <= bound => {}
            Some(bound) => problems.push(format!("{kind}: {name} is {value}, and may be {bound}")),
            None => problems.push(format!("{kind}: {name} has no bound")),
        }
    }
    for (kind, name, _) in entries(bounds) {
        if of(figures, kind, name).is_none() {
            problems.push(format!("{kind}: {name} has a bound, but is not measured"));
        }
    }
    problems
}

fn entries(figures: &Figures) -> impl Iterator<Item = (&str, &str, u64)> {
    figures.iter().flat_map(|(kind, names)| {
        names.iter().map(move |(name, value)| (kind.as_str(), name.as_str(), *value))
    })
}

/// The file with bounds 3 % above the figures.
fn text(figures: &Figures) -> String {
    let mut text = String::from(
        "# Bounds of zip sizes, in bytes, and of instructions, as callgrind counts them: until a\n\
         # function connects to the Runtime API, for a first answer without storage, for a later\n\
         # answer. They are 3 % above what was reached.\n\
         # Written by `cargo run --release -p bench -- check --update`.\n",
    );
    for (kind, names) in figures {
        let _ = writeln!(text, "\n[{kind}]");
        for (name, value) in names {
            let _ = writeln!(text, "\"{name}\" = {}", value + value * 3 / 100);
        }
    }
    text
}

fn file() -> PathBuf {
    workspace::root().join("tests/bench/bounds.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_its_bound_is_a_problem() {
        let problems = ratios("memory", &["bare", "auth", "wallet"], &[10.0, 26.0, 26.1], 2.6);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("wallet"), "{problems:?}");
    }

    fn figures(entries: &[(&str, u64)]) -> Figures {
        let names = entries.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        [("zip_bytes".to_owned(), names)].into()
    }

    #[test]
    fn the_written_bounds_allow_three_percent() {
        let bounds: Figures = toml::from_str(&text(&figures(&[("list of", 1000)]))).unwrap();
        assert_eq!(bounds["zip_bytes"]["list of"], 1030);
        assert!(problems(&figures(&[("list of", 1030)]), &bounds).is_empty());
        assert_eq!(
            problems(&figures(&[("list of", 1031)]), &bounds),
            ["zip_bytes: list of is 1031, and may be 1030"]
        );
    }

    #[test]
    fn a_figure_without_a_bound_and_a_bound_without_a_figure_are_problems() {
        assert_eq!(
            problems(&figures(&[("a", 1)]), &figures(&[("b", 1)])),
            ["zip_bytes: a has no bound", "zip_bytes: b has a bound, but is not measured"]
        );
    }
}
