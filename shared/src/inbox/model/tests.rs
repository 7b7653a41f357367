//! The head against a list that forgets nothing: whatever happens in whatever order, both say the
//! same.

use proptest::prelude::*;

use super::*;
use crate::{inbox::MOST_RECENT, random::SystemRandom};

/// What can happen to an inbox; numbers choose among the items written so far.
#[derive(Debug, Clone)]
enum Step {
    Comes(u64),
    ComesSilently,
    Read(Vec<usize>),
    ReadAll,
    Delete(Vec<usize>),
    DeleteAll,
    Days(i64),
}

/// An item and everything that is true of it, kept one by one.
#[derive(Debug, Clone)]
struct Kept {
    item: Notification,
    read: bool,
    deleted: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let some = || prop::collection::vec(0..120_usize, 0..6);
    prop_oneof![
        6 => Just(Step::Comes(1)),
        2 => (2..12_u64).prop_map(Step::Comes),
        1 => Just(Step::ComesSilently),
        2 => some().prop_map(Step::Read),
        1 => Just(Step::ReadAll),
        2 => some().prop_map(Step::Delete),
        1 => Just(Step::DeleteAll),
        3 => (0..40_i64).prop_map(Step::Days),
    ]
}

fn item(id: NotificationId, message: ContentHash, until: Timestamp) -> Notification {
    Notification {
        id,
        category: String::new(),
        title: String::new(),
        body: String::new(),
        data: "{}".to_owned(),
        image_url: None,
        read: false,
        message: Some(message),
        until,
    }
}

/// The stored items among those that `places` name, each once.
fn chosen(all: &[Kept], places: &[usize]) -> Vec<Notification> {
    let mut ids: Vec<_> =
        places.iter().filter_map(|place| all.get(*place)).map(|kept| kept.item.id).collect();
    ids.sort();
    ids.dedup();
    all.iter().filter(|kept| ids.contains(&kept.item.id)).map(|kept| kept.item.clone()).collect()
}

/// What a read can find while a change is on its way.
fn half_of_each(before: &[Notification], after: &[Notification]) -> Vec<Notification> {
    let is_even = |item: &&Notification| item.id.millis() % 2 == 0;
    let mut half: Vec<_> = before.iter().filter(is_even).cloned().collect();
    half.extend(after.iter().filter(|item| !is_even(item)).cloned());
    half.sort_by_key(|item| item.id);
    half
}

