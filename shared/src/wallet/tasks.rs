//! The clean-up of wallets: overdue holds end, and the audit continues.

use futures_util::FutureExt;

use crate::{
    domain::clean_up::{Counts, Run, Stage, Task, Work},
    store::StoreError,
};

/// How many entries the audit reads before it looks at the time again.
const STRETCH: u64 = 500;

/// The tasks of the clean-up.
pub(crate) const TASKS: &[Task] = &[
    Task { name: "holds", stage: Stage::Money, work: Work::By(|run| end_holds(run).boxed()) },
    Task { name: "audit", stage: Stage::Audit, work: Work::By(|run| audit(run).boxed()) },
];

async fn end_holds(run: &Run) -> Result<Counts, StoreError> {
    let ended = run.store.expire_holds(run.now, &*run.random, || run.is_over()).await?;
    Ok(Counts { done: ended.released, unfinished: !ended.complete, ..Counts::default() })
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
        let audited = run.store.audit_next(stretch, run.now).await?;
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
