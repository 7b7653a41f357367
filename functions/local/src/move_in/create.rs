//! Somebody whom the table does not know: one transaction of the parts of all domains.

use std::collections::BTreeMap;

use shared::{
    account::{self, NewSession, PhoneOwner, Session, StatusChange},
    address,
    customer::{self, Customer},
    device::{self, Device, DeviceHead},
    ids::{CustomerId, LedgerId, SessionId},
    legacy::{self, LegacyUser},
    move_in::{self, MovedIn},
    store::StoreError,
    wallet::{self, Movement, Posting, Wallet},
};
use table::{Committed, Part, Refusals, Transaction, Verdict, Write, record};

use super::{
    derived::hash_of,
    landing::{Landed, Landing, Outcome, status},
    person::Person,
    rows::Refused,
};

/// The most writes of a transaction.
const MOST_WRITES: usize = 100;
/// How often a device is left out because somebody else registered it meanwhile.
const TRIES: usize = 3;
/// What the entries of the first balances say.
pub(super) const OPENING: &str = "opening balance";
/// Why an account is disabled.
pub(super) const INACTIVE: &str = "inactive in the old stack";

/// A transaction of a new customer, and its parts whose refusals mean something.
struct Creation {
    transaction: Transaction,
    phone: Part,
    user: Part,
    devices: Part,
}

impl Landing {
    /// Makes the account with all that belongs to it. Fifteen write units; three for balances and
    /// two for each, three for devices and five for each, two for addresses and for each, two for
    /// each token.
    pub(super) async fn create(
        &self,
        person: &Person,
        digest: String,
    ) -> Result<Landed, StoreError> {
        let customer = self.customer_of(person);
        if self.is_rehearsal {
            return self.rehearse(customer, person).await;
        }
        let mut refused = Vec::new();
        let mut absent = Vec::new();
        for _ in 0..TRIES {
            let devices = self.devices_but(customer, person, &absent);
            let mut note = self.note(person, customer);
            note.digest.clone_from(&digest);
            if !absent.is_empty() {
                // Looked at again by the next run.
                note.digest.clear();
                note.devices.retain(|id, _| !absent.iter().any(|one: &u64| one.to_string() == *id));
            }
            let more = self.belongings(customer, person, &devices)?;
            let base = self.base(customer, person)?;
            let is_whole = base.len() + more.iter().map(Vec::len).sum::<usize>() < MOST_WRITES;
            if !is_whole {
                // The tokens first: nobody may exchange one of them once there is the account.
                self.blacklist(person).await?;
                note = MovedIn {
                    digest: String::new(),
                    devices: BTreeMap::new(),
                    addresses: BTreeMap::new(),
                    ..note
                };
            }
            let more = if is_whole { more } else { [Vec::new(), Vec::new()] };
            let noted =
                move_in::new_moved_in(&hash_of(&self.signer, &person.user), &note, self.as_of)?;
            let creation = creation(base, more, noted);
            let Creation { transaction, phone, user, devices } = creation;
            let mut refusals = match self.store.table.commit(transaction).await? {
                Committed::Done if is_whole => {
                    return Ok(Landed { outcome: Outcome::Moved, refused, kept: 0 });
                }
                Committed::Done => {
                    let rest = self.change(person, note, digest).await?;
                    return Ok(Landed { outcome: Outcome::Moved, ..rest });
                }
                Committed::Refused(refusals) => refusals,
            };
            let moved = self.store.moved_in(&hash_of(&self.signer, &person.user)).await?;
            if let Some(moved) = moved {
                // By a try of ours whose answer was lost.
                let rest = self.change(person, moved, digest).await?;
                return Ok(Landed { outcome: Outcome::Moved, ..rest });
            }
            if refusals.refused(user) {
                return Ok(Landed::stayed(&person.source, "the user is here under another id"));
            }
            if let Some(reason) = taken(&mut refusals, phone, customer)? {
                return Ok(Landed::stayed(&person.source, reason));
            }
            if !refusals.refused(devices) {
                return Ok(Landed::stayed(
                    &person.source,
                    "an account with this id is here already",
                ));
            }
            absent = self.held_devices(customer, person, &mut refused).await?;
        }
        Err(StoreError::Conflict)
    }

    /// What would come of it, without a write.
    async fn rehearse(&self, customer: CustomerId, person: &Person) -> Result<Landed, StoreError> {
        let phone = self.hashes.phone(&person.phone);
        let owner = self.store.owner_of_phone(&phone).await?;
        if owner.is_some_and(|owner| owner != customer) {
            return Ok(Landed::stayed(&person.source, PHONE_TAKEN));
        }
        let mut refused = Vec::new();
        self.held_devices(customer, person, &mut refused).await?;
        Ok(Landed { outcome: Outcome::Moved, refused, kept: 0 })
    }

    /// The devices that somebody has here already, who keeps them.
    async fn held_devices(
        &self,
        customer: CustomerId,
        person: &Person,
        refused: &mut Vec<Refused>,
    ) -> Result<Vec<u64>, StoreError> {
        refused.clear();
        let mut held = Vec::new();
        for (row, source) in &person.devices {
            let hash = shared::hashes::ContentHash::of(&row.registration_id);
            let owner = self.store.device_owner(&hash).await?;
            if owner.is_some_and(|owner| owner.customer != customer) {
                held.push(row.id);
                refused.push(Refused { source: source.clone(), reason: DEVICE_TAKEN.to_owned() });
            }
        }
        Ok(held)
    }

