//! The clean-up of accounts: deleted ones are erased, and sessions that are over leave the others.

use std::{mem, pin::pin};

use futures_util::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use table::{DUE, DUE_AT, Key, Write, due_day, number};

use crate::{
    account::{
        Account, Deleted,
        erasure::{Erasure, erase_customer},
        keys::{self, SESSIONS_BY_END, customer_of},
    },
    domain::{
        clean_up::{AT_ONCE, Counts, Outcome, Run, Stage, Task, Work, seconds_between},
        erasure::{self, Erasing},
    },
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// How many customers are read from the list at once.
const PAGE: usize = 25;

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task {
        name: "leaving",
        stage: Stage::Erasure,
        work: Work::By(|run| erase_deleted(run).boxed()),
    },
    Task {
        name: "sessions",
        stage: Stage::Expired,
        work: Work::By(|run| remove_sessions(run).boxed()),
    },
];

/// Erases customers with deleted accounts, several at once, in turns as long as the time allows.
///
/// A turn takes [`RunSettings::erasure_turn`](crate::domain::clean_up::RunSettings) items. A
/// customer who has more is marked on the list. Such customers get their next turns once nobody
/// without a mark is left, in this run and in the next ones, so that they delay nobody else. What a
/// turn has erased stays erased; one that fails stays on the list for the next run.
async fn erase_deleted(run: &Run) -> Result<Counts, StoreError> {
    let mut turns = Turns { run, counts: Counts::default(), large: Vec::new(), oldest: None };
    for digit in run.shards() {
        let mut after = None;
        loop {
            let page = run.store.deleted_customers(digit, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|last| last.customer);
            if run.is_over() {
                turns.leave(&page);
                break;
            }
            let (large, others) = page.into_iter().partition(|deleted| deleted.is_large);
            turns.large.extend::<Vec<_>>(large);
            turns.give_to(others).await;
            if is_last {
                break;
            }
        }
    }
    while !turns.large.is_empty() && !run.is_over() {
        let large = mem::take(&mut turns.large);
        turns.give_to(large).await;
    }
    let left = mem::take(&mut turns.large);
    turns.leave(&left);
    let behind = seconds_between(turns.oldest, run.now);
    Ok(Counts { behind, ..turns.counts })
}

/// The turns of a run.
struct Turns<'a> {
    run: &'a Run,
    counts: Counts,
    /// Who has more to erase than one turn takes.
    large: Vec<Deleted>,
    /// Since when the one waits who waits longest, of those whom the run has seen and left.
    oldest: Option<Timestamp>,
}

/// What came of a turn.
enum Turn {
    /// The customer is erased, or is not deleted.
    Complete(Outcome),
    /// There is more to erase.
    More,
    /// The next run tries again.
    Failed,
}

impl Turns<'_> {
    /// Gives each of them a turn, several at once.
    async fn give_to(&mut self, customers: Vec<Deleted>) {
        let run = self.run;
        let turn =
            async |deleted: Deleted| (erase_for_one_turn(run, deleted.customer).await, deleted);
        let mut turns = pin!(stream::iter(customers).map(turn).buffer_unordered(AT_ONCE));
        while let Some((turn, deleted)) = turns.next().await {
            match turn {
                Turn::Complete(outcome) => self.counts += outcome,
                Turn::Failed => {
                    self.counts.failed += 1;
                    self.waits_since(deleted.since);
                }
                Turn::More => {
                    if !deleted.is_large && !run.is_over() {
                        mark_large(run, &deleted).await;
                    }
                    self.large.push(Deleted { is_large: true, ..deleted });
                }
            }
        }
    }

    /// Leaves customers to the next run.
    fn leave(&mut self, customers: &[Deleted]) {
        self.counts.unfinished |= !customers.is_empty();
        for customer in customers {
            self.waits_since(customer.since);
        }
    }

    fn waits_since(&mut self, since: Timestamp) {
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }
}

/// Without the mark its next turn comes earlier than it should.
async fn mark_large(run: &Run, deleted: &Deleted) {
    if let Err(error) = run.store.mark_large(deleted.customer).await {
        tracing::warn!(%error, "a large account is not marked");
    }
}

