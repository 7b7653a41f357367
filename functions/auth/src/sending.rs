//! One code on its way: who gets it (`recipient`), whether the limits allow it (`standing`), the
//! writes that count it and the way back if the message fails (`charges`), and the message.
//!
//! Invariants: nothing is sent before everything is counted. A send that did not happen leaves no
//! challenge and takes nothing from the phone's or the day's limits; one that may have happened
//! stays counted.

mod charges;
mod recipient;
mod standing;

use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    app::AppState,
    audit::{self, About, Event},
    aws::{Outgoing, OutgoingCode, SendError},
    http::{error::ApiError, language::Languages, rate_limit::RateLimits},
    ids::ChallengeId,
    limits::{Lane, SendLog},
    otp::{BudgetShares, Challenge, Purpose, draw_code},
    store::keys::day_of,
    text_message::{AppHash, Kind, TextMessage},
};

pub(crate) use self::recipient::{Recipient, Requester, no_phone, not_mobile};
use self::standing::{Budget, BudgetName, Found};

/// A code about to be sent.
pub(crate) struct Plan {
    pub(crate) recipient: Recipient,
    pub(crate) challenge: Challenge,
    code: SecretString,
    lane: Lane,
    log: SendLog,
    budgets: Vec<Budget>,
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

    /// Sends the message, and takes back what was counted if it is not sent. To a test number none
    /// is sent.
    pub(crate) async fn deliver(
        &self,
        app: &AppState,
        languages: &Languages,
        app_hash: Option<&AppHash>,
    ) -> Result<(), ApiError> {
        if !self.recipient.is_texted() {
            audit::record(
                app,
                Event::TestNumberUsed,
                About { customer: self.challenge.customer, session: None },
            );
            return Ok(());
        }
        let (name, life) = (&app.settings.content()?.app_name, app.settings.codes()?.life);
        let known = app.availability.at(app.now()).unwrap_or_default();
        let phone = &self.recipient.phone;
        let wording = languages.wording(&app.messages, phone, Kind::Code, &known.messages);
        let message = Outgoing {
            id: self.challenge.id.to_string(),
            to: phone,
            text: &TextMessage::code(wording, name, &self.code, life, app_hash),
            purpose: self.challenge.purpose.as_str(),
            language: wording.language(),
            code: Some(OutgoingCode { code: &self.code, until: self.challenge.until }),
        };
        if let Err(error) = app.messages.send(&message).await {
            self.withdraw(app, &error).await;
            return Err(match error {
                SendError::InvalidPhone => {
                    tracing::warn!(country = self.recipient.country, "SNS cannot send to a phone");
                    no_phone()
                }
                error => ApiError::unavailable(error),
            });
        }
        app.metrics.count(app.now(), "CodesSent", 1);
        let about = About { customer: self.challenge.customer, session: None };
        audit::record(app, Event::CodeSent, about);
        Ok(())
    }

    /// Where a stranger's code is counted until it is verified.
    fn shares(&self, day: Date) -> Option<BudgetShares> {
        let shard = |name| {
            self.budgets.iter().find(|budget| budget.name == name).map(|budget| budget.shard)
        };
        let Lane::Stranger(address) = &self.lane else { return None };
        Some(BudgetShares {
            country: self.recipient.country.clone(),
            day,
            country_shard: shard(BudgetName::Country)?,
            total_shard: shard(BudgetName::Total)?,
            address: Some(address.clone()),
        })
    }
}
