//! A code that comes back: the try is counted and reserved, then the code is compared, and once it
//! was right the try is given back.
//!
//! Invariants: no code is compared before its try is counted, so parallel guesses cannot outrun the
//! count; whatever is wrong with a code gets one answer.

use std::net::IpAddr;

use futures_util::future::join_all;
use jiff::Timestamp;
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::known_device::PresentedDevice,
    hashes::{NetworkHash, PhoneHash},
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
        request::{Fields, Reported, Violation},
    },
    ids::{ChallengeId, CustomerId},
    limits::{
        BudgetKind, Counted, KnownNetworks, TriedIn, TriesOn, TryLimits, Wait, to_next_day,
        to_next_hour,
    },
    otp::{Challenge, Purpose, Reserved},
    phone::Phone,
};

/// A code as a request submits it.
#[derive(Debug)]
pub(crate) struct SubmittedCode {
    /// None where it cannot be one.
    challenge: Option<ChallengeId>,
    code: String,
    /// The field that holds the code.
    attr: &'static str,
    limits: RateLimits,
}

/// A code whose try is counted, not compared yet.
#[derive(Debug)]
pub(crate) struct CodeAttempt {
    submitted: SubmittedCode,
    challenge: Challenge,
    counted: CountedTry,
    /// How many tries the hour counts, this one among them.
    used: u32,
}

/// What a code must have been sent for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) phone: &'a Phone,
    pub(crate) purpose: Purpose,
    pub(crate) customer: Option<CustomerId>,
}

/// A code that was compared and is right.
#[derive(Debug)]
pub(crate) struct VerifiedCode {
    challenge: Challenge,
    counted: CountedTry,
}

/// Whose tries count.
#[derive(Debug)]
pub(crate) enum Trier {
    /// Whoever claims a phone, perhaps with a device that is known.
    OfPhone(PhoneHash, Option<PresentedDevice>),
    /// The customer to whose own phone the code was sent.
    Customer(CustomerId),
}

/// Where a try is counted. The lane is known only when the write that counts it is done, so it is
/// counted in each that may fit, and taken back from the others.
#[derive(Debug)]
struct CountedTry {
    on: TriesOn,
    others: Vec<TriesOn>,
    /// The client's network, and the ones from which a code of the phone was verified.
    networks: Option<(NetworkHash, KnownNetworks)>,
}

/// Which of the day's budgets got back what the code had used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refund {
    country: bool,
    total: bool,
    address: bool,
}

/// The one answer to every code that is not right; `attr` is the field that holds it.
pub(crate) fn invalid_code(attr: &'static str) -> ApiError {
    let Violation { code, detail } = wrong_code();
    ApiError::field(attr, code, detail)
}

/// The same as a request reports it.
pub(crate) fn wrong_code() -> Violation {
    Violation::new("invalid_otp", "The code is wrong or has expired.")
}

/// A field of a request with what was read of it.
type Sent<'a> = (&'a str, &'a Result<Option<String>, Reported>);

