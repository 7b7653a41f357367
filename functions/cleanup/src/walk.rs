//! A walk through a list of the index of what is due: shard by shard, page by page, several things
//! at once.

use std::future::Future;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use shared::store::StoreError;
use table::{IndexList, Key, SHARDS};

use crate::run::{Counts, Outcome, Run};

/// How many things are under way at once.
const AT_ONCE: usize = 8;
/// After so many failures it is nothing of theirs, and the task ends.
const MOST_FAILURES: u64 = 10;

/// Does `work` on everything of `list` that was due by `until`, until the time is over.
///
/// A trip and half a read unit for each of sixteen shards, and half a read unit for each further
/// thirty that are due, beside the work itself.
pub(crate) async fn walk<W, F>(
    run: &Run,
    list: IndexList,
    until: Timestamp,
    work: W,
) -> Result<Counts, StoreError>
where
    W: Fn(Key) -> F,
    F: Future<Output = Result<Outcome, StoreError>>,
{
    let mut counts = Counts::default();
    for shard in SHARDS.chars() {
        let mut from = None;
        loop {
            if run.is_over() {
                return Ok(Counts { unfinished: true, ..counts });
            }
            let page = run.app.store.table.due_page(list, shard, until, from).await?;
            let worked = stream::iter(page.keys).map(&work).buffer_unordered(AT_ONCE);
            let mut worked = std::pin::pin!(worked);
            while let Some(outcome) = worked.next().await {
                match outcome {
                    Ok(outcome) => counts += outcome,
                    Err(error) if counts.failed >= MOST_FAILURES => return Err(error),
                    Err(error) => {
                        tracing::warn!(%error, "something that is due is left for the next run");
                        counts.failed += 1;
                    }
                }
                if run.is_over() {
                    return Ok(Counts { unfinished: true, ..counts });
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(counts)
}
