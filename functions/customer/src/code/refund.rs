//! What a right code gives back: the try, and what it had used of the limits of strangers.

use futures_util::future::join_all;
use shared::{app::AppState, limits::BudgetKind, otp::BudgetShares, store::StoreError};

use super::{VerifiedCode, lanes::take_back};

/// Which of the limits of strangers got back what the code had used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refund {
    country: bool,
    total: bool,
    address: bool,
}

impl VerifiedCode {
    /// Gives back the try and what the code had used of the limits of strangers, and notes the
    /// network. A failure leaves them counted: the limits err on the strict side.
    ///
    /// One trip, three to eight write units.
    pub(crate) async fn give_back(&self, app: &AppState) -> Refund {
        let (refund, (), ()) = tokio::join!(
            Box::pin(self.refund(app)),
            take_back(app, self.counted.all()),
            Box::pin(self.remember_network(app))
        );
        refund
    }

    async fn refund(&self, app: &AppState) -> Refund {
        let Some(shares) = &self.challenge.budget else { return Refund::default() };
        let (store, BudgetShares { day, country_shard, total_shard, .. }) = (&app.store, shares);
        let address = async {
            match &shares.address {
                Some(address) => store.refund_address(address, *day).await,
                None => Ok(false),
            }
        };
        let (country, total, address) = tokio::join!(
            store.refund_budget(BudgetKind::Country(&shares.country), *day, *country_shard),
            store.refund_budget(BudgetKind::Total, *day, *total_shard),
            address
        );
        let given = |refunded: Result<bool, StoreError>| {
            refunded.unwrap_or_else(|error| {
                tracing::warn!(%error, "a right code stays counted");
                false
            })
        };
        Refund { country: given(country), total: given(total), address: given(address) }
    }

    /// Notes that a code of the phone was verified from here.
    async fn remember_network(&self, app: &AppState) {
        let Some(networks) = self.counted.networks() else { return };
        let Ok(lanes) = app.settings.lanes() else { return };
        let (store, phone, own, now) = (&app.store, self.phone(), &networks.own, app.now());
        let replaced = networks.known.replaced_by(phone, own);
        let forget = join_all(replaced.into_iter().map(|network| store.forget_network(network)));
        let note = store.remember_network(phone, own, &networks.known, lanes.known_for, now);
        let (noted, forgotten) = tokio::join!(note, forget);
        for error in forgotten.into_iter().chain([noted]).filter_map(Result::err) {
            tracing::warn!(%error, "a network is not noted");
        }
    }

    /// Counts again what was given back beside a transaction that then refused the code. One trip,
    /// at most three write units.
    pub(crate) async fn charge_again(&self, app: &AppState, given: Refund) {
        let Some(shares) = &self.challenge.budget else { return };
        let charge = async |given: bool, budget, shard| {
            if given { app.store.charge_budget(budget, shares.day, shard).await } else { Ok(()) }
        };
        let country =
            charge(given.country, BudgetKind::Country(&shares.country), shares.country_shard);
        let total = charge(given.total, BudgetKind::Total, shares.total_shard);
        let address = async {
            match &shares.address {
                Some(address) if given.address => {
                    app.store.charge_address(address, shares.day).await
                }
                _ => Ok(()),
            }
        };
        let (country, total, address) = tokio::join!(country, total, address);
        for error in [country.err(), total.err(), address.err()].into_iter().flatten() {
            tracing::warn!(%error, "a code that was not used is not counted");
        }
    }
}
