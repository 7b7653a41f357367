//! Pets by status and by tag, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;
use table::{Key, Query, QueryPage, SHARDS, SORT, kinds, record, records};

use crate::{
    hashes::ContentHash,
    petstore::{
        Pet, PetStatus, keys,
        store::{ListedPet, StoredPet, TaggedPet, lives, read_pet},
    },
    store::{Store, StoreError},
};

/// How many partitions are read side by side.
const AT_ONCE: usize = 32;
/// How many items are read of a partition before what they weigh is looked at.
const PAGE: usize = 500;
/// How many pets of one partition are looked at: more than any answer can hold.
const MOST_IDS: usize = 100_000;
/// How many pets one call names.
const BATCH: usize = 100;

#[derive(Deserialize)]
pub(crate) struct Counter {
    n: i64,
}

kinds! { Counter: "pet_count" }

impl Store {
    /// The pets of these statuses in the order of their ids; of more than `most_bytes` at least the
    /// first that make up as many.
    ///
    /// One trip for each five hundred pets, or each megabyte, of the fullest of the sixteen
    /// partitions of a status, which are read side by side; half a read unit for each 4 KB of each.
    pub async fn pets_of_status(
        &self,
        statuses: &BTreeSet<PetStatus>,
        most_bytes: usize,
        now: Timestamp,
    ) -> Result<Vec<Pet>, StoreError> {
        let partitions = statuses
            .iter()
            .flat_map(|status| SHARDS.chars().map(|shard| keys::status_shard(*status, shard)));
        let reads = partitions
            .collect::<Vec<_>>()
            .into_iter()
            .map(|partition| self.listed_pets(partition, most_bytes, now));
        let pets: Vec<Vec<Pet>> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(by_id(pets))
    }

    /// The pets with any of these tags, each once, in the order of their ids; of more than
    /// `most_bytes` at least the first.
    ///
    /// Two trips, another for each further hundred pets; half a read unit for each 4 KB of the four
    /// partitions of each tag, and half a read unit for each pet.
    pub async fn pets_of_tags(
        &self,
        tags: &BTreeSet<String>,
        most_bytes: usize,
        now: Timestamp,
    ) -> Result<Vec<Pet>, StoreError> {
        let hashes: BTreeSet<ContentHash> = tags.iter().map(|tag| ContentHash::of(tag)).collect();
        let reads: Vec<_> = hashes
            .iter()
            .flat_map(keys::tag_shards)
            .map(|partition| self.table.first(Query::of(partition), MOST_IDS))
            .collect();
        let read: Vec<QueryPage> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let items = read.into_iter().flat_map(|stretch| stretch.items);
        let ids: BTreeSet<i64> = items
            .map(|item| Ok(record::<TaggedPet>(item)?.id))
            .collect::<Result<_, StoreError>>()?;
        let ids: Vec<i64> = ids.into_iter().collect();
        let (mut found, mut bytes) = (Vec::new(), 0);
        for some in ids.chunks(BATCH).collect::<Vec<_>>() {
            let stored = self.some_pets(some).await?;
            bytes += stored.iter().map(|stored| stored.pet.len()).sum::<usize>();
            let alive = stored.iter().filter(|stored| stored.is_alive(now)).map(StoredPet::pet);
            found.push(alive.collect::<Result<Vec<_>, _>>()?);
            if bytes > most_bytes {
                break;
            }
        }
        // The list is read before the pets, so a pet may have lost the tag between the two.
        let has_any = |pet: &Pet| {
            pet.tags.iter().filter_map(|tag| tag.name.as_ref()).any(|name| tags.contains(name))
        };
        Ok(by_id(found).into_iter().filter(has_any).collect())
    }

    /// How many pets there are of each status of which there are any. One Query, however many pets
    /// there are; one read unit.
    pub async fn inventory(&self) -> Result<BTreeMap<PetStatus, i64>, StoreError> {
        let mut all = BTreeMap::new();
        for item in self.table.all(Query::of(keys::inventory()).consistent()).await? {
            let status = item
                .get(SORT)
                .and_then(|sort| sort.as_s().ok())
                .and_then(|sort| keys::stock_status(sort));
            let count = record::<Counter>(item)?.n;
            if let Some(status) = status {
                *all.entry(status).or_default() += count;
            }
        }
        all.retain(|_, count| *count != 0);
        Ok(all)
    }

    async fn listed_pets(
        &self,
        partition: String,
        most_bytes: usize,
        now: Timestamp,
    ) -> Result<Vec<Pet>, StoreError> {
        let (mut pets, mut bytes, mut after) = (Vec::new(), 0, None);
        loop {
            let stretch = self.table.first(Query::of(partition.clone()).after(after), PAGE).await?;
            let last = stretch.items.last().and_then(Key::of_item);
            for item in stretch.items {
                let listed: ListedPet = record(item)?;
                bytes += listed.pet.len();
                if lives(listed.until, now) {
                    pets.push(read_pet(&listed.pet)?);
                }
            }
            if !stretch.more || bytes > most_bytes {
                return Ok(pets);
            }
            after = last;
        }
    }

    async fn some_pets(&self, ids: &[i64]) -> Result<Vec<StoredPet>, StoreError> {
        let keys = ids.iter().map(|id| keys::pet(*id)).collect();
        records(self.table.batch_get(keys, false).await?)
    }
}

fn by_id(pets: Vec<Vec<Pet>>) -> Vec<Pet> {
    let mut all: Vec<Pet> = pets.into_iter().flatten().collect();
    all.sort_unstable_by_key(|pet| pet.id);
    all
}
