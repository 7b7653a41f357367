//! The customer that an invocation is for, for the request log.

use std::{cell::Cell, future::Future};

use crate::ids::CustomerId;

tokio::task_local! {
    static OF_TASK: Cell<Option<CustomerId>>;
}

/// Runs `invocation` and gives its output with the customer that was noted on the way.
pub async fn observe<F: Future>(invocation: F) -> (F::Output, Option<CustomerId>) {
    OF_TASK.scope(Cell::default(), async { (invocation.await, OF_TASK.with(Cell::get)) }).await
}

/// Notes that a token or a code has named the customer. Without effect outside of [`observe`].
pub fn note(customer: CustomerId) {
    let _ = OF_TASK.try_with(|subject| subject.set(Some(customer)));
}
