//! Erases customers without a run of the clean-up.

use shared::{
    customer_data::{Erasure, erase_customer},
    ids::CustomerId,
    store::StoreError,
};

use crate::Api;

impl Api {
    /// Erases a customer who deleted the account, as the clean-up does. `is_over` is asked before
    /// each step.
    pub async fn erase(
        &self,
        customer: CustomerId,
        is_over: impl FnMut() -> bool,
    ) -> Result<Erasure, StoreError> {
        let app = self.stack.state("customer").expect("customer runs");
        erase_customer(&app.store, &app.push, customer, is_over).await
    }
}
