//! One code on its way: who gets it, whether the limits allow it, the writes that count it, the
//! message, and the way back if that fails.
//!
//! Invariants: nothing is sent before everything is counted; a send that did not happen leaves no
//! challenge and takes nothing from the phone's or the day's limits.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use shared::{
    app::AppState,
    audit::{self, About, Event},
    hashes::PhoneHash,
    http::{
        error::ApiError,
        rate_limit::{Quota, RateLimits},
        request::Violation,
    },
    ids::ChallengeId,
    limits::{
        BudgetKind, Counted, SHARDS, SendLimits, SendLog, Wait, share_of, to_next_day, to_next_hour,
    },
    otp::{BudgetShares, Challenge, Purpose, draw_code},
    phone::{Phone, PhoneError},
    random::below,
    store::{StoreError, keys::day_of},
    text_message::{AppHash, TextMessage},
};

type Spent = [u32; SHARDS as usize];

/// Who gets a code.
pub(crate) struct Recipient {
    pub(crate) phone: Phone,
    country: String,
    /// The code of a test number, to which nothing is sent.
    fixed_code: Option<SecretString>,
}

/// A code about to be sent.
pub(crate) struct Plan {
    pub(crate) recipient: Recipient,
    pub(crate) challenge: Challenge,
    code: SecretString,
    log: SendLog,
    spent: Option<(Spent, Spent)>,
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

impl Plan {
    /// Reads all counters and counts the address, side by side; refuses where a limit is reached.
    /// One trip. The challenge is nobody's yet.
    ///
    /// Of the limits those are told that count what comes from this address alone: the others would
    /// tell what somebody else does.
    pub(crate) async fn make(
        app: &AppState,
        recipient: Recipient,
        address: IpAddr,
        purpose: Purpose,
        limits: &RateLimits,
    ) -> Result<Self, ApiError> {
        let (now, rules, hashes) = (app.now(), app.settings.sends()?, app.hashes()?);
        let (phone, address) = (hashes.phone(&recipient.phone), hashes.address(address));
        let of_address =
            Quota { name: "codes-address", most: rules.per_address_hourly, window: 3_600 };
        let of_phone =
            Quota { name: "codes-phone", most: rules.per_phone_and_address_hourly, window: 3_600 };
        let (counted, log, spent) = tokio::join!(
            app.store.count_send(&address, rules, now),
            app.store.send_log(&phone),
            budgets(app, &recipient)
        );
        match counted? {
            Counted::Within(used) => {
                limits.counted(of_address, used, to_next_hour(now));
            }
            Counted::Over(wait) => {
                limits.reached(of_address, wait);
                return Err(ApiError::throttled(wait));
            }
        }
        let refused = |wait| {
            limits.reached(of_phone, wait);
            ApiError::throttled(wait)
        };
        let log = log?.admit(now, &address, rules).map_err(refused)?;
        let (used, reset) = log.standing_of(now, &address);
        limits.counted(of_phone, used, reset);
        let spent = spent?;
        let budget =
            spent.as_ref().map(|spent| choose_shares(app, &recipient, spent)).transpose()?;
        let code = recipient.fixed_code.clone().unwrap_or_else(|| draw_code(&*app.random).into());
        let id = ChallengeId::new(now, &*app.random);
        let hash = hashes.code(id, &recipient.phone, purpose.as_str(), code.expose_secret());
        let challenge = Challenge {
            id,
            phone,
            purpose,
            customer: None,
            code: hash,
            until: now + app.settings.codes()?.life,
            tries: 0,
            budget,
        };
        Ok(Self { recipient, challenge, code, log, spent })
    }

    /// Writes the send, the challenge and the day's budgets side by side. One trip, unless a shard
    /// of a budget just filled up.
    pub(crate) async fn commit(&mut self, app: &AppState) -> Result<(), ApiError> {
        let (now, limits) = (app.now(), app.settings.sends()?);
        let (logged, stored, country, total) = tokio::join!(
            app.store.replace_send_log(self.phone(), &self.log, now),
            app.store.put_challenge(&self.challenge),
            self.spend(app, limits, Budget::Country),
            self.spend(app, limits, Budget::Total),
        );
        let counted = Charges {
            logged: matches!(logged, Ok(true)),
            country: found(&country),
            total: found(&total),
        };
        let refused = match (&logged, &country, &total) {
            // Somebody else sent to this phone in this very moment: it waits as after any send.
            (Ok(false), _, _) => Some(Wait(limits.resend_after.as_secs())),
            (_, Ok(Spending::Exhausted), _) | (_, _, Ok(Spending::Exhausted)) => {
                Some(to_next_day(now))
            }
            _ => None,
        };
        let failed =
            [logged.err(), stored.err(), country.err(), total.err()].into_iter().flatten().next();
        let error = match (failed, refused) {
            (Some(error), _) => ApiError::unavailable(error),
            (None, Some(wait)) => ApiError::throttled(wait),
            (None, None) => return self.settle(app, counted).await,
        };
        self.take_back(app, counted).await;
        Err(error)
    }

