//! Somebody who moved in before: what the old stack has changed since then.
//!
//! Invariants: the old stack's value counts only where the customer has left the one that moved in
//! as it was. A step that was done before, by a run that was stopped, is found done.

use std::mem;

use shared::{
    account::{Account, Status, StatusChange},
    address::{Added, DefaultPlace, NewAddress},
    customer::Customer,
    device::{self, Device, LastSeen},
    hashes::ContentHash,
    ids::{CustomerId, SessionId},
    legacy::{self, LegacyUser},
    move_in::{self, MovedAddress, MovedDevice, MovedIn},
    store::StoreError,
    wallet::{self, Movement, Posting},
};
use table::{Committed, Transaction};

use super::{
    create::{DEVICE_TAKEN, INACTIVE},
    derived::hash_of,
    landing::{Landed, Landing, Outcome, status},
    person::Person,
    rows::{DeviceRow, Refused, Source},
};

/// Devices of one transaction: two writes each, and their head.
const AT_ONCE: usize = 40;
/// How often an address is added anew where the book changes meanwhile.
const TRIES: usize = 5;

/// What is taken over of one customer.
struct Taking<'a> {
    landing: &'a Landing,
    customer: CustomerId,
    person: &'a Person,
    /// The note as it was, as it becomes, and as it would be of somebody who moves in now.
    before: MovedIn,
    after: MovedIn,
    wants: MovedIn,
    refused: Vec<Refused>,
    kept: u64,
}

impl Landing {
    /// Takes over what has changed since `moved` was noted. Two trips and two read units for the
    /// account, and for each thing that has changed those of reading and writing it.
    pub(super) async fn change(
        &self,
        person: &Person,
        moved: MovedIn,
        digest: String,
    ) -> Result<Landed, StoreError> {
        let user: Option<LegacyUser> =
            self.store.table.get(legacy::keys::user(&person.user), true).await?;
        let account = match &user {
            Some(user) => self.store.account(user.customer).await?.filter(is_there),
            None => None,
        };
        let Some(account) = account else {
            return Ok(Landed::stayed(&person.source, "the customer has deleted the account here"));
        };
        let customer = account.customer;
        let (before, after) = (moved.clone(), moved);
        let refused = Vec::new();
        let wants = self.note(person, customer);
        let mut taking =
            Taking { landing: self, customer, person, before, after, wants, refused, kept: 0 };
        if taking.wants.tokens != taking.before.tokens {
            self.blacklist(person).await?;
            taking.after.tokens.clone_from(&taking.wants.tokens);
        }
        taking.take_account(&account).await?;
        taking.take_profile().await?;
        taking.take_addresses().await?;
        taking.take_devices().await?;
        let postings = taking.wallet_postings().await?;
        taking.after.rows.clone_from(&taking.wants.rows);
        taking.finish(digest, postings).await
    }
}

fn is_there(account: &Account) -> bool {
    account.status != Status::Deleted
}

