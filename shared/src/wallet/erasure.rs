//! Erasing a customer's wallet, after which its entries name nobody.
//!
//! Protocol: entries move, each in one transaction, from the customer's partition to one that is
//! named by the ledger's own id, without the texts that anybody wrote. They are moved as they are
//! stored, so that one that cannot be read, or is stored under another key than its own, does not
//! stop the erasure. Holds and reversals are deleted, because the entries tell the same. The wallet
//! goes last, and with it the customer's place on the list of ledgers. So wherever erasing stops,
//! nothing of the books is in two places or in none.

use table::{Item, Query, Transaction, Write, item, record, sort_in};

use crate::{
    domain::erasure::{ErasedPage, Erasing, PAGE},
    ids::CustomerId,
    store::StoreError,
    wallet::{
        balance::Wallet,
        keys,
        ledger::Hold,
        store::{Listed, wallet_item},
    },
};

/// Erases up to [`PAGE`] items: two writes each, of the hundred that a transaction may have. Three
/// trips; two write units for each KB of an item, twice that for an entry or a hold.
pub(super) async fn erase(erasing: Erasing<'_>) -> Result<ErasedPage, StoreError> {
    let Erasing { store, customer, .. } = erasing;
    let Some(wallet) = store.wallet(customer).await? else { return Ok(ErasedPage::Last) };
    let query = Query::of(keys::wallet_of(customer)).consistent();
    let mut writes = Vec::new();
    for item in store.table.first(query, PAGE).await?.items {
        writes.extend(erase_item(customer, &wallet, item)?);
    }
    let is_last = writes.is_empty();
    if is_last {
        writes = erase_head(customer, &wallet)?;
    }
    let mut transaction = Transaction::new();
    transaction.add_all(writes);
    // There is no condition that could refuse.
    let _ = store.table.commit(transaction).await?;
    Ok(if is_last { ErasedPage::Last } else { ErasedPage::More })
}

/// The writes that erase an item; none for the wallet itself.
fn erase_item(customer: CustomerId, wallet: &Wallet, item: Item) -> Result<Vec<Write>, StoreError> {
    let position = sort_in(&item).to_owned();
    Ok(match position.split_once('#') {
        None => Vec::new(),
        Some(("ENTRY", _)) => move_entry(customer, wallet, item, &position).into(),
        Some(("HOLD", _)) => {
            let hold: Hold = record(item)?;
            let listed = keys::due_hold(hold.until, customer, hold.id);
            vec![Write::delete(keys::hold(customer, hold.id)), Write::delete(listed)]
        }
        Some(_) => vec![Write::delete(keys::wallet_place(customer, &position))],
    })
}

fn move_entry(
    customer: CustomerId,
    wallet: &Wallet,
    mut entry: Item,
    position: &str,
) -> [Write; 2] {
    entry.remove("reference");
    entry.extend(keys::former_wallet_place(wallet.ledger, position).into_item());
    [Write::put(entry), Write::delete(keys::wallet_place(customer, position))]
}

/// The writes that erase the wallet itself. One that never had an entry leaves no trace.
fn erase_head(customer: CustomerId, wallet: &Wallet) -> Result<Vec<Write>, StoreError> {
    let mut writes = vec![Write::delete(keys::wallet(customer))];
    if wallet.last.is_some() {
        let listed = Listed { ledger: wallet.ledger, customer: None };
        // Its ledger has another place now.
        let mut former = wallet.clone();
        let updated = wallet.balances.values().map(|balance| balance.updated).max();
        if let Some(updated) = updated {
            former.mark_moved(updated);
        }
        let former = wallet_item(keys::former_wallet(wallet.ledger), &former)?;
        let listed = item(keys::listed_ledger(wallet.ledger), &listed)?;
        writes.extend([Write::put(former), Write::put(listed)]);
    }
    Ok(writes)
}
