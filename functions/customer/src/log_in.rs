//! The course of a log-in: count the try, compare the code, write the session, give the try back.
//!
//! Invariants: code and session are one transaction, so a code logs in once and a failure costs
//! nothing but a try; what is given back is given back after the session exists.

mod commit;

use std::{net::IpAddr, ops::ControlFlow};

use shared::{
    account::{Account, DeviceLabel, NewSession, Session, Status},
    app::AppState,
    audit::{self, About, Event},
    auth::known_device::PresentedDevice,
    customer::Customer,
    device::{DeviceHead, DeviceOwner, FoundDevice, Registration},
    hashes::PhoneHash,
    http::error::ApiError,
    ids::{CustomerId, LedgerId, SessionId},
    otp::Purpose,
    phone::Phone,
    store::StoreError,
    wallet::Wallet,
};
use table::retry;

use self::commit::{LogInDevice, LogInWritten, NewLogIn};
use crate::code::{Claimant, Expected, SubmittedCode, VerifiedCode, invalid_code, is_test_number};

/// How often it is tried while the account, the phone's owner or the device changes.
const TRIES: u32 = 6;

/// A log-in under way.
pub(crate) struct LogIn<'a> {
    app: &'a AppState,
    phone: Phone,
    address: IpAddr,
    known: Option<PresentedDevice>,
    registration: Option<Registration>,
}

/// A code that was right.
pub(crate) struct Matched {
    code: VerifiedCode,
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
    /// `registration` says one. `known` is the device whose refresh token came with it.
    pub(crate) fn begin(
        app: &'a AppState,
        phone: Phone,
        address: IpAddr,
        known: Option<PresentedDevice>,
        registration: Option<Registration>,
    ) -> Self {
        Self { app, phone, address, known, registration }
    }

