//! Items of others, written straight into the table: copies of a customer's items under the keys of
//! other customers, and copies of a pet under other ids.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Api;
use shared::{
    hashes::ContentHash,
    petstore::{PetStatus, keys},
};
use table::{Key, PARTITION, SORT};

use super::lists::Subject;

type Item = HashMap<String, AttributeValue>;

/// Items of others, and how many are in the table.
pub(super) struct Others<'a> {
    api: &'a Api,
    customer: String,
    /// The items that are copied.
    items: Vec<Item>,
    stored: usize,
}

impl<'a> Others<'a> {
    /// None so far. They will be like those of `subject`.
    pub(super) async fn like(api: &'a Api, subject: &Subject<'_>) -> Self {
        let customer = subject.phone.id().to_string();
        let has_customer =
            |item: &Item| [PARTITION, SORT].iter().any(|name| text(item, name).contains(&customer));
        let of_pet = [
            keys::pet(501),
            keys::pet_of_status(PetStatus::Sold, 501),
            keys::pet_of_tag(&tag("growth"), 501),
        ];
        let items = api.items().await.into_iter().filter(|item| {
            let is_of_pet = Key::of_item(item).is_some_and(|key| of_pet.contains(&key));
            has_customer(item) || is_of_pet
        });
        let items: Vec<Item> = items.collect();
        assert!(items.len() > 80, "the items of the customer and the pet were found");
        Self { api, customer, items, stored: 0 }
    }

    /// Writes more, until there are `count`.
    pub(super) async fn grow_to(&mut self, count: usize) {
        let of = self.items.len();
        let copies = (self.stored..count).map(|n| self.copy(&self.items[n % of], n / of));
        self.api.put_items(copies.collect()).await;
        self.stored = count;
    }

    /// The same item of another customer, or of another pet.
    fn copy(&self, item: &Item, number: usize) -> Item {
        if text(item, PARTITION).starts_with("PET#") {
            return copy_of_pet(item, i64::try_from(number).expect("few") + 1_000_000);
        }
        // Neighbours in the order of keys.
        let (same, _) = self.customer.split_at(self.customer.len() - 12);
        let other = format!("{same}{number:012x}");
        let copy = |value: &AttributeValue| match value {
            AttributeValue::S(text) => AttributeValue::S(text.replace(&self.customer, &other)),
            _ => value.clone(),
        };
        item.iter().map(|(name, value)| (name.clone(), copy(value))).collect()
    }
}

/// With another status and another tag, which others' pets have.
fn copy_of_pet(item: &Item, id: i64) -> Item {
    let partition = text(item, PARTITION);
    let key = if partition.starts_with("PET#STATUS#") {
        keys::pet_of_status(PetStatus::Available, id)
    } else if partition.starts_with("PET#TAG#") {
        keys::pet_of_tag(&tag("of others"), id)
    } else {
        keys::pet(id)
    };
    let mut copy = item.clone();
    copy.extend(key.into_item());
    copy
}

fn tag(name: &str) -> ContentHash {
    ContentHash::of(name)
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
