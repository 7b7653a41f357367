//! How all limits of a send stand: which lane it is in, and whether that lane has room.

use jiff::Timestamp;
use shared::{
    app::AppState,
    hashes::PhoneHash,
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
    },
    limits::{
        BudgetKind, Lane, SHARDS, SendLimits, SendLog, Wait, share_of, to_next_day, to_next_hour,
    },
    random::below,
    store::{Store, StoreError, keys::day_of},
};

use super::{Recipient, Requester};

pub(super) type Spent = [u32; SHARDS as usize];

/// A budget of a day that a send is counted in.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) which: Which,
    /// The shard where it is spent.
    pub(super) shard: u8,
    pub(super) spent: Spent,
}

/// Which budget of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
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
    country: Spent,
    total: Spent,
    country_in_all: Spent,
}

impl Which {
    pub(super) fn kind(self, recipient: &Recipient) -> BudgetKind<'_> {
        match self {
            Self::Country => BudgetKind::Country(&recipient.country),
            Self::Total => BudgetKind::Total,
            Self::CountryInAll => BudgetKind::CountryInAll(&recipient.country),
        }
    }
}

impl Budget {
    /// Spends one. One trip, unless a shard just filled up.
    pub(super) async fn spend(
        &self,
        store: &Store,
        recipient: &Recipient,
        limits: &SendLimits,
        now: Timestamp,
    ) -> Result<Option<u8>, StoreError> {
        let kind = self.which.kind(recipient);
        store.spend_budget(kind, &self.spent, self.shard, limits, now).await
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
        let spent = async |which: Which| {
            if recipient.is_texted() {
                store.budget_spent(which.kind(recipient), day_of(now)).await
            } else {
                Ok([0; SHARDS as usize])
            }
        };
        let (has_phone, is_known, log, texts, of_address, country, total, country_in_all) = tokio::join!(
            has_phone,
            store.knows_network(phone, &network, known_for, now),
            store.send_log(phone),
            store.texts_to(phone, now),
            store.sends_of_address(&address, now),
            spent(Which::Country),
            spent(Which::Total),
            spent(Which::CountryInAll),
        );
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
            country: country?,
            total: total?,
            country_in_all: country_in_all?,
        })
    }

    /// The log after the send, and the budgets that it spends; or the limit that is reached.
    pub(super) fn admit(
        &self,
        app: &AppState,
        recipient: &Recipient,
        limits: &RateLimits,
    ) -> Result<(SendLog, Vec<Budget>), ApiError> {
        let (now, rules) = (app.now(), app.settings.sends()?);
        if self.lane.is_stranger() {
            let most = rules.per_address_hourly;
            let of_address = Quota { name: "codes-address", most, window: 3_600 };
            let (in_hour, unverified) = self.of_address;
            if in_hour >= most {
                limits.reached(of_address, to_next_hour(now));
                return Err(ApiError::throttled(to_next_hour(now)));
            }
            limits.counted(of_address, in_hour + 1, to_next_hour(now));
            if unverified >= rules.per_address_unverified_daily {
                return Err(ApiError::throttled(to_next_day(now)));
            }
        }
        let most = match &self.lane {
            Lane::Device(_) => rules.per_device_hourly,
            Lane::Network(_) => rules.per_network_hourly,
            Lane::Stranger(_) => rules.per_phone_and_address_hourly,
        };
        let of_phone = Quota { name: "codes-phone", most, window: 3_600 };
        let log = self.log.admit(now, &self.lane, rules).map_err(|wait: Wait| {
            limits.reached(of_phone, wait);
            ApiError::throttled(wait)
        })?;
        let (used, reset) = log.standing_of(now, &self.lane);
        limits.counted(of_phone, used, reset);
        if !recipient.is_texted() {
            return Ok((log, Vec::new()));
        }
        if self.texts >= app.settings.lanes()?.texts_per_phone_daily {
            return Err(ApiError::throttled(to_next_day(now)));
        }
        Ok((log, self.budgets(app, recipient)?))
    }

    /// The budgets of the lane, each at any shard with room, by chance.
    fn budgets(&self, app: &AppState, recipient: &Recipient) -> Result<Vec<Budget>, ApiError> {
        let mut budgets = vec![(Which::CountryInAll, self.country_in_all)];
        if self.lane.is_stranger() {
            budgets.extend([(Which::Country, self.country), (Which::Total, self.total)]);
        }
        let chosen = budgets.into_iter().map(|(which, spent)| choose(app, recipient, which, spent));
        // Each is judged, so that each that is spent shows in the metrics.
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
    which: Which,
    spent: Spent,
) -> Result<Option<Budget>, ApiError> {
    let limit = which.kind(recipient).limit(app.settings.sends()?);
    let used: u32 = spent.iter().sum::<u32>() + 1;
    let metric = match u64::from(used) * 100 / u64::from(limit.max(1)) {
        0..80 => None,
        80..100 => Some("CodeBudgetsNearlySpent"),
        _ => Some("CodeBudgetsSpent"),
    };
    if let Some(metric) = metric {
        tracing::warn!(budget = ?which, country = recipient.country, used, limit, "{metric}");
        app.metrics.count(app.now(), metric, 1);
    }
    let first = below(&*app.random, SHARDS.into());
    let shards = (0..SHARDS.into())
        .map(|step| (first + step) % u32::from(SHARDS))
        .filter_map(|shard| u8::try_from(shard).ok());
    let shard =
        shards.into_iter().find(|shard| spent[usize::from(*shard)] < share_of(limit, *shard));
    Ok(shard.map(|shard| Budget { which, shard, spent }))
}