/// Reports that a code lacks its challenge, or a challenge its code.
pub(crate) fn both_or_neither(fields: &mut Fields, [challenge, otp]: [Sent<'_>; 2]) {
    match (challenge, otp) {
        ((_, Ok(Some(_))), (missing, Ok(None))) | ((missing, Ok(None)), (_, Ok(Some(_)))) => {
            fields.missing(missing);
        }
        _ => {}
    }
}

/// Whether nothing is ever sent to this number.
pub(crate) fn is_test_number(app: &AppState, phone: &str) -> bool {
    app.settings
        .codes()
        .is_ok_and(|codes| codes.test_numbers.iter().any(|test| test.phone == phone))
}

impl SubmittedCode {
    /// The code in the field `attr`. A challenge that cannot be one is as wrong as a code.
    pub(crate) fn new(challenge: &str, code: String, attr: &'static str) -> Self {
        Self { challenge: challenge.parse().ok(), code, attr, limits: RateLimits::default() }
    }

    /// The code of a request, if it has one.
    pub(crate) fn sent(
        challenge: Option<String>,
        code: Option<String>,
        attr: &'static str,
    ) -> Option<Self> {
        Some(Self::new(&challenge?, code?, attr))
    }

    /// Tells how the limit of tries stands.
    pub(crate) fn telling(self, limits: RateLimits) -> Self {
        Self { limits, ..self }
    }

    /// Counts a try and reserves it at the challenge, side by side. One trip; two to five write
    /// units. Another trip where the code does not exist, or none is left.
    pub(crate) async fn try_once(
        self,
        app: &AppState,
        trier: Trier,
        address: IpAddr,
    ) -> Result<CodeAttempt, ApiError> {
        let (store, limits, now) = (&app.store, app.settings.tries()?, app.now());
        let id = self.challenge.ok_or_else(|| invalid_code(self.attr))?;
        let hashed = app.hashes()?.address(address);
        let phone = match &trier {
            Trier::OfPhone(phone, _) => Some(phone),
            Trier::Customer(_) => None,
        };
        let (lanes, reserved) = tokio::join!(
            Lanes::count(app, &trier, address, limits),
            store.reserve_try(id, phone, limits.per_code, now)
        );
        let (lanes, reserved) = (lanes?, reserved?);
        if matches!(reserved, Reserved::Unknown) {
            let all = lanes.counted();
            let (counted, ()) =
                tokio::join!(store.count_unknown_code(&hashed, limits, now), take_back(app, &all));
            audit::record(app, Event::UnknownCode, About::default());
            return Err(match counted? {
                Counted::Within(_) => invalid_code(self.attr),
                Counted::Over(wait) => ApiError::throttled(wait),
            });
        }
        let (counted, standing) = lanes.settle();
        let quota = quota(limits, &counted.on);
        let used = match standing {
            Counted::Within(used) => used,
            Counted::Over(wait) => {
                take_back(app, &counted.others).await;
                self.limits.reached(quota.0, wait);
                return Err(ApiError::throttled(wait));
            }
        };
        self.limits.counted(quota.0, used, quota.1(now));
        let life = app.settings.codes()?.life.as_secs();
        let of_code = Quota { name: "tries-code", most: limits.per_code, window: life };
        match reserved {
            Reserved::Try(challenge) => {
                self.limits.counted(
                    of_code,
                    challenge.tries,
                    Wait(challenge.until.duration_since(now).as_secs()),
                );
                Ok(CodeAttempt { submitted: self, challenge, counted, used })
            }
            Reserved::UsedUp(until) => {
                take_back(app, &counted.others).await;
                let wait = Wait(until.duration_since(now).as_secs() + 1);
                self.limits.reached(of_code, wait);
                Err(ApiError::throttled(wait))
            }
            Reserved::Unknown => Err(invalid_code(self.attr)),
        }
    }
}

/// What came of counting a try in each lane that may fit, the first one first.
struct Lanes {
    tried: Vec<(TriesOn, Counted)>,
    networks: Option<(NetworkHash, KnownNetworks)>,
    /// Whether the first one is by a device that has not this phone.
    not_the_device: bool,
}

impl Lanes {
    /// Counts the try in each lane that may fit, and reads what decides between them. One trip.
    async fn count(
        app: &AppState,
        trier: &Trier,
        address: IpAddr,
        limits: &TryLimits,
    ) -> Result<Self, ApiError> {
        let (store, hashes, now) = (&app.store, app.hashes()?, app.now());
        let (hashed, network) = (hashes.address(address), hashes.network(address));
        let (phone, device) = match trier {
            Trier::OfPhone(phone, device) => (phone, *device),
            Trier::Customer(customer) => {
                let on = TriesOn::Customer(*customer, hashed);
                let tried = match store.count_try(&on, limits, now).await? {
                    TriedIn::Lane(counted) => vec![(on, counted)],
                    TriedIn::NoLane => Vec::new(),
                };
                return Ok(Self { tried, networks: None, not_the_device: false });
            }
        };
        let mut lanes: Vec<TriesOn> =
            device.iter().map(|device| TriesOn::Device(device.session)).collect();
        lanes.push(TriesOn::Network(phone.clone(), network.clone()));
        lanes.push(TriesOn::Stranger(phone.clone(), hashed));
        let has_phone = async {
            match &device {
                Some(device) => device.has_phone(store, phone).await,
                None => Ok(true),
            }
        };
        let (tried, has_phone, networks) = tokio::join!(
            join_all(lanes.iter().map(|on| store.count_try(on, limits, now))),
            has_phone,
            store.known_networks(phone)
        );
        let mut counted = Vec::new();
        for (on, tried) in lanes.into_iter().zip(tried) {
            if let TriedIn::Lane(standing) = tried? {
                counted.push((on, standing));
            }
        }
        let networks = Some((network, networks?));
        Ok(Self { tried: counted, networks, not_the_device: !has_phone? })
    }

    /// Where a try is counted now.
    fn counted(&self) -> Vec<TriesOn> {
        let within = |(on, counted): &(TriesOn, Counted)| {
            matches!(counted, Counted::Within(_)).then(|| on.clone())
        };
        self.tried.iter().filter_map(within).collect()
    }

    /// The lane, with how it stands, and the others to take back.
    fn settle(mut self) -> (CountedTry, Counted) {
        let first = usize::from(self.not_the_device);
        let (on, standing) = self.tried.remove(first.min(self.tried.len() - 1));
        let others = self.counted();
        (CountedTry { on, others, networks: self.networks }, standing)
    }
}

/// Takes tries back, side by side. One trip, none for none.
async fn take_back(app: &AppState, tries: &[TriesOn]) {
    let back = tries.iter().map(|on| app.store.uncount_try(on, app.now()));
    for error in join_all(back).await.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "a try stays counted");
    }
}