/// Erases a customer, as far as the turn and the run last.
async fn erase_for_one_turn(run: &Run, customer: CustomerId) -> Turn {
    if run.is_over() {
        return Turn::More;
    }
    let pseudonym = run.signer.pseudonym(&customer.to_string());
    let erasing = Erasing { store: &run.store, push: &run.push, customer };
    let mut steps = steps_of_a_turn(run);
    let is_over = || {
        steps = steps.saturating_sub(1);
        steps == 0 || run.is_over()
    };
    match erase_customer(erasing, run.erasures, is_over).await {
        Ok(Erasure::Complete) => {
            tracing::info!(event = "customer_erased", customer = pseudonym, "clean-up");
            Turn::Complete(Outcome::Done)
        }
        Ok(Erasure::Unfinished) => Turn::More,
        Ok(Erasure::NotDeleted) => Turn::Complete(Outcome::PutOff),
        Err(error) => {
            tracing::warn!(customer = pseudonym, %error, "a customer is not erased yet");
            Turn::Failed
        }
    }
}

/// The steps that find nothing more, one for each prefix and one for the list, and those that erase
/// the items of a turn.
fn steps_of_a_turn(run: &Run) -> usize {
    let items = usize::try_from(run.settings.erasure_turn).unwrap_or(usize::MAX);
    items.div_ceil(erasure::PAGE) + run.erasures.len() + 2
}

/// Removes sessions that are over from accounts that are in use. One read unit, and one to three
/// write units, for each account.
///
/// An account is due when its session that ends first should have ended; a refresh, which moves
/// that end, does not write to the index for it. A session stays as long after its end as an unused
/// device, since it tells when the device was last seen.
async fn remove_sessions(run: &Run) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.device_life);
    let remove = async |key: Key| {
        let Some(customer) = customer_of(&key) else { return Ok(Outcome::Nothing) };
        let Some(account) = run.store.account(customer).await? else {
            return Ok(Outcome::Nothing);
        };
        let over = account.over_by(until);
        let is_written = run.store.prune_sessions(&account, &over).await?;
        Ok(match is_written {
            true if over.is_empty() && !account.sessions.is_empty() => Outcome::PutOff,
            true => Outcome::Done,
            false => Outcome::Nothing,
        })
    };
    run.walk(SESSIONS_BY_END, until, remove).await
}

impl Store {
    /// Removes sessions that are over from an account, and puts the account off to the end of the
    /// next one, or takes it off the index where it has no other; false where the account has
    /// changed. One trip; one write unit for each KB of the account, two for its index entry.
    pub async fn prune_sessions(
        &self,
        account: &Account,
        over: &[SessionId],
    ) -> Result<bool, StoreError> {
        let left = account.sessions.keys().filter(|id| !over.contains(id));
        let next = left.filter_map(|id| account.end_of(*id)).min();
        let mut removed: Vec<String> =
            (0..over.len()).flat_map(|n| [format!("#s.#x{n}"), format!("#e.#x{n}")]).collect();
        removed.extend(next.is_none().then(|| "#due, #due_at".to_owned()));
        let set = next.map_or("", |_| "SET #due_at = :next");
        let remove = if removed.is_empty() { String::new() } else { removed.join(", ") };
        let remove = if remove.is_empty() { remove } else { format!(" REMOVE {remove}") };
        let mut update = Write::update(keys::account(account.customer), &format!("{set}{remove}"))
            .when("size(#s) = :size")
            .name("#s", "sessions")
            .name("#due_at", DUE_AT)
            .value(":size", number(account.sessions.len()));
        update = match next {
            Some(next) => update.value(":next", number(due_day(next))),
            None => update.name("#due", DUE),
        };
        for (n, id) in over.iter().enumerate() {
            let generation = account.sessions.get(id).map_or(0, |session| session.generation);
            update = update
                .when(&format!("#s.#x{n}.gen = :g{n}"))
                .name("#e", "epochs")
                .name(&format!("#x{n}"), &id.to_string())
                .value(&format!(":g{n}"), number(generation));
        }
        Ok(self.table.write(update).await?.is_done())
    }
}
