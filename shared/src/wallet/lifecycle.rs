//! A wallet opens with its account and closes with it: both are parts of the account's transaction.

use table::{Write, item};

use crate::{
    ids::CustomerId,
    store::StoreError,
    wallet::{Closing, Wallet, keys, store::replace_wallet},
};

/// Writes the wallet of a new account. Two write units.
pub fn open_wallet(customer: CustomerId, wallet: &Wallet) -> Result<Write, StoreError> {
    Ok(Write::new_item(item(keys::wallet(customer), wallet)?))
}

/// Closes the wallet of a deleted account, with an entry for each currency that is given up.
/// `exists` is false for accounts that are older than wallets. Sees the wallet where refused. Two
/// write units each.
pub fn close_wallet(
    customer: CustomerId,
    closing: &Closing,
    exists: bool,
) -> Result<Vec<Write>, StoreError> {
    let Closing { wallet, entries } = closing;
    let closed =
        if exists { replace_wallet(customer, wallet)? } else { open_wallet(customer, wallet)? };
    let mut writes = vec![closed];
    for entry in entries {
        let key = keys::entry(customer, entry.currency, entry.id);
        writes.push(Write::put(item(key, entry)?).when("attribute_not_exists(pk)"));
    }
    Ok(writes)
}
