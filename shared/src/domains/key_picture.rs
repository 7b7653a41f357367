//! Every key of the table in one picture, with who reads and writes it, so that a changed key or
//! grant shows.

use std::collections::BTreeSet;

use crate::{
    domain::{Action, Prefix, example::Values},
    domains::DOMAINS,
    hashes::{ContentHash, Hashes},
    phone::Phone,
};

#[test]
fn every_key_in_one_picture() {
    let values = values();
    let mut picture = Vec::new();
    for domain in DOMAINS {
        picture.push(format!("# {}", domain.name));
        for prefix in domain.prefixes {
            picture.push(format!("{} {}", prefix.name, grants(prefix)));
        }
        for example in domain.examples {
            let key = (example.key)(&values);
            picture.push(format!("  {} | {}: {}", key.partition(), key.sort(), example.what));
        }
    }
    insta::assert_snapshot!(picture.join("\n"));
}

#[test]
fn a_domain_has_an_example_of_each_prefix_and_no_other_prefix() {
    let values = values();
    let mut all = BTreeSet::new();
    for domain in DOMAINS {
        let declared: BTreeSet<&str> = domain.prefixes.iter().map(|prefix| prefix.name).collect();
        let partitions: Vec<String> = domain
            .examples
            .iter()
            .map(|example| (example.key)(&values).partition().to_owned())
            .collect();
        let used: BTreeSet<&str> = partitions
            .iter()
            .filter_map(|partition| partition.split_inclusive('#').next())
            .collect();
        assert_eq!(
            used, declared,
            "the prefixes and the examples in the DOMAIN of shared/src/{}/mod.rs",
            domain.name
        );
        for prefix in declared {
            assert!(prefix.ends_with('#') && all.insert(prefix), "{prefix} has two domains");
        }
    }
}

fn values() -> Values {
    let hashes = Hashes::new(&"pepper".into());
    Values {
        now: "2026-11-22T20:52:24Z".parse().unwrap(),
        phone: hashes.phone(&Phone::of_the_operator("+14155550123")),
        address: hashes.address("192.0.2.7".parse().unwrap()),
        network: hashes.network("192.0.2.7".parse().unwrap()),
        text: ContentHash::of("a registration id"),
        id: "019aac3f-0000-7000-8000-00000000019e".to_owned(),
    }
}

fn grants(prefix: &Prefix) -> String {
    let names = |can: fn(Action) -> bool| {
        let granted =
            prefix.grants.iter().filter(|(_, actions)| actions.iter().any(|one| can(*one)));
        let granted = granted.map(|(function, _)| *function).collect::<Vec<_>>();
        if granted.is_empty() { "no function".to_owned() } else { granted.join(", ") }
    };
    let (read, written) = (names(|action| !is_write(action)), names(is_write));
    format!("read by {read}; written by {written}")
}

fn is_write(action: Action) -> bool {
    matches!(action, Action::Put | Action::Update | Action::UpdateOnly(_) | Action::Delete)
}
