//! The course of a log-in: count the try, compare the code, write the session, give the try back.
//!
//! Invariants: a try is reserved before the code is compared, so parallel guesses cannot outrun the count; code and session are one
//! transaction, so a code logs in once and a failure costs nothing but a try; what is given back is given back after the session exists.

use std::net::IpAddr;

use shared::{
    app::AppState,
    audit::{self, About, Event},
    hashes::{AddressHash, PhoneHash},
    http::error::ApiError,
    ids::{ChallengeId, CustomerId, SessionId},
    model::{
        account::{Account, DeviceLabel, Session, Status},
        challenge::{Challenge, Purpose},
        customer::Customer,
        limits::Wait,
        phone::Phone,
    },
    store::{BudgetKind, Counted, NewLogIn, Reserved, SessionAdded},
};

/// How often the writing is tried again when the account or the phone's owner changed meanwhile.
const TRIES: usize = 6;

/// A log-in under way.
pub(crate) struct LogIn<'a> {
    app: &'a AppState,
    phone: Phone,
    challenge: ChallengeId,
    address: IpAddr,
}

/// A code that was right.
pub(crate) struct Matched {
    challenge: Challenge,
    address: AddressHash,
    owner: Option<CustomerId>,
}

/// A log-in that is done.
pub(crate) struct Done {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) customer: Customer,
    pub(crate) made_account: bool,
}

/// The one answer to every code that is not right.
pub(crate) fn invalid_code() -> ApiError {
    ApiError::field("otp", "invalid_otp", "The code is wrong or has expired.")
}

impl<'a> LogIn<'a> {
    pub(crate) fn begin(app: &'a AppState, phone: Phone, challenge: ChallengeId, address: IpAddr) -> Self {
        Self { app, phone, challenge, address }
    }

    /// Counts a try and compares the code. One trip.
    pub(crate) async fn try_code(&self, code: &str, purpose: Purpose) -> Result<Matched, ApiError> {
        let (store, rules, now) = (&self.app.store, &self.app.config.codes, self.app.now());
        let hashes = self.app.hashes()?;
        let (phone, address) = (hashes.phone(&self.phone), hashes.address(self.address));
        let (counted, reserved, owner) = tokio::join!(
            store.count_try(&phone, &address, rules, now),
            store.reserve_try(self.challenge, rules.tries, now),
            store.owner_of_phone(&phone),
        );
        if let Counted::Over(wait) = counted? {
            return Err(ApiError::throttled(wait));
        }
        let challenge = match reserved? {
            Reserved::Try(challenge) => challenge,
            Reserved::UsedUp(until) => return Err(ApiError::throttled(Wait(until.duration_since(now).as_secs() + 1))),
            Reserved::Unknown => return Err(invalid_code()),
        };
        let presented = hashes.code(self.challenge, &self.phone, purpose, code);
        if !challenge.answers(&phone, purpose, None, &presented, now) {
            audit::record(self.app, Event::WrongCode, About { customer: owner?, session: None });
            return Err(invalid_code());
        }
        Ok(Matched { challenge, address, owner: owner? })
    }

    /// Writes the session, with the account where there is none, and gives back what the right code had used. Two trips.
    pub(crate) async fn finish(&self, matched: Matched, device: DeviceLabel) -> Result<Done, ApiError> {
        let (now, issuer) = (self.app.now(), self.app.issuer()?);
        let session = Session::begin(now, issuer.kid(), device, &self.app.config.tokens);
        let id = SessionId::new(now, &*self.app.random);
        let new = NewLogIn { challenge: self.challenge, phone: matched.challenge.phone.clone(), id, session };
        let (customer, made_account) = self.write(&matched, &new).await?;
        audit::record(self.app, Event::LoggedIn, About { customer: Some(customer.id), session: Some(id) });
        let access = issuer.access_token(customer.id, id, &new.session, self.app.new_name(), now);
        let refresh = issuer.refresh_token(customer.id, id, &new.session);
        match (access, refresh) {
            (Some(access), Some(refresh)) => Ok(Done { access, refresh, customer, made_account }),
            _ => Err(ApiError::internal("a new session's tokens cannot be signed")),
        }
    }

    async fn write(&self, matched: &Matched, new: &NewLogIn) -> Result<(Customer, bool), ApiError> {
        let store = &self.app.store;
        let mut owner = matched.owner;
        let mut leaving: Vec<SessionId> = Vec::new();
        let mut given_back = false;
        for _ in 0..TRIES {
            let Some(customer) = owner else {
                let now = self.app.now();
                let customer = Customer::new(CustomerId::new(now, &*self.app.random), self.phone.clone(), now);
                match store.create_account(&customer, new).await? {
                    SessionAdded::Added => {
                        self.give_back(matched).await;
                        return Ok((customer, true));
                    }
                    SessionAdded::Owned(somebody) => owner = Some(somebody),
                    SessionAdded::Spent | SessionAdded::Refused(_) => return Err(invalid_code()),
                }
                continue;
            };
            let give_back = async {
                // Making room takes a second transaction; what the code used is given back beside it, not after it.
                if !leaving.is_empty() && !given_back {
                    self.give_back(matched).await;
                }
            };
            let (added, profile, ()) =
                tokio::join!(store.add_session(customer, new, &leaving), store.profile(customer), give_back);
            given_back |= !leaving.is_empty();
            match added? {
                SessionAdded::Added => {
                    if !given_back {
                        self.give_back(matched).await;
                    }
                    return Ok((profile?.ok_or_else(ApiError::no_active_account)?, false));
                }
                SessionAdded::Refused(account) => (owner, leaving) = self.judge(account, &new.phone)?,
                SessionAdded::Spent | SessionAdded::Owned(_) => return Err(invalid_code()),
            }
        }
        Err(ApiError::unavailable("an account kept changing under a log-in"))
    }

    /// Why an account did not take the session: whom to give it to instead, and what has to leave first.
    fn judge(&self, account: Option<Account>, phone: &PhoneHash) -> Result<(Option<CustomerId>, Vec<SessionId>), ApiError> {
        match account {
            Some(account) if account.status != Status::Active => Err(ApiError::no_active_account()),
            Some(account) if account.phone == *phone => Ok((Some(account.customer), account.to_make_room(self.app.now()))),
            // The phone left this account in this very moment: the code was for the account that it led to.
            _ => Err(invalid_code()),
        }
    }

    /// Gives back the try and the share of the day's budgets. A failure leaves them counted: the limits err on the strict side.
    async fn give_back(&self, matched: &Matched) {
        let (store, now) = (&self.app.store, self.app.now());
        let try_back = store.uncount_try(&matched.challenge.phone, &matched.address, now);
        let budgets_back = async {
            let Some(shares) = &matched.challenge.budget else { return Ok(()) };
            let country = store.refund_budget(BudgetKind::Country(&shares.country), shares.day, shares.country_shard);
            let total = store.refund_budget(BudgetKind::Total, shares.day, shares.total_shard);
            let (country, total) = tokio::join!(country, total);
            country.and(total)
        };
        let (try_back, budgets_back) = tokio::join!(try_back, budgets_back);
        for error in [try_back.err(), budgets_back.err()].into_iter().flatten() {
            tracing::warn!(%error, "a right code stays counted");
        }
    }
}
