//! The course of a log-in: count the try, compare the code, write the session, give the try back.
//!
//! Invariants: code and session are one transaction, so a code logs in once and a failure costs
//! nothing but a try; what is given back is given back after the session exists.

use std::net::IpAddr;

use shared::{
    account::{Account, DeviceLabel, LogInDevice, NewLogIn, Session, SessionAdded, Status},
    app::AppState,
    audit::{self, About, Event},
    customer::Customer,
    device::{DeviceOwner, FoundDevice, Registration},
    hashes::PhoneHash,
    http::error::ApiError,
    ids::{CustomerId, LedgerId, SessionId},
    limits::TriesOn,
    otp::Purpose,
    phone::Phone,
    store::StoreError,
    wallet::Wallet,
};

use crate::code::{Expected, Presented, Right, invalid_code};

/// How often the writing is tried again when the account or the phone's owner changed meanwhile.
const TRIES: usize = 6;

/// A log-in under way.
pub(crate) struct LogIn<'a> {
    app: &'a AppState,
    phone: Phone,
    address: IpAddr,
    registration: Option<Registration>,
}

/// A code that was right.
pub(crate) struct Matched {
    code: Right,
    owner: Option<CustomerId>,
    device_owner: Option<DeviceOwner>,
}

/// A log-in that is done.
pub(crate) struct Done {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) customer: Customer,
    pub(crate) made_account: bool,
}

impl<'a> LogIn<'a> {
    /// A log-in with this phone from this address, which registers a push device where
    /// `registration` says one.
    pub(crate) fn begin(
        app: &'a AppState,
        phone: Phone,
        address: IpAddr,
        registration: Option<Registration>,
    ) -> Self {
        Self { app, phone, address, registration }
    }

    /// Counts a try and compares the code, while the phone's owner and the device's are looked up.
    /// One trip.
    pub(crate) async fn try_code(&self, presented: Presented) -> Result<Matched, ApiError> {
        let phone = self.app.hashes()?.phone(&self.phone);
        let tried = presented.try_once(self.app, TriesOn::Phone(phone.clone()), self.address);
        let (tried, owner, device_owner) =
            tokio::join!(tried, self.app.store.owner_of_phone(&phone), self.device_owner());
        let (tried, owner, device_owner) = (tried?, owner?, device_owner?);
        let expected = Expected { phone: &self.phone, purpose: Purpose::Login, customer: None };
        let code = tried.compare(self.app, expected, About { customer: owner, session: None })?;
        Ok(Matched { code, owner, device_owner })
    }

    /// Writes the session, with the account where there is none, and gives back what the right code
    /// had used. Two trips.
    pub(crate) async fn finish(
        &self,
        matched: Matched,
        device: DeviceLabel,
    ) -> Result<Done, ApiError> {
        let (now, issuer) = (self.app.now(), self.app.issuer()?);
        let session = Session::begin(now, issuer.kid(), device, self.app.settings.sessions()?);
        let id = SessionId::new(now, &*self.app.random);
        let device = self.device(id, matched.device_owner.clone());
        let mut new = NewLogIn {
            challenge: matched.code.challenge(),
            phone: matched.code.phone().clone(),
            id,
            session,
            device,
        };
        let (customer, made_account) = self.write(&matched, &mut new).await?;
        audit::record(
            self.app,
            Event::LoggedIn,
            About { customer: Some(customer.id), session: Some(id) },
        );
        let access = issuer.access_token(customer.id, id, &new.session, self.app.new_name(), now);
        let refresh = issuer.refresh_token(customer.id, id, &new.session);
        match (access, refresh) {
            (Some(access), Some(refresh)) => Ok(Done { access, refresh, customer, made_account }),
            _ => Err(ApiError::internal("a new session's tokens cannot be signed")),
        }
    }

    /// Whose the registration id is that the device comes with. One trip, one read unit; none
    /// without one.
    async fn device_owner(&self) -> Result<Option<DeviceOwner>, StoreError> {
        match &self.registration {
            Some(registration) => self.app.store.device_owner(&registration.hash()).await,
            None => Ok(None),
        }
    }

    /// The device that the log-in registers, where its registration id is `owner`'s.
    fn device(&self, session: SessionId, owner: Option<DeviceOwner>) -> Option<LogInDevice> {
        let found = FoundDevice { owner, own: None };
        let device =
            self.registration.as_ref()?.apply(&found, session, self.app.now(), &*self.app.random);
        Some(LogInDevice { device, found })
    }

    async fn write(
        &self,
        matched: &Matched,
        new: &mut NewLogIn,
    ) -> Result<(Customer, bool), ApiError> {
        let store = &self.app.store;
        let mut owner = matched.owner;
        let mut leaving: Vec<SessionId> = Vec::new();
        let mut given_back = false;
        for _ in 0..TRIES {
            let Some(customer) = owner else {
                let now = self.app.now();
                let customer =
                    Customer::new(CustomerId::new(now, &*self.app.random), self.phone.clone(), now);
                let wallet = Wallet::new(LedgerId::new(now, &*self.app.random));
                match store.create_account(&customer, &wallet, new).await? {
                    SessionAdded::Added => {
                        matched.code.give_back(self.app).await;
                        return Ok((customer, true));
                    }
                    SessionAdded::Owned(somebody) => owner = Some(somebody),
                    SessionAdded::DeviceChanged => {
                        new.device = self.device(new.id, self.device_owner().await?)
                    }
                    SessionAdded::DevicesFull => new.device = None,
                    SessionAdded::Spent | SessionAdded::Refused(_) => {
                        return Err(invalid_code("otp"));
                    }
                }
                continue;
            };
            let give_back = async {
                // Making room takes a second transaction; what the code used is given back beside
                // it, not after it.
                if !leaving.is_empty() && !given_back {
                    matched.code.give_back(self.app).await;
                }
            };
            let (added, profile, ()) = tokio::join!(
                store.add_session(customer, new, &leaving),
                store.profile(customer),
                give_back
            );
            given_back |= !leaving.is_empty();
            match added? {
                SessionAdded::Added => {
                    if !given_back {
                        matched.code.give_back(self.app).await;
                    }
                    return Ok((profile?.ok_or_else(ApiError::no_active_account)?, false));
                }
                SessionAdded::Refused(account) => {
                    (owner, leaving) = self.judge(account, &new.phone)?
                }
                SessionAdded::DeviceChanged => {
                    new.device = self.device(new.id, self.device_owner().await?)
                }
                SessionAdded::DevicesFull => new.device = None,
                SessionAdded::Spent | SessionAdded::Owned(_) => return Err(invalid_code("otp")),
            }
        }
        Err(ApiError::unavailable("an account kept changing under a log-in"))
    }

    /// Why an account did not take the session: whom to give it to instead, and what has to leave
    /// first.
    fn judge(
        &self,
        account: Option<Account>,
        phone: &PhoneHash,
    ) -> Result<(Option<CustomerId>, Vec<SessionId>), ApiError> {
        match account {
            Some(account) if account.status != Status::Active => Err(ApiError::no_active_account()),
            Some(account) if account.phone == *phone => {
                Ok((Some(account.customer), account.to_make_room(self.app.now())))
            }
            // The phone left this account in this very moment: the code was for the account that it
            // led to.
            _ => Err(invalid_code("otp")),
        }
    }
}
