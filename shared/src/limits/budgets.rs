//! How many unverified codes a day may have, in all and for each country: sixteen shards each, so
//! that no single item is written by all callers.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use table::{Query, sort_in};

use crate::{
    limits::{SHARDS, SendLimits, keys, share_of, store::count_in},
    store::{Store, StoreError, keys::day_of},
};

/// Which of a day's budgets.
#[derive(Debug, Clone, Copy)]
pub enum BudgetKind<'a> {
    /// Of one country, ISO 3166-1 alpha-2.
    Country(&'a str),
    /// Of all.
    Total,
    /// Of one country in all lanes, verified codes included.
    CountryInAll(&'a str),
}

impl BudgetKind<'_> {
    fn scope(&self) -> Cow<'_, str> {
        match self {
            Self::Country(country) => Cow::Borrowed(country),
            Self::Total => Cow::Borrowed("ALL"),
            Self::CountryInAll(country) => Cow::Owned(format!("{country}+")),
        }
    }

    /// How many codes a day it has.
    pub fn limit(&self, limits: &SendLimits) -> u32 {
        match self {
            Self::Country(_) => limits.per_country_daily,
            Self::Total => limits.total_daily,
            Self::CountryInAll(_) => limits.per_country_daily_all,
        }
    }
}

impl Store {
    /// How much of a day's budget each shard has spent. One trip, half a read unit.
    pub async fn budget_spent(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
    ) -> Result<[u32; SHARDS as usize], StoreError> {
        let query = Query::of(keys::budget_shard(&budget.scope(), day, 0).partition());
        let mut spent = [0; SHARDS as usize];
        for item in self.table.all(query).await? {
            let number = sort_in(&item).rsplit('#').next();
            let shard = number.and_then(|number| number.parse::<usize>().ok());
            if let Some(shard) = shard.and_then(|shard| spent.get_mut(shard)) {
                *shard = count_in(&item, "n");
            }
        }
        Ok(spent)
    }

    /// Spends one of a day's budget at a shard that has room by `spent`, starting with `first`;
    /// `None` where no shard has any.
    ///
    /// One trip, one write unit, and one more of each for every shard that filled up since `spent`
    /// was read.
    pub async fn spend_budget(
        &self,
        budget: BudgetKind<'_>,
        spent: &[u32; SHARDS as usize],
        first: u8,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Option<u8>, StoreError> {
        let limit = budget.limit(limits);
        for step in 0..SHARDS {
            let shard = (first + step) % SHARDS;
            let most = share_of(limit, shard);
            if spent[usize::from(shard)] >= most {
                continue;
            }
            let key = keys::budget_shard(&budget.scope(), day_of(now), shard);
            if self.count_within(key, &[("n", most)], now, 48).await?.is_ok() {
                return Ok(Some(shard));
            }
        }
        Ok(None)
    }

    /// Gives one back to the budget of `day`; false where nothing is counted there. One trip, one
    /// write unit.
    pub async fn refund_budget(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
        shard: u8,
    ) -> Result<bool, StoreError> {
        self.uncount(keys::budget_shard(&budget.scope(), day, shard), &["n"]).await
    }

    /// Counts one again that [`Store::refund_budget`] gave back too early, whatever the limit. One
    /// trip, one write unit.
    pub async fn charge_budget(
        &self,
        budget: BudgetKind<'_>,
        day: Date,
        shard: u8,
    ) -> Result<(), StoreError> {
        self.count_again(keys::budget_shard(&budget.scope(), day, shard), "n").await
    }
}
