//! A stretch of the audit of all ledgers.

use shared::store::StoreError;

use crate::run::{Counts, Run};

/// How many entries are read between two looks at the time.
const STRETCH: u64 = 500;

/// Counts the entries that were compared; what is wrong with them is in the log, by which an alarm
/// goes off.
pub(crate) async fn go_on(run: &Run) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let mut left = run.settings.audit.entries;
    while left > 0 {
        if run.is_over() {
            return Ok(Counts { unfinished: true, ..counts });
        }
        let stretch = left.min(STRETCH);
        let audited = run.app.store.audit_next(stretch, run.now).await?;
        counts.done += audited.entries;
        counts.failed += u64::try_from(audited.breaks.len()).unwrap_or(u64::MAX);
        if audited.entries < stretch {
            // All ledgers are done; the next run begins anew.
            break;
        }
        left = left.saturating_sub(audited.entries);
    }
    Ok(counts)
}
