//! Few beginnings of names that match what is run, its namesakes and little else.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use crate::order::symbols::Symbol;

/// Of what a beginning matches, so many parts are run for each one that is not.
const RUN_FOR_ONE_OTHER: u64 = 8;
/// Of what a name stands for, at most so many parts are not run for each one that is.
const OTHERS_FOR_ONE_RUN: u64 = 99;
/// The least length of a beginning: `_ZN` and more.
const SHORTEST: usize = 4;
/// The most. What names of this length have in common is their types alone.
const LONGEST: usize = 120;

/// What a name begins with, or all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    Of(String),
    Whole(String),
}

impl Beginning {
    /// Whether its pattern matches the section of a function of this name.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Whole(whole) if !is_of_rust(whole) => name == whole,
            Self::Of(part) | Self::Whole(part) => name.contains(&**part),
        }
    }
}

/// As a pattern for names of sections. That of a function that the compiler thinks is called rarely
/// has `unlikely` in its name.
impl Display for Beginning {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(beginning) => write!(out, ".text.*{beginning}*"),
            // A name of another language than Rust is part of many others.
            Self::Whole(whole) if !is_of_rust(whole) => write!(out, ".text.{whole}"),
            Self::Whole(whole) => write!(out, ".text.*{whole}*"),
        }
    }
}

fn is_of_rust(name: &str) -> bool {
    name.starts_with("_ZN") || name.starts_with("_R")
}

/// Beginnings of the names of functions that are run, in the order of their names.
pub fn beginnings<'a>(functions: impl Iterator<Item = (&'a Symbol, bool)>) -> Vec<Beginning> {
    let mut sizes = BTreeMap::<&str, Sizes>::new();
    for (symbol, is_run) in functions {
        let sizes = sizes.entry(&symbol.name).or_default();
        *(if is_run { &mut sizes.run } else { &mut sizes.other }) += symbol.bytes;
    }
    // Of many functions of one name, the few that are run are not worth the others.
    for sizes in sizes.values_mut() {
        if sizes.run * OTHERS_FOR_ONE_RUN < sizes.other {
            *sizes = Sizes { run: 0, other: sizes.run + sizes.other };
        }
    }
    let names: Vec<_> = sizes.into_iter().collect();
    let mut found = Vec::new();
    cover(&names, 0, &mut found);
    found
}

/// The bytes of all functions of one name.
#[derive(Debug, Clone, Copy, Default)]
struct Sizes {
    run: u64,
    other: u64,
}

/// Covers names that agree in their first `at` bytes.
fn cover(names: &[(&str, Sizes)], at: usize, found: &mut Vec<Beginning>) {
    let run: u64 = names.iter().map(|(_, sizes)| sizes.run).sum();
    let other: u64 = names.iter().map(|(_, sizes)| sizes.other).sum();
    let Some((name, _)) = names.first().filter(|_| run > 0) else { return };
    let is_apart = at >= SHORTEST && other * RUN_FOR_ONE_OTHER <= run;
    if is_of_rust(name) && (is_apart || at == LONGEST) {
        found.push(Beginning::Of(name[..at].to_owned()));
        return;
    }
    let (whole, longer) = names.split_at(usize::from(name.len() == at));
    if whole.iter().any(|(_, sizes)| sizes.run > 0) {
        found.push(Beginning::Whole((*name).to_owned()));
    }
    let same = |one: &(&str, Sizes), other: &(&str, Sizes)| {
        one.0.as_bytes().get(at) == other.0.as_bytes().get(at)
    };
    for group in longer.chunk_by(same) {
        cover(group, at + 1, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(functions: &[(&str, u64, bool)]) -> Vec<String> {
        let symbol = |(name, bytes, is_run): &(&str, u64, bool)| {
            let name = (*name).to_owned();
            (Symbol { whole: name.clone(), name, bytes: *bytes }, *is_run)
        };
        let all: Vec<_> = functions.iter().map(symbol).collect();
        let found = beginnings(all.iter().map(|(symbol, is_run)| (symbol, *is_run)));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_beginning_is_as_short_as_it_can_be_without_matching_much_else() {
        let symbols = [
            ("_ZN4core3fmt3pad17h", 80, true),
            ("_ZN4core3fmt3num17h", 10, false),
            ("_ZN4core3str17h", 500, false),
            ("_ZN5tokio3run17h", 100, true),
            ("_ZN5tokio4poll17h", 100, true),
            ("_ZN5tokio5debug17h", 20, false),
        ];
        assert_eq!(found(&symbols), [".text.*_ZN4core3f*", ".text.*_ZN5*"]);
    }

    #[test]
    fn a_name_that_is_the_beginning_of_another_stands_alone() {
        let symbols = [("main", 10, true), ("main_loop", 90, false)];
        assert_eq!(found(&symbols), [".text.main"]);
    }

    #[test]
    fn of_a_name_of_many_functions_enough_must_be_run() {
        let of = |run| {
            let others = 10 * OTHERS_FOR_ONE_RUN;
            [("_ZN4core3fmt17h", run, true), ("_ZN4core3fmt17h", others, false)]
        };
        assert!(found(&of(9)).is_empty());
        assert_eq!(found(&of(10)), [".text.*_ZN4core3fmt17h*"]);
    }

    #[test]
    fn what_is_not_run_has_no_beginning() {
        assert!(found(&[("_ZN4core3str17h", 500, false)]).is_empty());
    }
}
