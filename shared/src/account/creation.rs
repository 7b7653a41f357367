//! A new account with its first session.

use std::collections::BTreeMap;

use table::{Write, listed_item};

use crate::{
    account::{
        Account, FIRST_EPOCH, NewSession, Status, StatusChange, customers::list_customer, keys,
    },
    ids::CustomerId,
    store::StoreError,
};

/// Writes an account and its entry on the list of customers. Five write units.
pub fn new_account(customer: CustomerId, first: &NewSession) -> Result<Vec<Write>, StoreError> {
    new_account_with(customer, first, Status::Active, None)
}

/// The same for an account that moves in from another stack, where it may have been disabled.
pub fn new_account_with(
    customer: CustomerId,
    first: &NewSession,
    status: Status,
    status_change: Option<StatusChange>,
) -> Result<Vec<Write>, StoreError> {
    let account = Account {
        customer,
        status,
        phone: first.phone.clone(),
        epoch: FIRST_EPOCH,
        sessions: BTreeMap::from([(first.id, first.session.clone())]),
        epochs: BTreeMap::from([(first.id, FIRST_EPOCH)]),
        status_change,
        last_log_out: None,
    };
    let (key, ends) = (keys::account(customer), first.session.expires());
    let account = listed_item(key, &account, keys::SESSIONS_BY_END, ends)?;
    Ok(vec![Write::new_item(account), list_customer(customer)?])
}
