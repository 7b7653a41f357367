//! How all limits of a send stand: which lane it is in, and whether that lane has room.

use futures_util::future::join_all;
use shared::{
    app::AppState,
    hashes::PhoneHash,
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
    },
    ids::ChallengeId,
    limits::{BudgetKind, Lane, SHARDS, SendLimits, SendLog, share_of, to_next_day, to_next_hour},
    random::below,
    store::{StoreError, keys::day_of},
};

use super::recipient::{Recipient, Requester};

pub(super) type Spent = [u32; SHARDS as usize];

/// A budget of a day that a send is counted in.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) name: BudgetName,
    /// The shard where it is spent.
    pub(super) shard: u8,
    pub(super) spent: Spent,
}

/// A [`BudgetKind`] without its country, which the recipient has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BudgetName {
    Country,
    Total,
    /// Of the country in all lanes.
    CountryInAll,
}

/// What was read before a send.
pub(super) struct Found {
    pub(super) lane: Lane,
    log: SendLog,
    texts: u32,
    /// The sends from the address: in this hour, and the unverified ones of the day.
    of_address: (u32, u32),
    /// Of each budget, in the order of [`BudgetName::ALL`].
    spent: Vec<Spent>,
}

impl BudgetName {
    const ALL: [Self; 3] = [Self::CountryInAll, Self::Country, Self::Total];

    /// Whether a send in the lane spends it.
    fn counts(self, lane: &Lane) -> bool {
        self == Self::CountryInAll || lane.is_stranger()
    }

    pub(super) fn kind(self, recipient: &Recipient) -> BudgetKind<'_> {
        match self {
            Self::Country => BudgetKind::Country(&recipient.country),
            Self::Total => BudgetKind::Total,
            Self::CountryInAll => BudgetKind::CountryInAll(&recipient.country),
        }
    }
}

impl Budget {
    /// Spends one, and says at which shard; `None` where the budget is spent. One trip, unless a
    /// shard just filled up.
    pub(super) async fn spend(
        &self,
        app: &AppState,
        recipient: &Recipient,
        limits: &SendLimits,
    ) -> Result<Option<u8>, StoreError> {
        let kind = self.name.kind(recipient);
        app.store.spend_budget(kind, &self.spent, self.shard, limits, app.now()).await
    }

    /// Gives back one that was spent today. One trip.
    pub(super) async fn give_back(
        &self,
        app: &AppState,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        let kind = self.name.kind(recipient);
        app.store.refund_budget(kind, day_of(app.now()), self.shard).await.map(drop)
    }
}

impl Found {
    /// Reads everything side by side, whatever the lane will be, so that no answer takes longer
    /// than another. One trip.
    pub(super) async fn read(
        app: &AppState,
        recipient: &Recipient,
        phone: &PhoneHash,
        requester: &Requester,
    ) -> Result<Self, ApiError> {
        let (now, hashes, store) = (app.now(), app.hashes()?, &app.store);
        let address = hashes.address(requester.address);
        let network = hashes.network(requester.address);
        let known_for = app.settings.lanes()?.known_for;
        let has_phone = async {
            match &requester.device {
                Some(device) => device.has_phone(store, phone).await,
                None => Ok(false),
            }
        };
        let spent = BudgetName::ALL.map(|name| async move {
            if recipient.is_texted() {
                store.budget_spent(name.kind(recipient), day_of(now)).await
            } else {
                Ok([0; SHARDS as usize])
            }
        });
        let known =
            async { tokio::join!(has_phone, store.knows_network(phone, &network, known_for, now)) };
        let sent = async {
            let of_address = store.sends_of_address(&address, now);
            tokio::join!(store.send_log(phone), store.texts_to(phone, now), of_address)
        };
        let ((has_phone, is_known), (log, texts, of_address), spent) =
            tokio::join!(Box::pin(known), Box::pin(sent), join_all(spent));
        let lane = match (&requester.device, has_phone?, is_known?) {
            (Some(device), true, _) => Lane::Device(device.session),
            (_, _, true) => Lane::Network(network),
            _ => Lane::Stranger(address),
        };
        Ok(Self {
            lane,
            log: log?,
            texts: texts?,
            of_address: of_address?,
            spent: spent.into_iter().collect::<Result<_, _>>()?,
        })
    }

    /// Counts a request of a stranger that was refused. One trip, none in other lanes and where the
    /// address has reached its limit.
    pub(super) async fn count_refusal(&self, app: &AppState) -> Result<(), ApiError> {
        let rules = app.settings.sends()?;
        match &self.lane {
            Lane::Stranger(address) if self.of_address.0 < rules.per_address_hourly => {
                Ok(app.store.count_refused_send(address, rules, app.now()).await?)
            }
            _ => Ok(()),
        }
    }

