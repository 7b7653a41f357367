//! Somebody who moved in before: what the old stack has changed since then.
//!
//! Invariants: the old stack's value counts only where the customer has left the one that moved in
//! as it was. A step that was done before, by a run that was stopped, is found done.

mod devices;

use shared::{
    account::{Account, Status, StatusChange},
    address::{Added, DefaultPlace, NewAddress},
    customer::Customer,
    ids::CustomerId,
    legacy::{self, LegacyUser},
    move_in::{self, MovedAddress, MovedIn},
    store::StoreError,
    wallet::{self, Movement, Posting},
};
use table::Transaction;

use super::{
    create::INACTIVE,
    derived::hash_of,
    landing::{Landed, Landing, Outcome, status},
    person::Person,
    rows::{Refused, Source},
};

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
