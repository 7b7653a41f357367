//! The lists of the expiry index: what is put on one is found by a task of the clean-up.
//!
//! DynamoDB's TTL deletes expired items only some time later, and not those that have other work to
//! do at their end. A list that no task walks would grow unnoticed.

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
                 walk it: add Task::expired(…, IndexList(\"{list}\")) to `tasks` of DOMAIN in \
                 shared/src/{domain}/mod.rs, or a task of your own that calls Run::walk"
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
