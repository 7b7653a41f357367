//! Erases customers without a run of the clean-up.

use shared::{
    account::{Erasure, erase_customer},
    domain::erasure::Erasing,
    domains::ERASURES,
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
        let app = self.stack.state("cleanup").expect("cleanup runs");
        let erasing = Erasing { store: &app.store, push: &app.push, customer };
        erase_customer(erasing, &ERASURES, is_over).await
    }
}
