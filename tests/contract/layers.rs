//! The direction of imports: table ← what every domain uses ← domains ← http, auth ← runtime ←
//! groups, and no circles.

mod imports;

use std::collections::BTreeSet;

use shared::domains::DOMAINS;

use self::imports::{Import, imports};
use crate::repository::{assert_none, packages};

/// Files of `shared/src` that know no domain, and folders of such files.
const BASE: [&str; 20] = [
    "aws",
    "catalogue",
    "characters",
    "clock",
    "config",
    "deadline",
    "hashes",
    "ids",
    "language",
    "metrics",
    "paging",
    "phone",
    "point",
    "random",
    "store",
    "subject",
    "swr_cache",
    "text_message",
    "times",
    "version",
];
/// What is above the domains. The file `lib.rs` only lists modules.
const ABOVE: [&str; 6] = ["app", "audit", "auth", "domains", "http", "settings"];

/// What a domain declares of itself: the types, which domains use and which use domains' models.
const DECLARATIONS: &str = "domain";

/// A domain whose writes still need the store of another one. This list must only shrink: an
/// operation that writes for several domains asks each for its part of the transaction.
const STORES_OF_OTHERS: [(&str, &str); 0] = [];

#[test]
fn no_two_files_import_each_other() {
    let imports = imports();
    let mutual = imports.iter().filter(|Import { from, to }| {
        from < to && imports.contains(&Import { from: to.clone(), to: from.clone() })
    });
    let problems: Vec<String> = mutual
        .map(|Import { from, to }| {
            format!(
                "{from} and {to} import each other: move what one of them needs of the other into \
                 a third file, or to the file that uses it"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn a_domain_knows_nothing_of_http_nor_of_what_runs_it() {
    let imports = imports();
    let is_upward = |Import { from, to }: &&Import| Some(layer(from)? < layer(to)?);
    let upward = imports.iter().filter(|import| is_upward(import) == Some(true));
    let problems: Vec<String> = upward
        .map(|Import { from, to }| {
            format!(
                "{from} imports {to}, which is above it (base ← domains ← http, auth ← runtime ← \
                 groups): return a value or an error of its own, and let the caller make an answer \
                 of it"
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn a_domain_does_not_use_the_store_of_another() {
    let imports = imports();
    let crossing: BTreeSet<(&str, &str)> = imports
        .iter()
        .filter_map(|Import { from, to }| {
            let (from, other) = (domain(from)?, domain(to)?);
            let is_store = to.ends_with("/store.rs") || to.contains("/store/");
            (is_store && from != other).then_some((from, other))
        })
        .collect();
    let known = BTreeSet::from(STORES_OF_OTHERS);
    let new = crossing.difference(&known).map(|(from, to)| {
        format!(
            "the domain {from} uses the store of {to}: let {to} give its part of the transaction, \
             and commit the parts of both in the operation"
        )
    });
    let gone = known.difference(&crossing).map(|(from, to)| {
        format!("({from:?}, {to:?}) no longer stands for anything: take it out of STORES_OF_OTHERS")
    });
    assert_none(&new.chain(gone).collect::<Vec<_>>());
}

#[test]
fn the_kernel_knows_no_other_crate_and_a_group_no_group() {
    let groups = packages();
    let is_group = |name: &str| groups.iter().any(|group| group == name);
    let problems: Vec<String> = imports()
        .iter()
        .filter_map(|Import { from, to }| {
            let (of, other) = (package(from), package(to));
            let problem = match of {
                _ if of == other => None,
                "shared/table" => Some("the kernel knows neither domains nor HTTP"),
                // It checks requests by the operations' own readers.
                "mock" => None,
                _ if is_group(of) && is_group(other) => {
                    Some("groups do not know each other: move what both need to `shared`")
                }
                _ => None,
            };
            problem.map(|problem| format!("{from} imports {to}: {problem}"))
        })
        .collect();
    assert_none(&problems);
}

/// Each file of `shared/src` is in a layer, so that none escapes these tests.
#[test]
fn every_file_of_shared_is_in_a_layer() {
    let imports = imports();
    let files: BTreeSet<&str> = imports.iter().flat_map(|one| [&*one.from, &*one.to]).collect();
    let problems: Vec<String> = files
        .into_iter()
        .filter(|file| place(file).is_some_and(|place| place != "lib") && layer(file).is_none())
        .map(|file| format!("{file} is in no layer: add it to tests/contract/layers.rs"))
        .collect();
    assert_none(&problems);
}

fn layer(file: &str) -> Option<usize> {
    let place = place(file)?;
    if is_domain(place) || place == DECLARATIONS {
        return Some(1);
    }
    let layers: [&[&str]; 4] = [&BASE, &[], &ABOVE, &["runtime"]];
    layers.iter().position(|layer| layer.contains(&place))
}

/// The folder or file of `shared/src` that a file belongs to.
fn place(file: &str) -> Option<&str> {
    let place = file.strip_prefix("shared/src/")?.split('/').next()?;
    Some(place.strip_suffix(".rs").unwrap_or(place))
}

fn domain(file: &str) -> Option<&str> {
    place(file).filter(|place| is_domain(place))
}

/// The folder of a package; of a function only its own name.
fn package(file: &str) -> &str {
    let folder = ["/src/", "/build/"].iter().find_map(|part| file.split_once(part));
    let folder = folder.map_or(file, |(folder, _)| folder);
    folder.strip_prefix("functions/").unwrap_or(folder)
}

fn is_domain(place: &str) -> bool {
    // `auth` declares its keys as a domain does, but is above the domains.
    place != "auth" && DOMAINS.iter().any(|domain| domain.name == place)
}