    /// The log after the send `id`, and the budgets that it spends; or the limit that is reached.
    pub(super) fn admit(
        &self,
        app: &AppState,
        recipient: &Recipient,
        id: ChallengeId,
        limits: &RateLimits,
    ) -> Result<(SendLog, Vec<Budget>), ApiError> {
        if self.lane.is_stranger() {
            self.admit_address(app, limits)?;
        }
        let log = self.admit_phone(app, id, limits)?;
        if !recipient.is_texted() {
            return Ok((log, Vec::new()));
        }
        if self.texts >= app.settings.lanes()?.texts_per_phone_daily {
            return Err(ApiError::throttled(to_next_day(app.now())));
        }
        Ok((log, self.budgets(app, recipient)?))
    }

    fn admit_address(&self, app: &AppState, limits: &RateLimits) -> Result<(), ApiError> {
        let (now, rules) = (app.now(), app.settings.sends()?);
        let most = rules.per_address_hourly;
        let quota = Quota { name: "codes-address", most, window: 3_600 };
        let (in_hour, unverified) = self.of_address;
        if in_hour >= most {
            limits.reached(quota, to_next_hour(now));
            return Err(ApiError::throttled(to_next_hour(now)));
        }
        limits.counted(quota, in_hour + 1, to_next_hour(now));
        if unverified >= rules.per_address_unverified_daily {
            return Err(ApiError::throttled(to_next_day(now)));
        }
        Ok(())
    }

    fn admit_phone(
        &self,
        app: &AppState,
        id: ChallengeId,
        limits: &RateLimits,
    ) -> Result<SendLog, ApiError> {
        let (now, rules) = (app.now(), app.settings.sends()?);
        let most = match &self.lane {
            Lane::Device(_) => rules.per_device_hourly,
            Lane::Network(_) => rules.per_network_hourly,
            Lane::Stranger(_) => rules.per_phone_and_address_hourly,
        };
        let quota = Quota { name: "codes-phone", most, window: 3_600 };
        let log = self.log.admit(now, &self.lane, id, rules).map_err(|wait| {
            limits.reached(quota, wait);
            ApiError::throttled(wait)
        })?;
        let (used, reset) = log.standing_of(now, &self.lane);
        limits.counted(quota, used, reset);
        Ok(log)
    }

    /// The budgets of the lane, each at a shard with room that is drawn at random.
    fn budgets(&self, app: &AppState, recipient: &Recipient) -> Result<Vec<Budget>, ApiError> {
        let of_lane = BudgetName::ALL.into_iter().zip(&self.spent);
        let of_lane = of_lane.filter(|(name, _)| name.counts(&self.lane));
        let chosen = of_lane.map(|(name, spent)| choose(app, recipient, name, *spent));
        // Every budget is looked at, so that each one that is spent shows in the metrics.
        let chosen: Vec<Option<Budget>> = chosen.collect::<Result<_, ApiError>>()?;
        let all: Option<Vec<Budget>> = chosen.into_iter().collect();
        all.ok_or_else(|| ApiError::throttled(to_next_day(app.now())))
    }
}

/// A shard with room, if any. A budget that is spent to four fifths, or all, is counted in a metric
/// and named in the log.
fn choose(
    app: &AppState,
    recipient: &Recipient,
    name: BudgetName,
    spent: Spent,
) -> Result<Option<Budget>, ApiError> {
    let limit = name.kind(recipient).limit(app.settings.sends()?);
    let used: u32 = spent.iter().sum::<u32>() + 1;
    let metric = match u64::from(used) * 100 / u64::from(limit.max(1)) {
        0..80 => None,
        80..100 => Some("CodeBudgetsNearlySpent"),
        _ => Some("CodeBudgetsSpent"),
    };
    if let Some(metric) = metric {
        tracing::warn!(budget = ?name, country = recipient.country, used, limit, "{metric}");
        app.metrics.count(app.now(), metric, 1);
    }
    let first = below(&*app.random, SHARDS.into());
    let shards = (0..SHARDS.into())
        .map(|step| (first + step) % u32::from(SHARDS))
        .filter_map(|shard| u8::try_from(shard).ok());
    let shard =
        shards.into_iter().find(|shard| spent[usize::from(*shard)] < share_of(limit, *shard));
    Ok(shard.map(|shard| Budget { name, shard, spent }))
}