    fn devices_but(&self, customer: CustomerId, person: &Person, absent: &[u64]) -> Vec<Device> {
        let there = person.devices.iter().filter(|(row, _)| !absent.contains(&row.id));
        there.map(|(row, _)| self.device(customer, row, row.id)).collect()
    }

    /// Phone, user, account, profile and wallet.
    fn base(&self, customer: CustomerId, person: &Person) -> Result<Vec<Write>, StoreError> {
        let phone = self.hashes.phone(&person.phone);
        let used = person.last_login.unwrap_or(person.joined);
        let first = NewSession {
            id: SessionId::before_the_move(customer),
            session: Session::before_the_move(used, self.sessions_end),
            phone: phone.clone(),
        };
        let disabled = StatusChange { at: self.as_of, why: INACTIVE.to_owned() };
        let disabled = Some(disabled).filter(|_| !person.active);
        let user = LegacyUser { user: person.user.clone(), customer };
        let profile = Customer {
            legacy_id: Some(person.user.clone()),
            details: person.details.clone(),
            ..Customer::new(customer, person.phone.clone(), person.joined)
        };
        let mut writes = vec![account::claim_phone(&phone, customer)?, legacy::put_user(&user)?];
        let status = status(person.active);
        writes.extend(account::new_account_with(customer, &first, status, disabled)?);
        writes.push(customer::new_profile(&profile)?);
        let ledger = LedgerId::new(person.joined, &self.derived("ledger", person.user.as_str()));
        let wallet = Wallet::new(ledger);
        let amounts = person
            .balances
            .iter()
            .map(|(currency, (amount, _))| Movement::Credit(*currency, *amount));
        let amounts = amounts.filter(|one| !matches!(one, Movement::Credit(_, 0)));
        let postings = self.postings(customer, &wallet, amounts)?;
        if postings.is_empty() {
            writes.push(wallet::open_wallet(customer, &wallet)?);
        } else {
            writes.extend(wallet::post_all(customer, None, &postings)?);
        }
        Ok(writes)
    }

    /// What movements make of a wallet, one after another.
    pub(super) fn postings(
        &self,
        customer: CustomerId,
        wallet: &Wallet,
        movements: impl Iterator<Item = Movement>,
    ) -> Result<Vec<Posting>, StoreError> {
        let mut postings: Vec<Posting> = Vec::new();
        for movement in movements {
            let wallet = postings.last().map_or(wallet, |last| &last.wallet);
            let key = format!("{customer} {}", wallet.version);
            let posted = wallet.post(
                &movement,
                Some(OPENING.to_owned()),
                self.as_of,
                &self.derived("entry", &key),
            );
            postings.push(posted.map_err(|refusal| StoreError::corrupt(format!("{refusal:?}")))?);
        }
        Ok(postings)
    }

    /// Devices, addresses and tokens.
    fn belongings(
        &self,
        customer: CustomerId,
        person: &Person,
        devices: &[Device],
    ) -> Result<[Vec<Write>; 2], StoreError> {
        let devices = if devices.is_empty() {
            Vec::new()
        } else {
            device::add_new_devices(customer, &DeviceHead::default(), devices)?
        };
        let mut others = Vec::new();
        // They are in the order in which they would have become the default.
        if let Some(default) = person.addresses.first() {
            let default = self.address_id(customer, default);
            let addresses: Vec<_> =
                person.addresses.iter().map(|row| self.address(customer, row)).collect();
            others = address::new_book(customer, &addresses, default)?;
        }
        for (token, expires) in &person.spent {
            others.push(legacy::blacklist_token(&person.user, token, *expires)?);
        }
        Ok([devices, others])
    }
}

/// Why somebody does not move in whose phone has an account here.
const PHONE_TAKEN: &str = "phone: an account here has it, of somebody who signed up here";
/// Why a device does not move in.
pub(super) const DEVICE_TAKEN: &str = "registration_id: another customer here has it";

fn creation(base: Vec<Write>, [devices, others]: [Vec<Write>; 2], noted: Write) -> Creation {
    let mut transaction = Transaction::new();
    let mut base = base.into_iter();
    let phone = transaction.add_all(base.by_ref().take(1).collect());
    let user = transaction.add_all(base.by_ref().take(1).collect());
    transaction.add_all(base.collect());
    transaction.add(noted);
    let devices = transaction.add_all(devices);
    transaction.add_all(others);
    Creation { transaction, phone, user, devices }
}

/// Why the phone cannot be the customer's.
fn taken(
    refusals: &mut Refusals,
    phone: Part,
    customer: CustomerId,
) -> Result<Option<&'static str>, StoreError> {
    let Verdict::Refused(Some(owner)) = refusals.of(phone) else { return Ok(None) };
    let is_other = record::<PhoneOwner>(owner)?.customer != customer;
    Ok(Some(if is_other { PHONE_TAKEN } else { "an account with this id is here already" }))
}
