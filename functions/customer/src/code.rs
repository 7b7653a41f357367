//! A code that comes back: the try is counted and reserved, then the code is compared, and once it
//! was right the try is given back. `typed` reads, `lanes` counts, `refund` gives back.
//!
//! Invariants: no code is compared before its try is counted, so parallel guesses cannot outrun the
//! count; whatever is wrong with a code gets one answer; a text that is no code costs no try.

mod lanes;
mod refund;
mod typed;

use std::net::IpAddr;

use shared::{
    app::AppState,
    audit::{self, About, Event},
    hashes::PhoneHash,
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
        request::{Fields, Reported, Violation},
    },
    ids::{ChallengeId, CustomerId},
    limits::{Counted, Wait, to_next_hour},
    otp::{Challenge, Purpose, Reserved},
    phone::Phone,
};

use self::lanes::{Candidates, CountedTry, quota, take_back};
pub(crate) use self::{lanes::Claimant, refund::Refund, typed::TypedCode};

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
pub(crate) fn is_test_number(app: &AppState, phone: &Phone) -> bool {
    app.settings.codes().is_ok_and(|codes| codes.test_number(phone).is_some())
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
    /// units. Another trip where the challenge is unknown or its tries are used up.
    pub(crate) async fn try_once(
        self,
        app: &AppState,
        claimant: Claimant,
        address: IpAddr,
    ) -> Result<CodeAttempt, ApiError> {
        let (limits, now) = (app.settings.tries()?, app.now());
        let id = self.challenge.ok_or_else(|| invalid_code(self.attr))?;
        let (candidates, reserved) = tokio::join!(
            Box::pin(Candidates::count(app, &claimant, address)),
            app.store.reserve_try(id, claimant.phone(), limits.per_code, now)
        );
        let (candidates, reserved) = (candidates?, reserved?);
        let challenge = match reserved {
            Reserved::Try(challenge) => Ok(challenge),
            Reserved::UsedUp(until) => Err(until),
            Reserved::Unknown => return Err(self.unknown(app, address, candidates).await?),
        };
        let counted = candidates.settle(app, &self.limits).await?;
        let life = app.settings.codes()?.life.as_secs();
        let of_code = Quota { name: "tries-code", most: limits.per_code, window: life };
        match challenge {
            Ok(challenge) => {
                let left = Wait(challenge.until.duration_since(now).as_secs());
                self.limits.counted(of_code, challenge.tries, left);
                Ok(CodeAttempt { submitted: self, challenge, counted })
            }
            Err(until) => {
                take_back(app, counted.others()).await;
                let wait = Wait(until.duration_since(now).as_secs() + 1);
                self.limits.reached(of_code, wait);
                Err(ApiError::throttled(wait))
            }
        }
    }

    /// The answer to an unknown challenge, or one of another phone. It takes no try from the phone:
    /// it counts by the address. One trip.
    async fn unknown(
        &self,
        app: &AppState,
        address: IpAddr,
        candidates: Candidates,
    ) -> Result<ApiError, ApiError> {
        let (limits, now) = (app.settings.tries()?, app.now());
        let address = app.hashes()?.address(address);
        audit::record(app, Event::UnknownChallenge, About::default());
        let (counted, ()) = tokio::join!(
            app.store.count_unknown_challenge(&address, limits, now),
            take_back(app, candidates.counted())
        );
        let most = limits.unknown_per_address_hourly;
        let quota = Quota { name: "unknown-challenges", most, window: 3_600 };
        Ok(match counted? {
            Counted::Within(used) => {
                self.limits.counted(quota, used, to_next_hour(now));
                invalid_code(self.attr)
            }
            Counted::Over(wait) => {
                self.limits.reached(quota, wait);
                ApiError::throttled(wait)
            }
        })
    }
}

impl CodeAttempt {
    /// Compares the code. No trip, unless it is wrong and the try was counted in other lanes too:
    /// then one, which takes it back there.
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
            take_back(app, self.counted.others()).await;
            return Err(invalid_code(self.submitted.attr));
        }
        // A right code takes no try: it is given back.
        let (quota, reset) = quota(app.settings.tries()?, self.counted.lane());
        let used = self.counted.used().saturating_sub(1);
        self.submitted.limits.counted(quota, used, reset(app.now()));
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
}
