//! The marks against a list that forgets nothing, by processes that know more or less of what is
//! published.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    hashes::ContentHash,
    ids::{CustomerId, NotificationId},
    inbox::{
        audience::Audience,
        broadcast::{BROADCAST_LIFE, Broadcast, Broadcasts},
    },
    random::SystemRandom,
};

/// What can happen; the first number says how many of the newest messages the process does not
/// know.
#[derive(Debug, Clone)]
enum Step {
    Published,
    Read(u64, Vec<u64>),
    ReadAll(u64),
    Delete(u64, Vec<u64>),
    DeleteAll(u64),
    Days(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let unknown = || 0..3_u64;
    let some = || prop::collection::vec(1..40_u64, 0..5);
    prop_oneof![
        6 => Just(Step::Published),
        3 => (unknown(), some()).prop_map(|(unknown, some)| Step::Read(unknown, some)),
        1 => unknown().prop_map(Step::ReadAll),
        3 => (unknown(), some()).prop_map(|(unknown, some)| Step::Delete(unknown, some)),
        1 => unknown().prop_map(Step::DeleteAll),
        2 => (0..50_i64).prop_map(Step::Days),
    ]
}

fn broadcast(number: u64, now: Timestamp) -> Arc<Broadcast> {
    Arc::new(Broadcast {
        number,
        id: NotificationId::new(now, &SystemRandom),
        message: ContentHash::of("m"),
        category: String::new(),
        title: String::new(),
        body: String::new(),
        data: "{}".to_owned(),
        image_url: None,
        published: now,
        until: now + BROADCAST_LIFE,
        stopped: false,
        silent: false,
        audience: Audience::default(),
    })
}

proptest! {
    #[test]
    fn what_is_read_and_deleted_is_that_of_a_list_that_forgets_nothing(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let customer = CustomerId::new(now, &SystemRandom);
        let mut all: Vec<Arc<Broadcast>> = Vec::new();
        let (mut read, mut deleted) = (Vec::new(), Vec::new());
        let mut marks = Marks::default();
        for step in steps {
            let known = |unknown: u64| {
                let last = (all.len() as u64).saturating_sub(unknown);
                let known = all.iter().filter(|one| one.number <= last).cloned();
                Broadcasts::of(known).visible_to(customer, now)
            };
            // As handlers do: only of what the customer can see, and not twice.
            let seen = |visible: &Visible, numbers: &[u64]| -> Vec<u64> {
                numbers.iter().copied().filter(|number| visible.has(*number)).collect()
            };
            match step {
                Step::Published => all.push(broadcast(all.len() as u64 + 1, now)),
                Step::Days(days) => now += jiff::SignedDuration::from_hours(24 * days),
                Step::Read(unknown, numbers) => {
                    let visible = known(unknown);
                    let numbers = seen(&visible, &numbers);
                    marks = marks.with_read(&numbers, &visible);
                    read.extend(numbers);
                }
                Step::ReadAll(unknown) => {
                    let visible = known(unknown);
                    marks = marks.with_all_read(&visible);
                    read.extend(visible.iter().map(|one| one.number));
                }
                Step::Delete(unknown, numbers) => {
                    let visible = known(unknown);
                    let numbers = seen(&visible, &numbers);
                    marks = marks.without(&numbers, &visible);
                    deleted.extend(numbers);
                }
                Step::DeleteAll(unknown) => {
                    let visible = known(unknown);
                    marks = marks.without_all(&visible);
                    deleted.extend(visible.iter().map(|one| one.number));
                }
            }
            let visible = Broadcasts::of(all.iter().cloned()).visible_to(customer, now);
            for one in visible.iter() {
                let number = one.number;
                let is_deleted = deleted.contains(&number);
                prop_assert_eq!(marks.is_deleted(number), is_deleted, "{} {:?}", number, marks);
                let is_read = is_deleted || read.contains(&number);
                prop_assert_eq!(marks.is_read(number), is_read, "{} {:?}", number, marks);
            }
            let exceptions = marks.read.len() + marks.deleted.len();
            prop_assert!(exceptions <= all.len());
        }
        // Once a process that knows all changes anything, no exception is of a message that is
        // gone.
        let visible = Broadcasts::of(all.iter().cloned()).visible_to(customer, now);
        let settled = marks.with_read(&[], &visible);
        prop_assert!(settled.read.len() + settled.deleted.len() <= visible.iter().count());
    }
}
