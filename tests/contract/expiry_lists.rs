//! The lists of the expiry index: what is put on one is found by a task of the clean-up.
//!
//! DynamoDB's TTL deletes what only expires, and an entry for it would cost a write unit. A list
//! that no task walks would grow unnoticed.

use std::collections::BTreeSet;

use shared::{
    domain::{
        Domain,
        clean_up::{Task, Work},
    },
    domains::DOMAINS,
};

use crate::{repository::assert_none, traffic};

#[tokio::test]
async fn the_clean_up_walks_every_list_on_which_items_are_put() {
    let seen = &traffic::of_all_operations().await.seen;
    let problems: Vec<String> = seen
        .listed
        .difference(&seen.walked)
        .map(|list| {
            let domain = domain_of(list);
            format!(
                "items are put on the list {list} of the expiry index, but the clean-up does not \
                 walk it: add a task that calls Run::walk to `tasks` of DOMAIN in \
                 shared/src/{domain}/mod.rs"
            )
        })
        .collect();
    assert_none(&problems);
}

#[tokio::test]
async fn no_task_walks_a_list_on_which_nothing_is_put() {
    let seen = &traffic::of_all_operations().await.seen;
    let problems: Vec<String> = seen
        .walked
        .difference(&seen.listed)
        // Only items of before are on these.
        .filter(|list| !lists_of_before().contains(list.as_str()))
        // What a fixture puts on a list is not recorded; tests/api/cleanup/runs.rs misses it.
        .filter(|list| owner_of(list).is_none_or(|domain| domain.fixture.is_none()))
        .map(|list| {
            format!(
                "the clean-up walks the list {list}, on which nothing was put: let an operation \
                 in tests/contract/traffic.rs or a fixture put an item on it, or delete the task \
                 from DOMAIN in shared/src/{}/mod.rs",
                domain_of(list)
            )
        })
        .collect();
    assert_none(&problems);
}

#[tokio::test]
async fn nothing_that_only_expires_is_put_on_a_list() {
    let seen = &traffic::of_all_operations().await.seen;
    let of_before = lists_of_before();
    let problems: Vec<String> = seen
        .listed
        .iter()
        .filter(|list| of_before.contains(list.as_str()))
        .map(|list| {
            format!("an item is put on the list {list}: leave it to DynamoDB's TTL (expiring_item)")
        })
        .collect();
    assert_none(&problems);
}

/// The lists of items that only expire.
fn lists_of_before() -> BTreeSet<&'static str> {
    let tasks = DOMAINS.iter().flat_map(|domain| domain.tasks);
    let lists = tasks.filter_map(|task| match task.work {
        Work::DeleteExpired(list) => Some(list.0),
        Work::By(_) => None,
    });
    lists.collect()
}

#[test]
fn a_list_of_expired_items_belongs_to_the_domain_of_its_task() {
    let mut problems = Vec::new();
    for domain in DOMAINS {
        for Task { name, work, .. } in domain.tasks {
            let Work::DeleteExpired(list) = work else { continue };
            if domain_of(list.0) != domain.name {
                problems.push(format!(
                    "the task {name} of shared/src/{} deletes from the list {}: a list begins with \
                     a prefix of its domain",
                    domain.name, list.0
                ));
            }
        }
    }
    assert_none(&problems);
}

/// The domain whose prefix a list begins with.
fn owner_of(list: &str) -> Option<&'static Domain> {
    DOMAINS.iter().find(|domain| domain.prefixes.iter().any(|prefix| list.starts_with(prefix.name)))
}

fn domain_of(list: &str) -> &'static str {
    owner_of(list).map_or("<domain>", |domain| domain.name)
}
