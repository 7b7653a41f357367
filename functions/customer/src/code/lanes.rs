//! In which lane a try is counted. The writes that count it run beside the reads that decide the
//! lane, so it is counted in each lane that may fit, and then taken back from the others.

use std::net::IpAddr;

use futures_util::future::join_all;
use jiff::Timestamp;
use shared::{
    app::AppState,
    auth::known_device::PresentedDevice,
    hashes::{NetworkHash, PhoneHash},
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
    },
    ids::CustomerId,
    limits::{
        Counted, KnownNetworks, TriedIn, TriesOn, TryLimits, Wait, to_next_day, to_next_hour,
    },
};

/// Whose code is tried.
#[derive(Debug)]
pub(crate) enum Claimant {
    /// Somebody who claims a phone, perhaps with a device that is known.
    OfPhone(PhoneHash, Option<PresentedDevice>),
    /// The customer to whose own phone the code was sent.
    Customer(CustomerId),
}

/// The tries that one request counted, in each lane that may fit, the first one first.
pub(super) struct Candidates {
    tried: Vec<(TriesOn, Counted)>,
    networks: Option<Networks>,
    /// Whether the first one is a device that does not have the phone.
    is_foreign_device: bool,
}

/// A counted try.
#[derive(Debug)]
pub(super) struct CountedTry {
    lane: TriesOn,
    /// How many tries the lane counts in its window, this one among them.
    used: u32,
    others: Vec<TriesOn>,
    networks: Option<Networks>,
}

/// The client's network, and the ones from which a code of the phone was verified.
#[derive(Debug)]
pub(super) struct Networks {
    pub(super) own: NetworkHash,
    pub(super) known: KnownNetworks,
}

impl Claimant {
    /// The phone that the challenge must be of.
    pub(super) fn phone(&self) -> Option<&PhoneHash> {
        match self {
            Self::OfPhone(phone, _) => Some(phone),
            Self::Customer(_) => None,
        }
    }
}

impl Candidates {
    /// Counts the try in each lane that may fit, and reads what decides between them. One trip.
    pub(super) async fn count(
        app: &AppState,
        claimant: &Claimant,
        address: IpAddr,
    ) -> Result<Self, ApiError> {
        let hashes = app.hashes()?;
        let (address, own) = (hashes.address(address), hashes.network(address));
        let (phone, device) = match claimant {
            Claimant::OfPhone(phone, device) => (phone, device),
            Claimant::Customer(customer) => {
                let tried = count_all(app, vec![TriesOn::Customer(*customer, address)]).await?;
                return Ok(Self { tried, networks: None, is_foreign_device: false });
            }
        };
        let mut lanes: Vec<TriesOn> =
            device.iter().map(|device| TriesOn::Device(device.session)).collect();
        lanes.push(TriesOn::Network(phone.clone(), own.clone()));
        lanes.push(TriesOn::Stranger(phone.clone(), address));
        let has_phone = async {
            match device {
                Some(device) => device.has_phone(&app.store, phone).await,
                None => Ok(true),
            }
        };
        let (tried, has_phone, known) =
            tokio::join!(count_all(app, lanes), has_phone, app.store.known_networks(phone));
        let networks = Some(Networks { own, known: known? });
        Ok(Self { tried: tried?, networks, is_foreign_device: !has_phone? })
    }

    /// Where the try is counted now.
    pub(super) fn counted(&self) -> impl Iterator<Item = &TriesOn> {
        let within = self.tried.iter().filter(|(_, counted)| matches!(counted, Counted::Within(_)));
        within.map(|(on, _)| on)
    }

    /// The lane; or 429 where its limit is reached, which takes the try back from the others.
    pub(super) async fn settle(
        mut self,
        app: &AppState,
        limits: &RateLimits,
    ) -> Result<CountedTry, ApiError> {
        let first = usize::from(self.is_foreign_device).min(self.tried.len() - 1);
        let (lane, counted) = self.tried.remove(first);
        let (quota, reset) = quota(app.settings.tries()?, &lane);
        match counted {
            Counted::Within(used) => {
                limits.counted(quota, used, reset(app.now()));
                let others = self.counted().cloned().collect();
                Ok(CountedTry { lane, used, others, networks: self.networks })
            }
            Counted::Over(wait) => {
                take_back(app, self.counted()).await;
                limits.reached(quota, wait);
                Err(ApiError::throttled(wait))
            }
        }
    }
}

impl CountedTry {
    pub(super) fn lane(&self) -> &TriesOn {
        &self.lane
    }

    pub(super) fn used(&self) -> u32 {
        self.used
    }

    /// The other lanes where it is counted.
    pub(super) fn others(&self) -> impl Iterator<Item = &TriesOn> {
        self.others.iter()
    }

    /// Everything that it is counted in.
    pub(super) fn all(&self) -> impl Iterator<Item = &TriesOn> {
        std::iter::once(&self.lane).chain(&self.others)
    }

    pub(super) fn networks(&self) -> Option<&Networks> {
        self.networks.as_ref()
    }
}

/// Counts a try in each of the lanes, side by side, and leaves out the network if it is not known.
async fn count_all(
    app: &AppState,
    lanes: Vec<TriesOn>,
) -> Result<Vec<(TriesOn, Counted)>, ApiError> {
    let (limits, now) = ((app.settings.tries()?, app.settings.lanes()?), app.now());
    let tried = join_all(lanes.iter().map(|on| app.store.count_try(on, limits, now))).await;
    let mut counted = Vec::new();
    for (on, tried) in lanes.into_iter().zip(tried) {
        if let TriedIn::Lane(standing) = tried? {
            counted.push((on, standing));
        }
    }
    Ok(counted)
}

/// Takes tries back, side by side. One trip, none for none.
pub(super) async fn take_back(app: &AppState, tries: impl Iterator<Item = &TriesOn>) {
    let back = tries.map(|on| app.store.uncount_try(on, app.now()));
    for error in join_all(back).await.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "a try stays counted");
    }
}

/// The limit of tries that counts what comes from one device, network or address, and when its
/// window ends.
pub(super) fn quota(limits: &TryLimits, on: &TriesOn) -> (Quota, fn(Timestamp) -> Wait) {
    let hourly = |most| Quota { name: "tries", most, window: 3_600 };
    match on {
        TriesOn::Device(_) => (hourly(limits.per_device_hourly), to_next_hour),
        TriesOn::Network(..) => {
            let most = limits.per_network_daily;
            (Quota { name: "tries", most, window: 86_400 }, to_next_day)
        }
        TriesOn::Stranger(..) | TriesOn::Customer(..) => {
            (hourly(limits.per_phone_and_address_hourly), to_next_hour)
        }
    }
}