    /// Counts a try and compares the code, while the phone's owner and the device's are looked up.
    /// One trip.
    pub(crate) async fn try_code(&self, presented: SubmittedCode) -> Result<Matched, ApiError> {
        let phone = self.app.hashes()?.phone(&self.phone);
        let claimant = Claimant::OfPhone(phone.clone(), self.known);
        let tried = presented.try_once(self.app, claimant, self.address);
        let (tried, owner, device_owner) =
            tokio::join!(tried, self.app.store.owner_of_phone(&phone), self.device_owner());
        let (tried, owner, device_owner) = (tried?, owner?, device_owner?);
        let expected = Expected { phone: &self.phone, purpose: Purpose::Login, customer: None };
        let about = About { customer: owner, session: None };
        let code = tried.compare(self.app, expected, about).await?;
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
        let device = self.device(id, matched.owner, matched.device_owner.clone());
        let phone = matched.code.phone().clone();
        let new = NewLogIn {
            challenge: matched.code.challenge(),
            session: NewSession { id, session, phone },
        };
        let (customer, made_account) = self.write(&matched, &new, device).await?;
        let is_test = is_test_number(self.app, &self.phone);
        let event = if is_test { Event::TestLoggedIn } else { Event::LoggedIn };
        audit::record(self.app, event, About { customer: Some(customer.id), session: Some(id) });
        let session = &new.session.session;
        let access = issuer.access_token(customer.id, id, session, self.app.new_name(), now);
        let refresh = issuer.refresh_token(customer.id, id, session);
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

    /// The device that the log-in of `customer`, or of a new one, registers, where its registration
    /// id is `owner`'s. It is the first of a new customer; that of another gets its number later,
    /// since the last one is not known here.
    fn device(
        &self,
        session: SessionId,
        customer: Option<CustomerId>,
        owner: Option<DeviceOwner>,
    ) -> Option<LogInDevice> {
        let head = customer.is_none().then(DeviceHead::default);
        let found = FoundDevice { owner, own: None, head };
        let device = self.registration.as_ref()?.apply(&found, session, self.app.now());
        Some(LogInDevice { device, found })
    }

    async fn write(
        &self,
        matched: &Matched,
        new: &NewLogIn,
        device: Option<LogInDevice>,
    ) -> Result<(Customer, bool), ApiError> {
        let first = Target { owner: matched.owner, removed: Vec::new(), device };
        let attempt = |target: Target| async move {
            match target.owner {
                Some(customer) => self.add_session(matched, new, customer, target).await,
                None => self.create_account(matched, new, target).await,
            }
        };
        retry::on_refusal(TRIES, first, attempt)
            .await?
            .ok_or_else(|| ApiError::unavailable("an account kept changing under a log-in"))
    }

    async fn create_account(
        &self,
        matched: &Matched,
        new: &NewLogIn,
        target: Target,
    ) -> Result<Attempted, ApiError> {
        let now = self.app.now();
        let id = CustomerId::new(now, &*self.app.random);
        let customer = Customer::new(id, self.phone.clone(), now);
        let wallet = Wallet::new(LedgerId::new(now, &*self.app.random));
        let device = target.device.as_ref();
        match new.create_account(&self.app.store, &customer, &wallet, device).await? {
            LogInWritten::Done => {
                self.record_device(device, id, new.session.id);
                matched.code.give_back(self.app).await;
                Ok(ControlFlow::Break((customer, true)))
            }
            refusal => self.retarget(refusal, new, target).await,
        }
    }

    async fn add_session(
        &self,
        matched: &Matched,
        new: &NewLogIn,
        customer: CustomerId,
        target: Target,
    ) -> Result<Attempted, ApiError> {
        let store = &self.app.store;
        // Without `removed` there may be one session too many afterwards.
        let account = async {
            if target.removed.is_empty() { store.account(customer).await } else { Ok(None) }
        };
        let (written, profile, account) = tokio::join!(
            new.add_session(store, customer, &target.removed, target.device.as_ref()),
            store.profile(customer),
            account
        );
        match written? {
            LogInWritten::Done => {
                self.record_device(target.device.as_ref(), customer, new.session.id);
                let surplus = self.remove_surplus(account, new.session.id);
                tokio::join!(Box::pin(matched.code.give_back(self.app)), surplus);
                let profile = profile?.ok_or_else(ApiError::no_active_account)?;
                Ok(ControlFlow::Break((profile, false)))
            }
            refusal => self.retarget(refusal, new, target).await,
        }
    }

    /// Removes the session longest unused where the new one is the 21st. A failure leaves it to the
    /// next log-in. One trip, if there is one to remove.
    async fn remove_surplus(
        &self,
        account: Result<Option<Account>, StoreError>,
        newest: SessionId,
    ) {
        let removed = match account {
            Ok(Some(account)) => {
                self.app.store.remove_surplus(account, newest, self.app.now()).await
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, "there may be a session too many");
        }
    }

    /// Logs that the log-in took a device from another customer.
    fn record_device(&self, device: Option<&LogInDevice>, to: CustomerId, session: SessionId) {
        if let Some(from) = device.and_then(|device| device.found.former_owner(to)) {
            audit::record_device_move(self.app, from, to, session);
        }
    }

    /// What to try after a refusal, or the error that it means.
    async fn retarget(
        &self,
        refusal: LogInWritten,
        new: &NewLogIn,
        target: Target,
    ) -> Result<Attempted, ApiError> {
        let next = match refusal {
            LogInWritten::Done | LogInWritten::CodeSpent => return Err(invalid_code("otp")),
            LogInWritten::PhoneTaken(owner) => {
                let found = target.device.and_then(|device| device.found.owner);
                let device = self.device(new.session.id, Some(owner), found);
                Target { owner: Some(owner), device, ..target }
            }
            LogInWritten::AccountRefused(account) => {
                let account = usable(account, &new.session.phone)?;
                let removed = account.to_make_room(self.app.now());
                Target { owner: Some(account.customer), removed, ..target }
            }
            LogInWritten::DeviceChanged => {
                let found = self.device_owner().await?;
                let device = self.device(new.session.id, target.owner, found);
                Target { device, ..target }
            }
            LogInWritten::DevicesFull => Target { device: None, ..target },
        };
        Ok(ControlFlow::Continue(next))
    }
}

/// What a try of the transaction is made for.
struct Target {
    /// Whose account; none: a new one.
    owner: Option<CustomerId>,
    /// The sessions that make room.
    removed: Vec<SessionId>,
    device: Option<LogInDevice>,
}

/// The profile and whether the account is new, or what to try next.
type Attempted = ControlFlow<(Customer, bool), Target>;

/// The account that refused a session, if the session can be for it at all.
fn usable(account: Option<Account>, phone: &PhoneHash) -> Result<Account, ApiError> {
    match account {
        Some(account) if account.status != Status::Active => Err(ApiError::no_active_account()),
        Some(account) if account.phone == *phone => Ok(account),
        // The phone left the account a moment ago. The code was for the account that had it.
        _ => Err(invalid_code("otp")),
    }
}
