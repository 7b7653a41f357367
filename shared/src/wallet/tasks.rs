//! The clean-up of wallets: overdue holds end, wallets that have moved are audited, and the audit
//! of all continues.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use futures_util::FutureExt;
use table::Key;

use crate::{
    domain::clean_up::{Counts, Outcome, Run, Stage, Task, Work, seconds_between},
    store::StoreError,
    wallet::keys,
};

/// How many entries the audit reads before it looks at the time again.
const STRETCH: u64 = 500;

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task { name: "holds", stage: Stage::Money, work: Work::By(|run| end_holds(run).boxed()) },
    Task {
        name: "moved_wallets",
        stage: Stage::Audit,
        work: Work::By(|run| audit_moved(run).boxed()),
    },
    Task { name: "audit", stage: Stage::Sweep, work: Work::By(|run| audit(run).boxed()) },
];

async fn end_holds(run: &Run) -> Result<Counts, StoreError> {
    let ended = run.store.expire_holds(run.now, &*run.random, || run.is_over()).await?;
    Ok(Counts { done: ended.released, unfinished: !ended.complete, ..Counts::default() })
}

/// Counts the wallets. Breaks are in the log, where an alarm finds them.
async fn audit_moved(run: &Run) -> Result<Counts, StoreError> {
    let until = run.before(run.settings.audit_after);
    let breaks = AtomicU64::new(0);
    let audit = async |key: Key| {
        let Some(audited) = run.store.audit_moved(key, run.now).await? else {
            return Ok(Outcome::Nothing);
        };
        breaks.fetch_add(audited.breaks.len().try_into().unwrap_or(u64::MAX), Relaxed);
        Ok(Outcome::Done)
    };
    let counts = run.walk(keys::MOVED, until, audit).await?;
    Ok(Counts { failed: counts.failed + breaks.load(Relaxed), ..counts })
}

/// Counts the entries that it compared. Breaks are in the log, where an alarm finds them.
async fn audit(run: &Run) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let mut left = run.settings.audit_entries;
    while left > 0 {
        if run.is_over() {
            return Ok(Counts { unfinished: true, ..counts });
        }
        let stretch = left.min(STRETCH);
        let (audited, since) = run.store.audit_next(stretch, run.now).await?;
        counts.behind = seconds_between(Some(since), run.now);
        counts.done += audited.entries;
        counts.failed += u64::try_from(audited.breaks.len()).unwrap_or(u64::MAX);
        if audited.entries < stretch {
            // All ledgers are done; the next run begins again.
            break;
        }
        left = left.saturating_sub(audited.entries);
    }
    Ok(counts)
}
