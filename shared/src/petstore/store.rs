//! Pets of the sample shop, with what is counted and listed of them.
//!
//! Protocol: a change is decided on the pet as it stands, and is one transaction of the pet, its
//! places on the lists of its status and tags, and the counters of the inventory, under the
//! condition that the pet is still the one that was looked at. Where it is not, the refusal hands
//! over the one that is there; where another change is under way, the pet is read again after a
//! while. So lists and counters follow the pets at every moment, whoever else writes.
//!
//! Invariants: what expires is taken by the same transaction, never by DynamoDB itself; until it is
//! taken readers count it as absent, and the inventory still counts it.

mod expiry;
pub(crate) mod lists;
mod numbers;
pub(crate) mod orders;
pub(crate) mod samples;

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{
    Committed, Part, Transaction, Verdict, Write, item, kinds, number, record,
    retry::{self, Attempt, Policy},
    text,
};

use crate::{
    hashes::ContentHash,
    petstore::{Pet, PetStatus, Tag, keys},
    random::{SystemRandom, below},
    store::{Store, StoreError},
};

/// For a pet that others keep changing.
const CHANGE: Policy = Policy::within(Duration::from_secs(8))
    .waits(Duration::from_millis(20), Duration::from_millis(2_560));

/// What shall become of a pet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PetChange {
    /// It stays as it is.
    Nothing,
    /// This one takes its place, until a moment if there is one.
    Put(Pet, Option<Timestamp>),
    /// It goes.
    Delete,
}

/// A pet as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredPet {
    /// As JSON: storage has no numbers of 64 bits as such, and a pet is read and written as a
    /// whole.
    pet: String,
    /// Names this state of the pet. What follows from a state (lists, counters) follows from the
    /// hash, so that a state which comes again may be taken for the earlier one.
    hash: ContentHash,
    /// When it counts as absent, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    /// Where it stands on the index of what is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<String>,
}

/// A pet on the list of its status, which holds all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ListedPet {
    pet: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

/// A pet on the list of a tag.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TaggedPet {
    id: i64,
}

kinds! {
    StoredPet: "pet",
    ListedPet: "pet_of_status",
    TaggedPet: "pet_of_tag",
}

impl Store {
    /// A pet, strongly consistent. One trip, one read unit for each 4 KB.
    pub async fn pet(&self, id: i64, now: Timestamp) -> Result<Option<Pet>, StoreError> {
        let stored: Option<StoredPet> = self.table.get(keys::pet(id), true).await?;
        stored.filter(|stored| stored.is_alive(now)).map(|stored| stored.pet()).transpose()
    }

    /// Changes a pet as `decide` says, which is given the one that stands there and may be asked
    /// again.
    ///
    /// Two trips where nobody else changes the pet; one read unit for each 4 KB. Two write units
    /// for each KB of the pet, twice where it has a status; two for each counter that changes and
    /// each tag that comes or goes.
    pub async fn change_pet(
        &self,
        id: i64,
        now: Timestamp,
        decide: impl Fn(Option<&Pet>) -> PetChange + Send + Sync,
    ) -> Result<PetChange, StoreError> {
        self.change_stored_pet(id, |stored| {
            let alive =
                stored.filter(|stored| stored.is_alive(now)).map(StoredPet::pet).transpose()?;
            Ok(decide(alive.as_ref()))
        })
        .await
    }

    /// Puts a pet where none was ever seen; false where there is one. One trip, for the units of
    /// [`Store::change_pet`].
    pub async fn add_pet(&self, pet: &Pet, until: Option<Timestamp>) -> Result<bool, StoreError> {
        let stored = StoredPet::of(pet, until)?;
        let attempt = async |counter| {
            let (transaction, _) = replacement(pet.id, counter, None, Some(&stored))?;
            Ok(match self.table.commit(transaction).await {
                Ok(committed) => Attempt::Done(committed.is_done()),
                Err(StoreError::Conflict) => Attempt::Reread,
                Err(error) => return Err(error),
            })
        };
        let first = keys::shard_of(pet.id);
        retry::on_change(CHANGE, &SystemRandom, first, async || Ok(any_counter()), attempt)
            .await?
            .ok_or(StoreError::Conflict)
    }