impl Taking<'_> {
    fn refuse(&mut self, source: &Source, reason: &str) {
        self.refused.push(Refused { source: source.clone(), reason: reason.to_owned() });
    }

    async fn take_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let active = self.wants.active;
        if self.wants.phone != self.before.phone {
            if account.phone.as_str() == self.wants.phone {
                self.after.phone.clone_from(&self.wants.phone);
            } else {
                let source = self.person.source.clone();
                self.refuse(
                    &source,
                    "phone: changed in the old stack; has to be changed here, too",
                );
            }
        }
        if active == self.before.active {
            return Ok(());
        }
        self.after.active = active;
        if account.status != status(active) && !self.landing.is_rehearsal {
            let change = StatusChange { at: self.landing.as_of, why: INACTIVE.to_owned() };
            self.landing.store.set_status(self.customer, !active, &change).await?;
        }
        Ok(())
    }

    async fn take_profile(&mut self) -> Result<(), StoreError> {
        let wants = self.wants.profile.clone();
        if wants == self.before.profile {
            return Ok(());
        }
        let store = &self.landing.store;
        let Some(profile) = store.profile(self.customer).await? else { return Ok(()) };
        let details = self.person.details.clone();
        if profile.details == details {
            // As a run before has left it, or as the customer wants it anyway.
            (self.after.profile, self.after.profile_version) = (wants, profile.version);
            return Ok(());
        }
        if profile.version != self.before.profile_version {
            self.kept += 1;
            return Ok(());
        }
        let version = profile.version + 1;
        let changed = Customer { details, updated: self.landing.as_of, version, ..profile };
        if self.landing.is_rehearsal || store.replace_profile(&changed).await? {
            (self.after.profile, self.after.profile_version) = (wants, version);
        } else {
            self.kept += 1;
        }
        Ok(())
    }

    async fn take_addresses(&mut self) -> Result<(), StoreError> {
        let (landing, customer) = (self.landing, self.customer);
        for row in &self.person.addresses {
            let id = landing.address_id(customer, row);
            let Some(MovedAddress { digest, .. }) = self.wants.addresses.get(&id).cloned() else {
                continue;
            };
            let known = self.before.addresses.get(&id);
            if known.is_some_and(|known| known.digest == digest) {
                continue;
            }
            let stored = landing.store.address(customer, id).await?;
            let revision = match (stored, known) {
                (Some(stored), _) if stored.details == row.details => stored.revision,
                (Some(stored), Some(known)) if stored.revision == known.revision => {
                    let changed = stored.with(row.details.clone(), landing.as_of);
                    if !landing.is_rehearsal
                        && !landing.store.replace_address(customer, &changed).await?
                    {
                        self.kept += 1;
                        continue;
                    }
                    changed.revision
                }
                (None, None) => {
                    let address = landing.address(customer, row);
                    if !landing.is_rehearsal && !add_address(landing, customer, &address).await? {
                        self.refuse(&row.source, "more than 50 addresses");
                        continue;
                    }
                    address.revision
                }
                // Changed or removed by the customer.
                _ => {
                    self.kept += 1;
                    continue;
                }
            };
            self.after.addresses.insert(id, MovedAddress { digest, revision });
        }
        Ok(())
    }

    async fn take_devices(&mut self) -> Result<(), StoreError> {
        let wants = self.wants.devices.clone();
        let mut new = Vec::new();
        for (row, source) in &self.person.devices {
            let key = row.id.to_string();
            let Some(wanted) = wants.get(&key).cloned() else { continue };
            let known = self.before.devices.get(&key).cloned();
            match known {
                Some(known) if known.digest == wanted.digest => continue,
                Some(known) if known.registration == wanted.registration => {
                    if !self.change_device(row, &known, &wanted).await? {
                        self.kept += 1;
                        continue;
                    }
                }
                Some(known) => {
                    if !self.remove_device(&known.registration).await? {
                        self.kept += 1;
                        continue;
                    }
                    new.push((row, source, wanted));
                    continue;
                }
                None => {
                    new.push((row, source, wanted));
                    continue;
                }
            }
            self.after.devices.insert(key, wanted);
        }
        if self.landing.has_devices {
            let known = mem::take(&mut self.after.devices);
            for (key, moved) in known {
                let is_there = wants.contains_key(&key);
                if !is_there {
                    if self.remove_device(&moved.registration).await? {
                        continue;
                    }
                    self.kept += 1;
                }
                self.after.devices.insert(key, moved);
            }
        }
        self.add_devices(&new).await
    }

    /// The device as it moved in, if it still belongs to no log-in here.
    async fn moved_device(&self, registration: &ContentHash) -> Result<Option<Device>, StoreError> {
        let device = self.landing.store.device(self.customer, registration).await?;
        let session = SessionId::before_the_move(self.customer);
        Ok(device.filter(|device| device.session == session))
    }

    /// Changes a device; false where the phone has logged in here, or the customer changed or
    /// removed it.
    async fn change_device(
        &self,
        row: &DeviceRow,
        known: &MovedDevice,
        wanted: &MovedDevice,
    ) -> Result<bool, StoreError> {
        let hash = ContentHash::of(&row.registration_id);
        let Some(device) = self.moved_device(&hash).await? else { return Ok(false) };
        if self.is_as_moved(&device, row, wanted) {
            return Ok(true);
        }
        if !self.is_as_moved(&device, row, known) {
            return Ok(false);
        }
        let changed = Device {
            platform: row.platform,
            name: row.name.clone(),
            device_id: row.device_id.clone(),
            active: row.active,
            silenced: device.silenced.clone().filter(|_| !row.active),
            revision: device.revision + 1,
            ..device
        };
        let is_rehearsal = self.landing.is_rehearsal;
        Ok(is_rehearsal || self.landing.store.replace_device(self.customer, &changed).await?)
    }

    /// Whether a device is as `moved` has noted its row. What a customer cannot change is taken
    /// from the row of now.
    fn is_as_moved(&self, device: &Device, row: &DeviceRow, moved: &MovedDevice) -> bool {
        let of = |created| DeviceRow {
            id: row.id,
            registration_id: row.registration_id.clone(),
            platform: device.platform,
            name: device.name.clone(),
            device_id: device.device_id.clone(),
            active: device.active,
            created,
        };
        let created = [row.created, Some(device.created)];
        created.into_iter().any(|one| self.landing.digest_of_device(&of(one)) == moved.digest)
    }

    /// Removes a device; false where the phone has logged in here.
    async fn remove_device(&self, registration: &ContentHash) -> Result<bool, StoreError> {
        let store = &self.landing.store;
        let Some(device) = self.moved_device(registration).await? else {
            return Ok(store.device(self.customer, registration).await?.is_none());
        };
        // Of this revision: a phone may take the device into its own session meanwhile.
        let seen = LastSeen { at: self.landing.as_of, refreshed: None };
        let is_rehearsal = self.landing.is_rehearsal;
        Ok(is_rehearsal || store.remove_unused_device(self.customer, &device, &seen).await?)
    }

    async fn add_devices(
        &mut self,
        new: &[(&DeviceRow, &Source, MovedDevice)],
    ) -> Result<(), StoreError> {
        let (landing, customer) = (self.landing, self.customer);
        for some in new.chunks(AT_ONCE) {
            let head = landing.store.device_head(customer).await?.unwrap_or_default();
            let mut last = head.last;
            let mut devices = Vec::new();
            for (row, source, wanted) in some {
                let key = row.id.to_string();
                match landing.store.device_owner(&wanted.registration).await? {
                    Some(owner) if owner.customer != customer => {
                        self.refuse(source, DEVICE_TAKEN);
                        continue;
                    }
                    Some(_) => {}
                    None => {
                        // A number that is lower than the last one may have been another device's.
                        let is_own = row.id > last || self.before.devices.contains_key(&key);
                        let number = if is_own { row.id } else { last + 1 };
                        last = last.max(number);
                        devices.push(landing.device(customer, row, number));
                    }
                }
                self.after.devices.insert(key, wanted.clone());
            }
            if devices.is_empty() || landing.is_rehearsal {
                continue;
            }
            let mut transaction = Transaction::new();
            transaction.add_all(device::add_new_devices(customer, &head, &devices)?);
            if let Committed::Refused(_) = landing.store.table.commit(transaction).await? {
                // Somebody was faster, or there are fifty. The next run looks again.
                for (row, source, _) in some {
                    self.after.devices.remove(&row.id.to_string());
                    self.refuse(source, "the customer's devices were changed here, or are fifty");
                }
            }
        }
        Ok(())
    }

    /// By what the balances of the old stack have changed, while nothing else moved the wallet.
    async fn wallet_postings(&mut self) -> Result<Vec<Posting>, StoreError> {
        let mut movements = Vec::new();
        let mut sources = Vec::new();
        for (currency, (amount, source)) in &self.person.balances {
            let before = self.before.balances.get(currency).copied().unwrap_or_default();
            match amount - before {
                0 => continue,
                more @ 1.. => movements.push(Movement::Credit(*currency, more)),
                less => movements.push(Movement::Debit(*currency, -less)),
            }
            sources.push((*currency, *amount, source.clone()));
        }
        if movements.is_empty() {
            return Ok(Vec::new());
        }
        let wallet = self.landing.store.wallet(self.customer).await?;
        let is_untouched = |wallet: &wallet::Wallet| wallet.version == self.before.wallet_version;
        let Some(wallet) = wallet.filter(is_untouched) else {
            for (_, _, source) in sources {
                let reason = "amount: changed in the old stack, and the wallet here has moved, too";
                self.refuse(&source, reason);
            }
            return Ok(Vec::new());
        };
        let postings = self.landing.postings(self.customer, &wallet, movements.into_iter())?;
        self.after.wallet_version = wallet.version + postings.len() as u64;
        self.after.balances.extend(sources.into_iter().map(|(currency, is, _)| (currency, is)));
        Ok(postings)
    }

    /// Writes the note, together with the money.
    async fn finish(self, digest: String, postings: Vec<Posting>) -> Result<Landed, StoreError> {
        let Self { landing, customer, person, before, mut after, refused, kept, .. } = self;
        // What was refused is looked at again by the next run.
        after.digest = if refused.is_empty() { digest } else { String::new() };
        let is_changed = MovedIn { digest: before.digest.clone(), ..after.clone() } != before;
        let outcome = if is_changed { Outcome::Changed } else { Outcome::Unchanged };
        if after != before && !landing.is_rehearsal {
            after.revision += 1;
            let user = hash_of(&landing.signer, &person.user);
            let note = move_in::replace_moved_in(&user, &after, landing.as_of)?;
            let table = &landing.store.table;
            let is_noted = if postings.is_empty() {
                table.write(note).await?.is_done()
            } else {
                let version = Some(before.wallet_version);
                let mut transaction = Transaction::new();
                transaction.add_all(wallet::post_all(customer, version, &postings)?);
                transaction.add(note);
                table.commit(transaction).await?.is_done()
            };
            if !is_noted {
                return Err(StoreError::Conflict);
            }
        }
        Ok(Landed { outcome, refused, kept })
    }
}

/// Adds an address; false where there are too many.
async fn add_address(
    landing: &Landing,
    customer: CustomerId,
    address: &shared::address::Address,
) -> Result<bool, StoreError> {
    let mut book = landing.store.address_book(customer).await?;
    for _ in 0..TRIES {
        let place = if book.default.is_some() { DefaultPlace::Left } else { DefaultPlace::First };
        let new = NewAddress { customer, address, place, now: landing.as_of };
        match landing.store.add_address(new, None).await? {
            Added::Once(_) => return Ok(true),
            Added::Full => return Ok(false),
            Added::Otherwise(other) => book = other,
        }
    }
    Err(StoreError::Conflict)
}
