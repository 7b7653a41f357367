//! The transaction of a log-in, made of the parts of its domains: the code is spent, the session is
//! added, a push device is registered, and a new account comes with its phone, profile and wallet.

use jiff::Timestamp;
use shared::{
    account::{self, Account, NewSession, PhoneOwner},
    customer::{self, Customer},
    device::{self, ClaimPart, Device, DeviceClaim, FoundDevice},
    ids::{ChallengeId, CustomerId, SessionId},
    otp,
    store::{Store, StoreError},
    wallet::{self, Wallet},
};
use table::{Committed, Refusals, Transaction, Verdict, record};

/// A log-in about to be written.
#[derive(Debug)]
pub(super) struct NewLogIn {
    /// The code that it spends.
    pub(super) challenge: ChallengeId,
    pub(super) session: NewSession,
}

/// The push device that a log-in registers.
#[derive(Debug, Clone)]
pub(super) struct LogInDevice {
    pub(super) device: Device,
    /// The owner of its registration id; the device itself was not read.
    pub(super) found: FoundDevice,
}

/// What came of a log-in.
#[derive(Debug)]
pub(super) enum LogInWritten {
    Done,
    /// Somebody else spent the code.
    CodeSpent,
    /// The account refused the session: as it is, if there is one.
    AccountRefused(Option<Account>),
    /// The phone got this owner meanwhile.
    PhoneTaken(CustomerId),
    /// The registration id changed its owner meanwhile.
    DeviceChanged,
    /// The customer has as many devices as there may be.
    DevicesFull,
}

impl NewLogIn {
    /// Logs in to an existing account, taking the sessions of `removed` out.
    ///
    /// One trip; four write units and two more for each further KB of the account, another where it
    /// is not on the index, and those of a device.
    pub(super) async fn add_session(
        &self,
        store: &Store,
        customer: CustomerId,
        removed: &[SessionId],
        device: Option<&LogInDevice>,
    ) -> Result<LogInWritten, StoreError> {
        let mut transaction = Transaction::new();
        let code = transaction.add(otp::spend_code(self.challenge));
        let session = transaction.add(account::add_session(customer, &self.session, removed)?);
        let device = self.register(&mut transaction, customer, device)?;
        let mut refusals = match self.commit(store, transaction).await? {
            Ok(()) => return Ok(LogInWritten::Done),
            Err(None) => return Ok(LogInWritten::CodeSpent),
            Err(Some(refusals)) => refusals,
        };
        Ok(match refusals.of(session) {
            Verdict::Refused(account) => {
                LogInWritten::AccountRefused(account.map(record).transpose()?)
            }
            Verdict::Held if refusals.refused(code) => LogInWritten::CodeSpent,
            Verdict::Held => refused_by_device(device, &mut refusals)?,
        })
    }

    /// Creates an account with its first session.
    ///
    /// One trip; thirteen write units, and those of a device.
    pub(super) async fn create_account(
        &self,
        store: &Store,
        profile: &Customer,
        wallet: &Wallet,
        device: Option<&LogInDevice>,
    ) -> Result<LogInWritten, StoreError> {
        let customer = profile.id;
        let mut transaction = Transaction::new();
        let code = transaction.add(otp::spend_code(self.challenge));
        let phone = transaction.add(account::claim_phone(&self.session.phone, customer)?);
        let mut created = account::new_account(customer, &self.session)?;
        created.push(customer::new_profile(profile)?);
        created.push(wallet::open_wallet(customer, wallet)?);
        let created = transaction.add_all(created);
        let device = self.register(&mut transaction, customer, device)?;
        let mut refusals = match self.commit(store, transaction).await? {
            Ok(()) => return Ok(LogInWritten::Done),
            Err(None) => return Ok(LogInWritten::CodeSpent),
            Err(Some(refusals)) => refusals,
        };
        if [code, phone, created].iter().all(|part| !refusals.refused(*part)) {
            return refused_by_device(device, &mut refusals);
        }
        Ok(match refusals.of(phone) {
            Verdict::Refused(Some(owner)) => {
                LogInWritten::PhoneTaken(record::<PhoneOwner>(owner)?.customer)
            }
            _ => LogInWritten::CodeSpent,
        })
    }

    fn register(
        &self,
        transaction: &mut Transaction,
        customer: CustomerId,
        device: Option<&LogInDevice>,
    ) -> Result<Option<ClaimPart>, StoreError> {
        let Some(LogInDevice { device, found }) = device else { return Ok(None) };
        let claim = DeviceClaim { customer, device, found, now: self.now() };
        device::add_claim_unread(transaction, claim).map(Some)
    }

    /// Commits, and says who refused. `Err(None)` where other transactions held the items until our
    /// patience ended, and one of them spent the code.
    async fn commit(
        &self,
        store: &Store,
        transaction: Transaction,
    ) -> Result<Result<(), Option<Refusals>>, StoreError> {
        match store.table.commit(transaction).await {
            Ok(Committed::Done) => Ok(Ok(())),
            Ok(Committed::Refused(refusals)) => Ok(Err(Some(refusals))),
            Err(StoreError::Conflict) if !store.is_open(self.challenge, self.now()).await? => {
                Ok(Err(None))
            }
            Err(error) => Err(error),
        }
    }

    fn now(&self) -> Timestamp {
        self.session.session.created
    }
}

/// What a refusal by nothing but the device's part means.
fn refused_by_device(
    device: Option<ClaimPart>,
    refusals: &mut Refusals,
) -> Result<LogInWritten, StoreError> {
    Ok(match device {
        Some(part) if part.is_full(refusals)? => LogInWritten::DevicesFull,
        _ => LogInWritten::DeviceChanged,
    })
}
