//! Keys of the sample shop.

use table::{IndexList, Key, SHARDS};

use crate::{hashes::ContentHash, petstore::PetStatus};

/// Pets by their ends. DynamoDB does not expire them, since the counters change with them.
pub const PETS_BY_END: IndexList = IndexList("PET#OVER");

/// The partitions of one tag.
const TAG_SHARDS: i64 = 4;

/// What a number is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// Pets.
    Pets,
    /// Orders.
    Orders,
    /// Users.
    Users,
}

/// A pet.
pub fn pet(id: i64) -> Key {
    Key::new(format!("PET#{id}"), "PET")
}

/// The id of the pet that has this key.
pub fn pet_of(key: &Key) -> Option<i64> {
    key.partition().strip_prefix("PET#")?.parse().ok()
}

/// A pet among those of its status, in the order of their ids. Those of a status stand in sixteen
/// partitions, since it holds most pets.
pub fn pet_of_status(status: PetStatus, id: i64) -> Key {
    Key::new(status_shard(status, shard_of(id)), place_of(id))
}

/// A partition of the pets of a status.
pub(crate) fn status_shard(status: PetStatus, shard: char) -> String {
    format!("PET#STATUS#{}#{shard}", status.as_str())
}

/// A pet among those of a tag, in the order of their ids. Those of a tag stand in four partitions.
pub fn pet_of_tag(tag: &ContentHash, id: i64) -> Key {
    Key::new(format!("PET#TAG#{}#{}", tag.as_str(), id.rem_euclid(TAG_SHARDS)), place_of(id))
}

/// The partitions of the pets of a tag.
pub(crate) fn tag_shards(tag: &ContentHash) -> impl Iterator<Item = String> {
    (0..TAG_SHARDS).map(|shard| format!("PET#TAG#{}#{shard}", tag.as_str()))
}

/// The partition of all counters of the inventory.
pub(crate) fn inventory() -> String {
    "PET#INVENTORY".to_owned()
}

/// A counter of the pets of a status, of which there are sixteen: their sum is how many there are.
pub fn stock(status: PetStatus, shard: char) -> Key {
    Key::new(inventory(), format!("STATUS#{}#{shard}", status.as_str()))
}

/// The status of a counter of the inventory, by its sort key.
pub(crate) fn stock_status(sort: &str) -> Option<PetStatus> {
    PetStatus::named(sort.strip_prefix("STATUS#")?.split('#').next()?)
}

/// The partition, of the index of what is due, in which a pet stands.
pub fn due_pet(id: i64) -> String {
    PETS_BY_END.partition(shard_of(id))
}

/// An order.
pub fn order(id: i64) -> Key {
    Key::new(format!("PET#ORDER#{id}"), "ORDER")
}

/// A user by the hash of the name.
pub fn user(name: &ContentHash) -> Key {
    Key::new(format!("PET#USER#{}", name.as_str()), "USER")
}

/// The last number that was given out.
pub fn last_number(of: Numbered) -> Key {
    let of = match of {
        Numbered::Pets => "PETS",
        Numbered::Orders => "ORDERS",
        Numbered::Users => "USERS",
    };
    Key::new("PET#NUMBERS".to_owned(), of)
}

/// That the samples are there.
pub fn pet_samples() -> Key {
    Key::new("PET#SAMPLES".to_owned(), "LOADED")
}

/// Ids that follow each other fall into different shards.
pub(crate) fn shard_of(id: i64) -> char {
    usize::try_from(id.rem_euclid(16))
        .ok()
        .and_then(|place| SHARDS.chars().nth(place))
        .unwrap_or('0')
}

/// Ids of pets are positive, so that the order of these texts is theirs.
fn place_of(id: i64) -> String {
    format!("ID#{id:019}")
}
