//! What `wallet show` and `wallet correct` print. Amounts are minor units.

use shared::wallet::{Correction, Examined, ExaminedEntry, Funds, Listed, Wallet};

/// Whose wallet it is, and where. All of it is known of a wallet that cannot be read, too.
pub(super) fn head(listed: &Listed) -> [String; 2] {
    let owner = listed
        .customer
        .map_or_else(|| "of an erased customer".to_owned(), |id| format!("of customer {id}"));
    let key = listed.wallet_key();
    [
        format!("ledger {} {owner}", listed.ledger),
        format!("pk {}, sk {}", key.partition(), key.sort()),
    ]
}

/// How the wallet stands.
pub(super) fn state(wallet: &Wallet) -> String {
    format!("version {}{}", wallet.version, if wallet.closed { ", closed" } else { "" })
}

/// What the balance says, and what the entries say.
pub(super) fn balances(examined: &Examined) -> Vec<String> {
    let Examined { wallet, currency, tally, on_hold, .. } = examined;
    let count = wallet.balances.get(currency).map_or(0, |balance| balance.entries);
    let broken = examined
        .broken_balance()
        .map_or_else(String::new, |what| format!(", BROKEN: {}", what.name()));
    vec![
        format!("{currency}: {}, {count} entries{broken}", funds(examined.funds())),
        format!("  the last entry says: {}, number {}", funds(tally.funds), tally.entries),
        format!("  the entries add up to {}; open holds add up to {on_hold}", tally.deltas),
    ]
}

/// The entries around one, each with its sort key, or the newest; none if there is no such entry.
pub(super) fn entries(
    examined: &Examined,
    middle: Option<&str>,
    around: usize,
) -> Option<Vec<String>> {
    let all = &examined.entries;
    let at = match middle.filter(|name| !name.is_empty()) {
        // The log has the sort key, an answer of the API only the id.
        Some(name) => all.iter().position(|found| found.sort.ends_with(name))?,
        None => all.len().saturating_sub(1),
    };
    let shown = all.iter().take(at + around + 1).skip(at.saturating_sub(around));
    Some(shown.map(entry).collect())
}

/// What a correction changes.
pub(super) fn correction(examined: &Examined, correction: &Correction) -> Vec<String> {
    let mut lines = balances(examined);
    let accepted = correction.wallet.accepted.difference(&examined.wallet.accepted);
    lines.extend(accepted.map(|sort| format!("  accepted as it is: {sort}")));
    let entry = &correction.entry;
    lines.push(format!("  after the correction: {}", funds(entry.after)));
    lines.push(format!(
        "  new entry: number {}, delta {}, {:?}",
        entry.number,
        entry.delta,
        entry.reference.as_deref().unwrap_or_default()
    ));
    lines
}

fn entry(found: &ExaminedEntry) -> String {
    let broken = found.broken.map_or_else(String::new, |what| format!(" BROKEN: {}", what.name()));
    let Some(entry) = &found.entry else { return format!("  {}{broken}", found.sort) };
    let reference = entry.reference.as_deref().map(|text| format!(" {text:?}"));
    format!(
        "  {} {} {:.3} {:?} {}, delta {}: {}{}{broken}",
        entry.number,
        found.sort,
        entry.created,
        entry.kind,
        entry.amount,
        entry.delta,
        funds(entry.after),
        reference.unwrap_or_default(),
    )
}

fn funds(funds: Funds) -> String {
    format!("available {}, held {}", funds.available, funds.held)
}
