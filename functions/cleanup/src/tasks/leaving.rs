//! Customers who left: everything that is stored of them is erased, item by item.

use shared::{
    account::DELETED_SHARDS,
    customer_data::{Erasure, erase_customer},
    store::StoreError,
};

use crate::run::{Counts, Run};

/// How many customers are read from the list at once.
const PAGE: usize = 25;

/// Erases as many as the time allows. One whose erasing fails stays on the list for the next run,
/// and keeps nobody else waiting.
pub(crate) async fn erase(run: &Run) -> Result<Counts, StoreError> {
    let (store, push) = (&run.app.store, &run.app.push);
    let mut counts = Counts::default();
    for digit in DELETED_SHARDS.chars() {
        let mut after = None;
        loop {
            let page = store.deleted_customers(digit, after, PAGE).await?;
            for customer in &page {
                let whose = run.app.pseudonym(*customer);
                match erase_customer(store, push, *customer, || run.is_over()).await {
                    Ok(Erasure::Complete) => {
                        tracing::info!(event = "customer_erased", customer = whose, "clean-up");
                        counts.done += 1;
                    }
                    Ok(Erasure::Unfinished) => return Ok(Counts { unfinished: true, ..counts }),
                    Ok(Erasure::NotLeaving) => counts.put_off += 1,
                    Err(error) => {
                        tracing::warn!(customer = whose, %error, "a customer is not erased yet");
                        counts.failed += 1;
                    }
                }
            }
            after = page.last().copied();
            if page.len() < PAGE {
                break;
            }
        }
        if run.is_over() {
            return Ok(Counts { unfinished: true, ..counts });
        }
    }
    Ok(counts)
}
