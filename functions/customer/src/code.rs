//! A code that comes back: the try is counted and reserved, then the code is compared, and once it
//! was right the try is given back.
//!
//! Invariants: no code is compared before its try is counted, so parallel guesses cannot outrun the
//! count; whatever is wrong with a code gets one answer.

use std::net::IpAddr;

use shared::{
    app::AppState,
    audit::{self, About, Event},
    hashes::{AddressHash, PhoneHash},
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
        request::{Fields, Reported, Violation},
    },
    ids::{ChallengeId, CustomerId},
    limits::{BudgetKind, Counted, TriesOn, TryLimits, Wait, to_next_hour},
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
    on: TriesOn,
    address: AddressHash,
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
    on: TriesOn,
    address: AddressHash,
}

/// Which of the day's budgets got back what the code had used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refund {
    country: bool,
    total: bool,
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

    /// Counts a try and reserves it at the challenge, side by side. One trip, two write units,
    /// three for the first try of a day.
    pub(crate) async fn try_once(
        self,
        app: &AppState,
        on: TriesOn,
        address: IpAddr,
    ) -> Result<CodeAttempt, ApiError> {
        let (store, limits, now) = (&app.store, app.settings.tries()?, app.now());
        let id = self.challenge.ok_or_else(|| invalid_code(self.attr))?;
        let address = app.hashes()?.address(address);
        let (counted, reserved) = tokio::join!(
            store.count_try(&on, &address, limits, now),
            store.reserve_try(id, limits.per_code, now)
        );
        let quota = quota(limits);
        let life = app.settings.codes()?.life.as_secs();
        let of_code = Quota { name: "tries-code", most: limits.per_code, window: life };
        let used = match counted? {
            Counted::Within(used) => used,
            Counted::Over(wait) => {
                self.limits.reached(quota, wait);
                return Err(ApiError::throttled(wait));
            }
        };
        self.limits.counted(quota, used, to_next_hour(now));
        match reserved? {
            Reserved::Try(challenge) => {
                self.limits.counted(
                    of_code,
                    challenge.tries,
                    Wait(challenge.until.duration_since(now).as_secs()),
                );
                Ok(CodeAttempt { submitted: self, challenge, on, address, used })
            }
            Reserved::UsedUp(until) => {
                let wait = Wait(until.duration_since(now).as_secs() + 1);
                self.limits.reached(of_code, wait);
                Err(ApiError::throttled(wait))
            }
            Reserved::Unknown => Err(invalid_code(self.attr)),
        }
    }
}

impl CodeAttempt {
    /// Compares the code. No trip.
    pub(crate) fn compare(
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
            return Err(invalid_code(self.submitted.attr));
        }
        // A right code takes no try: it is given back.
        self.submitted.limits.counted(
            quota(app.settings.tries()?),
            self.used.saturating_sub(1),
            to_next_hour(app.now()),
        );
        Ok(VerifiedCode { challenge: self.challenge, on: self.on, address: self.address })
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

    /// Gives back the try and the share of the day's budgets. A failure leaves them counted: the
    /// limits err on the strict side.
    ///
    /// One trip, three write units.
    pub(crate) async fn give_back(&self, app: &AppState) -> Refund {
        let try_back = app.store.uncount_try(&self.on, &self.address, app.now());
        let budgets_back = async {
            let Some(shares) = &self.challenge.budget else { return (Ok(false), Ok(false)) };
            let country = app.store.refund_budget(
                BudgetKind::Country(&shares.country),
                shares.day,
                shares.country_shard,
            );
            let total = app.store.refund_budget(BudgetKind::Total, shares.day, shares.total_shard);
            tokio::join!(country, total)
        };
        let (try_back, (country, total)) = tokio::join!(try_back, budgets_back);
        let given =
            Refund { country: matches!(country, Ok(true)), total: matches!(total, Ok(true)) };
        for error in [try_back.err(), country.err(), total.err()].into_iter().flatten() {
            tracing::warn!(%error, "a right code stays counted");
        }
        given
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
        let (country, total) = tokio::join!(country, total);
        for error in [country.err(), total.err()].into_iter().flatten() {
            tracing::warn!(%error, "a code that was not used is not counted");
        }
    }
}

/// The limit of tries that counts what comes from one address.
fn quota(limits: &TryLimits) -> Quota {
    Quota { name: "tries", most: limits.per_phone_and_address_hourly, window: 3_600 }
}