impl CodeAttempt {
    /// Compares the code. No trip where it is right; else one, if the try was counted in another
    /// lane too.
    pub(crate) async fn compare(
        self,
        app: &AppState,
        expected: Expected<'_>,
        about: About,
    ) -> Result<VerifiedCode, ApiError> {
        let Expected { phone, purpose, customer } = expected;
        let hashes = app.hashes()?;
        let submitted =
            hashes.code(self.challenge.id, phone, purpose.as_str(), &self.submitted.code);
        if !self.challenge.answers(&hashes.phone(phone), purpose, customer, &submitted, app.now()) {
            audit::record(app, Event::WrongCode, about);
            take_back(app, &self.counted.others).await;
            return Err(invalid_code(self.submitted.attr));
        }
        // A right code takes no try: it is given back.
        let (quota, reset) = quota(app.settings.tries()?, &self.counted.on);
        self.submitted.limits.counted(quota, self.used.saturating_sub(1), reset(app.now()));
        Ok(VerifiedCode { challenge: self.challenge, counted: self.counted })
    }
}

impl VerifiedCode {
    /// The challenge that it answers.
    pub(crate) fn challenge(&self) -> ChallengeId {
        self.challenge.id
    }

    /// Hash of the phone that it was sent to.
    pub(crate) fn phone(&self) -> &PhoneHash {
        &self.challenge.phone
    }

    /// Gives back the try and the share of the day's budgets, and notes the network. A failure
    /// leaves them counted: the limits err on the strict side.
    ///
    /// One trip, three to seven write units.
    pub(crate) async fn give_back(&self, app: &AppState) -> Refund {
        let tries = [&[self.counted.on.clone()], self.counted.others.as_slice()].concat();
        let (store, shares) = (&app.store, self.challenge.budget.as_ref());
        let back = async |budget, shard: Option<u8>| match (shares, shard) {
            (Some(shares), Some(shard)) => store.refund_budget(budget, shares.day, shard).await,
            _ => Ok(false),
        };
        let country = shares.map(|shares| shares.country.as_str()).unwrap_or_default();
        let country = back(BudgetKind::Country(country), shares.map(|shares| shares.country_shard));
        let total = back(BudgetKind::Total, shares.map(|shares| shares.total_shard));
        let address = async {
            match shares.and_then(|shares| Some((shares.address.as_ref()?, shares.day))) {
                Some((address, day)) => store.refund_address(address, day).await,
                None => Ok(false),
            }
        };
        let (country, total, address, (), ()) = tokio::join!(
            country,
            total,
            address,
            take_back(app, &tries),
            self.remember_network(app)
        );
        let given = Refund {
            country: matches!(country, Ok(true)),
            total: matches!(total, Ok(true)),
            address: matches!(address, Ok(true)),
        };
        for error in [country.err(), total.err(), address.err()].into_iter().flatten() {
            tracing::warn!(%error, "a right code stays counted");
        }
        given
    }

    /// Notes that a code of the phone was verified from here.
    async fn remember_network(&self, app: &AppState) {
        let Some((network, known)) = &self.counted.networks else { return };
        let Ok(lanes) = app.settings.lanes() else { return };
        let (store, phone, now) = (&app.store, self.phone(), app.now());
        let replaced = known.replaced_by(phone, network);
        let forget = join_all(replaced.into_iter().map(|network| store.forget_network(network)));
        let note = store.remember_network(phone, network, lanes.known_for, now);
        let (noted, forgotten) = tokio::join!(note, forget);
        for error in forgotten.into_iter().chain([noted]).filter_map(Result::err) {
            tracing::warn!(%error, "a network is not noted");
        }
    }

    /// Counts in the day's budgets again what was given back beside a transaction that then refused
    /// the code. One trip, at most two write units.
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

/// The limit of tries that counts what comes from one device, network or address, and when its
/// window ends.
fn quota(limits: &TryLimits, on: &TriesOn) -> (Quota, fn(Timestamp) -> Wait) {
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