proptest! {
    #[test]
    fn counts_and_visibility_are_those_of_a_list_that_forgets_nothing(
        steps in prop::collection::vec(step(), 1..80),
        days in prop::sample::select(vec![1_i64, 10, 90]),
    ) {
        let mut now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let kept_for = SignedDuration::from_hours(24 * days);
        let mut inbox = Inbox::default();
        let mut all: Vec<Kept> = Vec::new();
        // What was stored after each step, and how many messages came.
        let (mut stored, mut came) = (vec![Vec::new()], 0);
        for step in steps {
            let alive = |kept: &Kept, now| !kept.deleted && kept.item.until > now;
            match step {
                Step::Days(days) => now += SignedDuration::from_hours(24 * days),
                Step::Comes(count) => {
                    for _ in 0..count {
                        came += 1;
                        let message = ContentHash::of(&format!("message {came}"));
                        let (after, id, until) =
                            inbox.with_message(&message, now, kept_for, &SystemRandom);
                        prop_assert!(all.last().is_none_or(|last| last.item.id < id));
                        prop_assert!(until > now + kept_for);
                        prop_assert!(until <= now + kept_for + SignedDuration::from_hours(24 * 7));
                        inbox = after;
                        all.push(Kept {
                            item: item(id, message, until),
                            read: false,
                            deleted: false,
                        });
                    }
                }
                Step::ComesSilently => {
                    came += 1;
                    let message = ContentHash::of(&format!("silent {came}"));
                    inbox = inbox.with_known(&message, now, kept_for);
                }
                Step::Read(places) => {
                    let items = chosen(&all, &places);
                    let is_unread = |kept: &&Kept| alive(kept, now) && !kept.read;
                    let expected: Vec<_> = all
                        .iter()
                        .filter(is_unread)
                        .filter(|kept| items.contains(&kept.item))
                        .map(|kept| kept.item.id)
                        .collect();
                    let done = inbox.with_read(&items, now);
                    prop_assert_eq!(done.is_some(), !expected.is_empty());
                    if let Some((after, changed)) = done {
                        let changed: Vec<_> = changed.into_iter().map(|item| item.id).collect();
                        prop_assert_eq!(&changed, &expected);
                        inbox = after;
                        for kept in all.iter_mut().filter(|kept| changed.contains(&kept.item.id)) {
                            (kept.read, kept.item.read) = (true, true);
                        }
                    }
                }
                Step::ReadAll => {
                    if let Some(after) = inbox.with_all_read(now) {
                        inbox = after;
                    }
                    for kept in &mut all {
                        kept.read |= alive(kept, now);
                    }
                }
                Step::Delete(places) => {
                    let items = chosen(&all, &places);
                    if let Some((after, gone)) = inbox.without(&items, now) {
                        inbox = after;
                        let is_gone =
                            |kept: &&mut Kept| gone.iter().any(|item| item.id == kept.item.id);
                        for kept in all.iter_mut().filter(is_gone) {
                            kept.deleted = true;
                        }
                    }
                    let mut deleted = all.iter().filter(|kept| items.contains(&kept.item));
                    prop_assert!(deleted.all(|kept| !alive(kept, now)));
                    // What is deleted by itself is stored no longer.
                    all.retain(|kept| !(kept.deleted && items.contains(&kept.item)));
                }
                Step::DeleteAll => {
                    let expected = all.iter().filter(|kept| alive(kept, now)).count();
                    let done = inbox.without_all(now);
                    prop_assert_eq!(done.as_ref().map_or(0, |(_, n)| *n), expected as u64);
                    if let Some((after, _)) = done {
                        inbox = after;
                    }
                    for kept in &mut all {
                        kept.deleted = true;
                    }
                }
            }
            let alive: Vec<&Kept> = all.iter().filter(|kept| alive(kept, now)).collect();
            prop_assert_eq!(inbox.total(now), alive.len() as u64);
            let unread = alive.iter().filter(|kept| !kept.read).count();
            prop_assert_eq!(inbox.unread(now), unread as u64);
            for kept in &all {
                let is_alive = alive.iter().any(|other| other.item.id == kept.item.id);
                prop_assert_eq!(inbox.is_visible(kept.item.id, now), is_alive);
                if is_alive {
                    prop_assert_eq!(inbox.is_read(&kept.item), kept.read);
                }
            }
            stored.push(all.iter().map(|kept| kept.item.clone()).collect());
            for most in [1, 5, 30] {
                let there: Vec<_> =
                    alive.iter().rev().take(most).map(|kept| (kept.item.id, kept.read)).collect();
                // None where the head does not vouch for what was found.
                let newest = |mut found: Vec<Notification>| {
                    found.reverse();
                    found.truncate(most);
                    let is_enough = inbox.vouches_for(&found, most, now);
                    let visible = found.iter().filter(|item| inbox.is_visible(item.id, now));
                    is_enough.then(|| {
                        visible.map(|item| (item.id, inbox.is_read(item))).collect::<Vec<_>>()
                    })
                };
                for (before, after) in stored.iter().zip(&stored[1..]).rev().take(12) {
                    for stale in [before.clone(), half_of_each(before, after)] {
                        prop_assert!(newest(stale).is_none_or(|newest| newest == there));
                    }
                }
                let present = newest(stored.last().cloned().unwrap_or_default());
                prop_assert!(present == Some(there) || (present.is_none() && came > MOST_RECENT));
            }
        }
    }

    #[test]
    fn a_shorter_life_by_the_settings_leaves_no_gap(
        spans in prop::collection::vec((0..30_i64, 1..90_i64), 1..30),
    ) {
        let mut now: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let mut inbox = Inbox::default();
        for (passed, days) in spans {
            now += SignedDuration::from_hours(24 * passed);
            inbox = inbox.with_new(now, SignedDuration::from_hours(24 * days), &SystemRandom).0;
            let in_order = inbox.weeks.is_sorted_by(|earlier, later| {
                earlier.number < later.number && earlier.until <= later.until
            });
            prop_assert!(in_order);
        }
    }
}