    async fn change_stored_pet(
        &self,
        id: i64,
        decide: impl Fn(Option<&StoredPet>) -> Result<PetChange, StoreError> + Send + Sync,
    ) -> Result<PetChange, StoreError> {
        let stored = async || self.table.get::<StoredPet>(keys::pet(id), true).await;
        let attempt = async |(before, counter): (Option<StoredPet>, char)| {
            let change = decide(before.as_ref())?;
            let after = match &change {
                PetChange::Nothing => return Ok(Attempt::Done(change)),
                PetChange::Put(pet, until) => Some(StoredPet::of(pet, *until)?),
                PetChange::Delete if before.is_none() => return Ok(Attempt::Done(change)),
                PetChange::Delete => None,
            };
            let (transaction, pet) = replacement(id, counter, before.as_ref(), after.as_ref())?;
            let mut refusals = match self.table.commit(transaction).await {
                Ok(Committed::Done) => return Ok(Attempt::Done(change)),
                Ok(Committed::Refused(refusals)) => refusals,
                Err(StoreError::Conflict) => return Ok(Attempt::Reread),
                Err(error) => return Err(error),
            };
            let there = match refusals.of(pet) {
                Verdict::Refused(Some(there)) => Some(record(there)?),
                _ => None,
            };
            Ok(Attempt::Again((there, counter)))
        };
        let first = (stored().await?, keys::shard_of(id));
        let read = async || Ok((stored().await?, any_counter()));
        retry::on_change(CHANGE, &SystemRandom, first, read, attempt)
            .await?
            .ok_or(StoreError::Conflict)
    }
}

/// Puts one state of a pet in the place of another, with the lists and counters that follow from
/// it; and the part that has the condition.
///
/// Others' transactions are not waited for: whoever holds the pet is changing it.
fn replacement(
    id: i64,
    counter: char,
    before: Option<&StoredPet>,
    after: Option<&StoredPet>,
) -> Result<(Transaction, Part), StoreError> {
    let mut transaction = Transaction::new().with_patience(Duration::ZERO);
    let pet = transaction.add(write_pet(id, before, after)?);
    let (was, is) =
        (before.map(StoredPet::pet).transpose()?, after.map(StoredPet::pet).transpose()?);
    let status = |pet: &Option<Pet>| pet.as_ref().and_then(|pet| pet.status);
    let (old, new) = (status(&was), status(&is));
    if let (Some(stored), Some(new)) = (after, new) {
        let listed = ListedPet { pet: stored.pet.clone(), until: stored.due_at };
        let listed = item(keys::pet_of_status(new, id), &listed)?;
        transaction.add(Write::put(listed));
    }
    if old != new {
        if let Some(old) = old {
            transaction.add(Write::delete(keys::pet_of_status(old, id)));
            transaction.add(count_pet(old, counter, -1));
        }
        if let Some(new) = new {
            transaction.add(count_pet(new, counter, 1));
        }
    }
    let (had, has) = (tags_of(was.as_ref()), tags_of(is.as_ref()));
    for tag in has.difference(&had) {
        let tagged = item(keys::pet_of_tag(tag, id), &TaggedPet { id })?;
        transaction.add(Write::put(tagged));
    }
    for tag in had.difference(&has) {
        transaction.add(Write::delete(keys::pet_of_tag(tag, id)));
    }
    Ok((transaction, pet))
}

fn write_pet(
    id: i64,
    before: Option<&StoredPet>,
    after: Option<&StoredPet>,
) -> Result<Write, StoreError> {
    let write = match after {
        Some(after) => Write::put(item(keys::pet(id), after)?),
        None => Write::delete(keys::pet(id)),
    };
    let write = match before {
        Some(before) => write.when_is("hash", text(before.hash.as_str())),
        None => write.when("attribute_not_exists(pk)"),
    };
    Ok(write.seeing_refused())
}

fn count_pet(status: PetStatus, counter: char, change: i8) -> Write {
    Write::update(keys::stock(status, counter), "ADD n :change").value(":change", number(change))
}

/// Whoever met another at one counter goes to any other: their sum is what counts.
fn any_counter() -> char {
    let place = usize::try_from(below(&SystemRandom, 16)).unwrap_or_default();
    table::SHARDS.chars().nth(place).unwrap_or('0')
}

impl StoredPet {
    fn of(pet: &Pet, until: Option<Timestamp>) -> Result<Self, StoreError> {
        let text = serde_json::to_string(pet).map_err(StoreError::built_wrongly)?;
        let due_at = until.map(Timestamp::as_second);
        Ok(Self {
            hash: ContentHash::of(&text),
            pet: text,
            due: due_at.map(|_| keys::due_pet(pet.id)),
            due_at,
        })
    }

    fn pet(&self) -> Result<Pet, StoreError> {
        read_pet(&self.pet)
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        lives(self.due_at, now)
    }
}

fn lives(until: Option<i64>, now: Timestamp) -> bool {
    until.is_none_or(|until| now.as_second() < until)
}

fn read_pet(text: &str) -> Result<Pet, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

/// The tags by which a pet is found, each once.
fn tags_of(pet: Option<&Pet>) -> BTreeSet<ContentHash> {
    let named = |tag: &Tag| tag.name.as_deref().map(ContentHash::of);
    pet.into_iter().flat_map(|pet| &pet.tags).filter_map(named).collect()
}
