//! A wallet opens with its account and closes with it: both are parts of the account's transaction.

use table::{Write, item, number};

use crate::{
    ids::CustomerId,
    store::StoreError,
    wallet::{
        Closing, Listed, Posting, Wallet, keys,
        store::{replace_wallet, wallet_item},
    },
};

/// Writes the wallet of a new account. Two write units.
pub fn open_wallet(customer: CustomerId, wallet: &Wallet) -> Result<Write, StoreError> {
    Ok(Write::new_item(item(keys::wallet(customer), wallet)?))
}

/// Writes a wallet with several entries at once: a new one, or one in place of the version
/// `before`. `postings` follow one another; the last has the wallet as it is to be. Sees the wallet
/// where refused. Two write units for the wallet and each entry, and three for a wallet's first.
pub fn post_all(
    customer: CustomerId,
    before: Option<u64>,
    postings: &[Posting],
) -> Result<Vec<Write>, StoreError> {
    let Some(last) = postings.last() else { return Ok(Vec::new()) };
    let wallet = Write::put(wallet_item(keys::wallet(customer), &last.wallet)?);
    let mut writes = vec![match before {
        Some(version) => wallet.when_is("version", number(version)).seeing_refused(),
        None => wallet.when("attribute_not_exists(pk)").seeing_refused(),
    }];
    for Posting { entry, .. } in postings {
        let key = keys::entry(customer, entry.currency, entry.id);
        writes.push(Write::new_item(item(key, entry)?));
    }
    if before.unwrap_or_default() == 0 {
        let ledger = last.wallet.ledger;
        let listed = Listed { ledger, customer: Some(customer) };
        writes.push(Write::put(item(keys::listed_ledger(ledger), &listed)?));
    }
    Ok(writes)
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
