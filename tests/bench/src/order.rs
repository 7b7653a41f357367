//! Writes the linker script that puts together what processes run: what they run from their start
//! to an answer without storage, and before it what operations run besides. Everything else stays
//! where it is. A process then touches fewer pages, of which the kernel maps sixteen at a time and
//! more.
//!
//! Names carry hashes that change with the compiler and with versions of packages. So the script
//! has the beginnings of names, each as short as it can be without matching much else.

mod beginnings;
mod symbols;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::{
    beginnings::{Beginning, beginnings},
    symbols::Symbol,
};
use crate::{
    binaries,
    canned::Canned,
    instructions::functions_run,
    recording::Recording,
    run::ROUTED,
    subjects::{Subjects, event_of, idle_event},
    workspace,
};

/// Run as well, but not under valgrind: what a processor can do that valgrind's cannot, and what
/// ends with a task that another thread was faster to use.
const RUN_AS_WELL: [&str; 3] = [
    "_ZN4sha26sha256",
    "drop_in_place$LT$tokio..runtime..task..core",
    "drop_in_place$LT$futures_util..future..future..Map",
];

#[derive(Debug, Args)]
pub struct OrderArgs {
    /// Build only what is not in target/bench/symbols yet
    #[arg(long)]
    built: bool,
}

/// Names of functions.
type Names = BTreeSet<String>;

/// A program, and which of its functions it runs.
struct Measured {
    symbols: Vec<Symbol>,
    /// From its start to answers without storage.
    start: Names,
    /// For operations; none of a program none of whose operations is recorded.
    operations: Option<Names>,
}

pub fn write(args: &OrderArgs) -> Result<()> {
    let binaries = binaries::build_with_symbols(&workspace::functions()?, args.built)?;
    let subjects = Subjects::of(binaries, true)?;
    let mut programs = BTreeMap::new();
    let empty = Canned::start(None, None)?;
    for name in subjects.functions() {
        eprintln!("{name}");
        let program = subjects.program(name, &empty)?;
        let start = functions_run(&program, &idle_event(name)?)?;
        ensure!(!start.is_empty(), "callgrind names no function of {name}");
        let symbols = symbols::of(&program.binary)?;
        programs.insert(name.to_owned(), Measured { symbols, start, operations: None });
    }
    let is_stored = |recording: &&Recording| !ROUTED.contains(&&*recording.name);
    for recording in subjects.recordings.iter().filter(is_stored) {
        eprintln!("{}", recording.name);
        let canned = subjects.canned(recording)?;
        let program = subjects.program(&recording.function, &canned)?;
        let run = functions_run(&program, &event_of(recording)?)?;
        ensure!(!run.is_empty(), "callgrind names no function of {}", recording.name);
        let measured = programs.get_mut(&recording.function).context("an unknown function")?;
        measured.operations.get_or_insert_default().extend(run);
    }
    let path = workspace::root().join("shared/link/order.ld");
    fs::write(&path, script(&programs.into_values().collect::<Vec<_>>()))?;
    println!("wrote {}", path.display());
    Ok(())
}

fn script(programs: &[Measured]) -> String {
    let as_well = RUN_AS_WELL.map(|one| Beginning::Of(one.to_owned()));
    let run_by_all = programs.iter().flat_map(|program| run(program, &program.start));
    let start: Vec<_> = as_well.into_iter().chain(beginnings(run_by_all)).collect();
    let operations =
        programs.iter().filter_map(|program| Some((program, program.operations.as_ref()?)));
    let others = operations.flat_map(|(program, names)| run(program, names));
    let others = others.filter(|(symbol, _)| !start.iter().any(|one| one.matches(&symbol.name)));
    let operations = beginnings(others);
    let mut text = String::from(
        "/* What processes run, apart from what they do not. Written by\n   \
         `cargo run --release -p bench -- order`: never edit it by hand. */\n",
    );
    // A function goes to the first section that matches. What starts run stands last, before the
    // program's entry, which is at the beginning of `.text`.
    let sections = [("start", start, ".text"), ("operations", operations, ".text.start")];
    for (section, beginnings, behind) in sections {
        let _ = writeln!(text, "SECTIONS {{\n  .text.{section} : {{\n    *(");
        for beginning in beginnings {
            let _ = writeln!(text, "      {beginning}");
        }
        let _ = writeln!(text, "    )\n  }}\n}} INSERT BEFORE {behind};");
    }
    text
}

/// The functions of a program, and whether it runs them.
fn run<'a>(program: &'a Measured, names: &'a Names) -> impl Iterator<Item = (&'a Symbol, bool)> {
    program.symbols.iter().map(|symbol| (symbol, names.contains(&symbol.whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_before_the_start_and_each_function_in_one_place() {
        let symbol =
            |name: &str, bytes| Symbol { whole: name.to_owned(), name: name.to_owned(), bytes };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let program = |operations| Measured {
            symbols: vec![
                symbol("_ZN5tokio3run17h", 100),
                symbol("_ZN5table3get17h", 100),
                symbol("_ZN5other3not17h", 100),
                symbol("_ZN4core13drop_in_place$LT$tokio..runtime..task..core17h", 10),
            ],
            start: names(&["_ZN5tokio3run17h"]),
            operations,
        };
        let run = names(&[
            "_ZN5tokio3run17h",
            "_ZN5table3get17h",
            "_ZN4core13drop_in_place$LT$tokio..runtime..task..core17h",
        ]);
        let script = script(&[program(None), program(Some(run))]);
        let lines: Vec<&str> = script.lines().map(str::trim).collect();
        let at = |line: &str| {
            let found: Vec<usize> =
                lines.iter().enumerate().filter(|(_, one)| **one == line).map(|(n, _)| n).collect();
            assert_eq!(found.len(), 1, "{line}: {script}");
            found[0]
        };
        let (start, operations) = (at(".text.start : {"), at(".text.operations : {"));
        assert!(start < at(".text.*_ZN5to*") && at(".text.*_ZN5to*") < operations);
        assert!(operations < at(".text.*_ZN5t*"));
        assert!(at("} INSERT BEFORE .text;") < at("} INSERT BEFORE .text.start;"));
        assert!(!script.contains("other") && !script.contains("**"));
        assert_eq!(script.matches("drop_in_place$LT$tokio").count(), 1, "{script}");
    }
}
