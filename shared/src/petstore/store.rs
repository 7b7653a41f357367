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
mod lists;
mod numbers;
mod orders;
mod samples;

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Item, Key, item, number, record, text};

use crate::{
    hashes::ContentHash,
    petstore::{Pet, PetStatus, Tag, keys},
    random::{SystemRandom, below},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

/// How long a change is tried whose pet others keep changing.
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest first pause between two tries, and the longest of all, milliseconds.
const PAUSES: [u32; 2] = [20, 2_560];

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
struct StoredPet {
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
struct ListedPet {
    pet: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

/// A pet on the list of a tag.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TaggedPet {
    id: i64,
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
        let mut pauses = Pauses::default();
        let mut counter = keys::shard_of(pet.id);
        loop {
            let parts = self.parts_of_pet(pet.id, counter, None, Some(&stored))?;
            match self.transact_within(parts, Duration::ZERO).await {
                Ok(outcome) => return Ok(matches!(outcome, Outcome::Done)),
                Err(StoreError::Conflict) if pauses.pause().await => counter = any_counter(),
                Err(error) => return Err(error),
            }
        }
    }

    async fn change_stored_pet(
        &self,
        id: i64,
        decide: impl Fn(Option<&StoredPet>) -> Result<PetChange, StoreError> + Send + Sync,
    ) -> Result<PetChange, StoreError> {
        let mut pauses = Pauses::default();
        let mut counter = keys::shard_of(id);
        let mut before: Option<StoredPet> = self.table.get(keys::pet(id), true).await?;
        loop {
            let change = decide(before.as_ref())?;
            let after = match &change {
                PetChange::Nothing => return Ok(change),
                PetChange::Put(pet, until) => Some(StoredPet::of(pet, *until)?),
                PetChange::Delete if before.is_none() => return Ok(change),
                PetChange::Delete => None,
            };
            let parts = self.parts_of_pet(id, counter, before.as_ref(), after.as_ref())?;
            match self.transact_within(parts, Duration::ZERO).await {
                Ok(Outcome::Done) => return Ok(change),
                Ok(Outcome::Refused(verdicts)) => {
                    let there = verdicts.into_iter().next();
                    before = if let Some(Verdict::Failed(Some(there))) = there {
                        Some(record(there)?)
                    } else {
                        None
                    };
                }
                Err(StoreError::Conflict) if pauses.pause().await => {
                    before = self.table.get(keys::pet(id), true).await?;
                    counter = any_counter();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The parts of the transaction that puts one state of a pet in the place of another; the first
    /// of them has the condition.
    fn parts_of_pet(
        &self,
        id: i64,
        counter: char,
        before: Option<&StoredPet>,
        after: Option<&StoredPet>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut parts = vec![self.pet_part(id, before, after)?];
        let (was, is) =
            (before.map(StoredPet::pet).transpose()?, after.map(StoredPet::pet).transpose()?);
        let status = |pet: &Option<Pet>| pet.as_ref().and_then(|pet| pet.status);
        let (old, new) = (status(&was), status(&is));
        if let (Some(stored), Some(new)) = (after, new) {
            let listed = ListedPet { pet: stored.pet.clone(), until: stored.due_at };
            parts.push(self.put_listed(item(
                keys::pet_of_status(new, id),
                "pet_of_status",
                &listed,
            )?)?);
        }
        if old != new {
            parts.extend(
                old.map(|old| self.delete_listed(keys::pet_of_status(old, id))).transpose()?,
            );
            parts.extend(old.map(|old| self.count_pet(old, counter, -1)).transpose()?);
            parts.extend(new.map(|new| self.count_pet(new, counter, 1)).transpose()?);
        }
        let (had, has) = (tags_of(was.as_ref()), tags_of(is.as_ref()));
        for tag in has.difference(&had) {
            parts.push(self.put_listed(item(
                keys::pet_of_tag(tag, id),
                "pet_of_tag",
                &TaggedPet { id },
            )?)?);
        }
        for tag in had.difference(&has) {
            parts.push(self.delete_listed(keys::pet_of_tag(tag, id))?);
        }
        Ok(parts)
    }

    fn pet_part(
        &self,
        id: i64,
        before: Option<&StoredPet>,
        after: Option<&StoredPet>,
    ) -> Result<TransactWriteItem, StoreError> {
        let condition = if before.is_some() { "#hash = :was" } else { "attribute_not_exists(pk)" };
        let name = before.map(|_| HashMap::from([("#hash".to_owned(), "hash".to_owned())]));
        let value =
            before.map(|before| HashMap::from([(":was".to_owned(), text(before.hash.as_str()))]));
        let shown = ReturnValuesOnConditionCheckFailure::AllOld;
        let part = TransactWriteItem::builder();
        Ok(if let Some(after) = after {
            let put = Put::builder().table_name(&self.name).set_item(Some(item(
                keys::pet(id),
                "pet",
                after,
            )?));
            let put = put.condition_expression(condition).set_expression_attribute_names(name);
            let put = put
                .set_expression_attribute_values(value)
                .return_values_on_condition_check_failure(shown);
            part.put(put.build().map_err(StoreError::built_wrongly)?).build()
        } else {
            let delete =
                Delete::builder().table_name(&self.name).set_key(Some(keys::pet(id).into_item()));
            let delete =
                delete.condition_expression(condition).set_expression_attribute_names(name);
            let delete = delete
                .set_expression_attribute_values(value)
                .return_values_on_condition_check_failure(shown);
            part.delete(delete.build().map_err(StoreError::built_wrongly)?).build()
        })
    }

    fn put_listed(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.name).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(StoreError::built_wrongly)?).build())
    }

    fn delete_listed(&self, key: Key) -> Result<TransactWriteItem, StoreError> {
        let delete =
            Delete::builder().table_name(&self.name).set_key(Some(key.into_item())).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(StoreError::built_wrongly)?).build())
    }

    fn count_pet(
        &self,
        status: PetStatus,
        counter: char,
        change: i8,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::stock(status, counter).into_item()))
            .update_expression("ADD n :change")
            .expression_attribute_values(":change", number(change))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(StoreError::built_wrongly)?).build())
    }
}

/// The pauses between the tries of one change, until patience ends. Each is drawn anew, so that
/// writers who met once do not meet again.
struct Pauses {
    until: tokio::time::Instant,
    longest: u32,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { until: tokio::time::Instant::now() + PATIENCE, longest: PAUSES[0] }
    }
}

impl Pauses {
    /// Waits a while; false where patience has ended.
    async fn pause(&mut self) -> bool {
        let next = tokio::time::Instant::now()
            + Duration::from_millis(below(&SystemRandom, self.longest).into());
        if next > self.until {
            return false;
        }
        tokio::time::sleep_until(next).await;
        self.longest = PAUSES[1].min(self.longest * 2);
        true
    }
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
