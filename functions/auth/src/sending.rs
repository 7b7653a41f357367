//! One code on its way: who gets it, whether the limits allow it, the writes that count it, the
//! message, and the way back if that fails. `standing` reads the counters and decides, `charges`
//! writes them.
//!
//! Invariants: nothing is sent before everything is counted; a send that did not happen leaves no
//! challenge and takes nothing from the phone's or the day's limits.

mod charges;
mod standing;

use std::net::IpAddr;

use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    app::AppState,
    audit::{self, About, Event},
    auth::known_device::PresentedDevice,
    http::{error::ApiError, rate_limit::RateLimits, request::Violation},
    ids::ChallengeId,
    limits::{Lane, SendLog},
    otp::{BudgetShares, Challenge, Purpose, draw_code},
    phone::{Phone, PhoneError},
    store::keys::day_of,
    text_message::{AppHash, TextMessage},
};

use self::standing::{Budget, Found, Which};

/// Who gets a code.
pub(crate) struct Recipient {
    pub(crate) phone: Phone,
    country: String,
    /// The code of a test number, to which nothing is sent.
    fixed_code: Option<SecretString>,
}

/// Who asks for a code.
pub(crate) struct Requester {
    pub(crate) address: IpAddr,
    /// The device whose refresh token came with the request.
    pub(crate) device: Option<PresentedDevice>,
}

/// A code about to be sent.
pub(crate) struct Plan {
    pub(crate) recipient: Recipient,
    pub(crate) challenge: Challenge,
    code: SecretString,
    lane: Lane,
    log: SendLog,
    budgets: Vec<Budget>,
}

impl Recipient {
    /// Reads a phone, and refuses the countries to which nothing is sent.
    pub(crate) fn find(
        app: &AppState,
        phone: &str,
        country: Option<&str>,
    ) -> Result<Self, ApiError> {
        let codes = app.settings.codes()?;
        let today = day_of(app.now());
        if let Some(test) =
            codes.test_numbers.iter().find(|test| test.phone == phone && today <= test.until)
        {
            let fixed_code = Some(test.code.clone());
            return Ok(Self {
                phone: Phone::of_the_operator(phone),
                country: String::new(),
                fixed_code,
            });
        }
        let phone = Phone::parse(phone, country).map_err(|error| {
            let (name, Violation { code, detail }) = not_a_phone(error, country);
            ApiError::field(name, code, detail)
        })?;
        if !phone.may_be_mobile() {
            let Violation { code, detail } = not_mobile();
            return Err(ApiError::field("phone", code, detail));
        }
        let countries = app.settings.countries()?;
        let served = phone.country().filter(|country| countries.contains(country));
        let country = served.ok_or_else(|| {
            ApiError::field("phone", "invalid", "Codes cannot be sent to this country.")
        })?;
        Ok(Self { phone, country, fixed_code: None })
    }
}

/// What is wrong with which field.
pub(crate) fn not_a_phone(error: PhoneError, country: Option<&str>) -> (&'static str, Violation) {
    match error {
        PhoneError::Invalid => {
            ("phone", Violation::invalid("The phone number entered is not valid."))
        }
        PhoneError::Country => ("country", Violation::invalid_choice(country.unwrap_or_default())),
    }
}

/// Premium, shared-cost, fixed, pager and toll-free numbers get no codes.
pub(crate) fn not_mobile() -> Violation {
    Violation::invalid("Codes are sent to mobile numbers only.")
}

impl Plan {
    /// Reads what decides the lane, and all counters, side by side; refuses where a limit of the
    /// lane is reached. One trip; a stranger's refusal takes another, which counts it. The
    /// challenge is nobody's yet.
    ///
    /// Of the limits those are told that count what comes from this address alone: the others would
    /// tell what somebody else does.
    pub(crate) async fn make(
        app: &AppState,
        recipient: Recipient,
        requester: Requester,
        purpose: Purpose,
        limits: &RateLimits,
    ) -> Result<Self, ApiError> {
        let (now, hashes) = (app.now(), app.hashes()?);
        let phone = hashes.phone(&recipient.phone);
        let id = ChallengeId::new(now, &*app.random);
        let found = Found::read(app, &recipient, &phone, &requester).await?;
        let (log, budgets) = match found.admit(app, &recipient, id, limits) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                found.count_refusal(app).await?;
                return Err(refusal);
            }
        };
        let code = recipient.fixed_code.clone().unwrap_or_else(|| draw_code(&*app.random).into());
        let hash = hashes.code(id, &recipient.phone, purpose.as_str(), code.expose_secret());
        let challenge = Challenge {
            id,
            phone,
            purpose,
            customer: None,
            code: hash,
            until: now + app.settings.codes()?.life,
            tries: 0,
            budget: None,
        };
        let mut plan = Self { recipient, challenge, code, lane: found.lane, log, budgets };
        plan.challenge.budget = plan.shares(day_of(now));
        Ok(plan)
    }

    /// Sends the message; to a test number none is sent.
    pub(crate) async fn deliver(
        &self,
        app: &AppState,
        app_hash: Option<&AppHash>,
    ) -> Result<(), ApiError> {
        if self.recipient.fixed_code.is_some() {
            audit::record(
                app,
                Event::TestNumberUsed,
                About { customer: self.challenge.customer, session: None },
            );
            return Ok(());
        }
        let (name, life) = (&app.settings.content()?.app_name, app.settings.codes()?.life);
        let text = TextMessage::code(name, &self.code, life, app_hash);
        app.messages.send(&self.recipient.phone, &text).await.map_err(ApiError::unavailable)?;
        app.metrics.count(app.now(), "CodesSent", 1);
        let about = About { customer: self.challenge.customer, session: None };
        audit::record(app, Event::CodeSent, about);
        Ok(())
    }

    /// Where a stranger's code is counted until it is verified.
    fn shares(&self, day: Date) -> Option<BudgetShares> {
        let shard = |which| {
            self.budgets.iter().find(|budget| budget.which == which).map(|budget| budget.shard)
        };
        let Lane::Stranger(address) = &self.lane else { return None };
        Some(BudgetShares {
            country: self.recipient.country.clone(),
            day,
            country_shard: shard(Which::Country)?,
            total_shard: shard(Which::Total)?,
            address: Some(address.clone()),
        })
    }
}

impl Recipient {
    /// Whether a message is sent.
    fn is_texted(&self) -> bool {
        self.fixed_code.is_none()
    }
}