    /// Corrects where the code is counted, if a shard filled up while it was chosen. No trip
    /// otherwise.
    async fn settle(&mut self, app: &AppState, counted: Charges) -> Result<(), ApiError> {
        let (Some(shares), Some(country), Some(total)) =
            (&mut self.challenge.budget, counted.country, counted.total)
        else {
            return Ok(());
        };
        if (shares.country_shard, shares.total_shard) == (country, total) {
            return Ok(());
        }
        (shares.country_shard, shares.total_shard) = (country, total);
        Ok(app.store.put_challenge(&self.challenge).await?)
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

    /// Undoes what [`Plan::commit`] wrote, after the message was not accepted.
    pub(crate) async fn withdraw(&self, app: &AppState) {
        let shares = self.challenge.budget.as_ref();
        let country = shares.map(|shares| shares.country_shard);
        let total = shares.map(|shares| shares.total_shard);
        self.take_back(app, Charges { logged: true, country, total }).await;
    }

    async fn take_back(&self, app: &AppState, counted: Charges) {
        let without = self.log.without_last();
        let undo_log = async {
            if counted.logged {
                app.store.replace_send_log(self.phone(), &without, app.now()).await?;
            }
            Ok::<_, StoreError>(())
        };
        let undo_country = self.refund(app, Budget::Country, counted.country);
        let undo_total = self.refund(app, Budget::Total, counted.total);
        let undone = tokio::join!(
            undo_log,
            app.store.drop_challenge(self.challenge.id),
            undo_country,
            undo_total
        );
        for error in
            [undone.0.err(), undone.1.err(), undone.2.err(), undone.3.err()].into_iter().flatten()
        {
            tracing::warn!(%error, "a send that did not happen stays counted");
        }
    }

    async fn spend(
        &self,
        app: &AppState,
        limits: &SendLimits,
        which: Budget,
    ) -> Result<Spending, StoreError> {
        let (Some(spent), Some(shares)) = (&self.spent, &self.challenge.budget) else {
            return Ok(Spending::Free);
        };
        let (kind, shard, spent) = match which {
            Budget::Country => {
                (BudgetKind::Country(&shares.country), shares.country_shard, &spent.0)
            }
            Budget::Total => (BudgetKind::Total, shares.total_shard, &spent.1),
        };
        let shard = app.store.spend_budget(kind, spent, shard, limits, app.now()).await?;
        Ok(shard.map_or(Spending::Exhausted, Spending::At))
    }

    async fn refund(
        &self,
        app: &AppState,
        which: Budget,
        shard: Option<u8>,
    ) -> Result<(), StoreError> {
        let (Some(shares), Some(shard)) = (&self.challenge.budget, shard) else { return Ok(()) };
        let kind = match which {
            Budget::Country => BudgetKind::Country(&shares.country),
            Budget::Total => BudgetKind::Total,
        };
        app.store.refund_budget(kind, shares.day, shard).await.map(|_| ())
    }

    fn phone(&self) -> &PhoneHash {
        &self.challenge.phone
    }
}

#[derive(Clone, Copy)]
enum Budget {
    Country,
    Total,
}

/// What came of spending one of a budget.
enum Spending {
    /// Spent at this shard.
    At(u8),
    /// Nothing is spent on a test number.
    Free,
    /// No shard has any left.
    Exhausted,
}

/// What a send was counted by, so that it can be taken back.
#[derive(Clone, Copy)]
struct Charges {
    logged: bool,
    country: Option<u8>,
    total: Option<u8>,
}

fn found(spending: &Result<Spending, StoreError>) -> Option<u8> {
    match spending {
        Ok(Spending::At(shard)) => Some(*shard),
        _ => None,
    }
}

/// What the day's two budgets have spent; none for a test number, which costs nothing.
async fn budgets(
    app: &AppState,
    recipient: &Recipient,
) -> Result<Option<(Spent, Spent)>, StoreError> {
    if recipient.fixed_code.is_some() {
        return Ok(None);
    }
    let day = day_of(app.now());
    let country = app.store.budget_spent(BudgetKind::Country(&recipient.country), day);
    let total = app.store.budget_spent(BudgetKind::Total, day);
    let (country, total) = tokio::join!(country, total);
    Ok(Some((country?, total?)))
}

/// Where the code will be counted: at any shard with room, by chance.
fn choose_shares(
    app: &AppState,
    recipient: &Recipient,
    (country, total): &(Spent, Spent),
) -> Result<BudgetShares, ApiError> {
    let limits = app.settings.sends()?;
    let shard_with_room = |spent: &Spent, limit: u32| -> Option<u8> {
        let first = below(&*app.random, SHARDS.into());
        let shards = (0..SHARDS.into())
            .map(|step| (first + step) % u32::from(SHARDS))
            .filter_map(|shard| u8::try_from(shard).ok());
        shards.into_iter().find(|shard| spent[usize::from(*shard)] < share_of(limit, *shard))
    };
    let country_shard = shard_with_room(country, limits.per_country_daily);
    let total_shard = shard_with_room(total, limits.total_daily);
    match (country_shard, total_shard) {
        (Some(country_shard), Some(total_shard)) => Ok(BudgetShares {
            country: recipient.country.clone(),
            day: day_of(app.now()),
            country_shard,
            total_shard,
        }),
        _ => Err(ApiError::throttled(to_next_day(app.now()))),
    }
}
