//! Orders and users of the sample shop, which stand for themselves: they end by the table's own
//! expiry.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use table::{
    Image, Item, Key, Returned, Transaction, Write, Written, expiring_item, item, kinds, number,
    record,
};

use crate::{
    hashes::ContentHash,
    petstore::{
        Order, User,
        keys::{self, Numbered},
    },
    store::{Store, StoreError},
};

/// An order or a user as JSON, and when it counts as absent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    json: String,
    #[serde(default, skip_serializing)]
    expires: Option<i64>,
}

kinds! { Stored: "pet_document" }

impl Store {
    /// An order, strongly consistent. One trip, one read unit.
    pub async fn order(&self, id: i64, now: Timestamp) -> Result<Option<Order>, StoreError> {
        self.stored(keys::order(id), now).await
    }

    /// Puts an order, whatever stood there. One trip, one write unit for each KB.
    pub async fn put_order(
        &self,
        order: &Order,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let item = stored_item(keys::order(order.id), order, until)?;
        self.table.write(Write::put(item)).await.map(drop)
    }

    /// Puts an order under an id that none has, and gives it. Two trips, two more for each id that
    /// a client chose before.
    pub async fn add_order(
        &self,
        order: Order,
        until: Option<Timestamp>,
    ) -> Result<Order, StoreError> {
        let (mut order, mut step) = (order, 1);
        loop {
            order.id = self.next_number(Numbered::Orders, step).await?;
            if self.put_if_absent(stored_item(keys::order(order.id), &order, until)?).await? {
                return Ok(order);
            }
            step = (step * 2).min(1 << 40);
        }
    }

    /// Takes an order away; false where there is none. One trip, one write unit.
    pub async fn delete_order(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.delete_stored(keys::order(id), now).await
    }

    /// A user by name, strongly consistent. One trip, one read unit.
    pub async fn user(&self, name: &str, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.stored(keys::user(&ContentHash::of(name)), now).await
    }

    /// Puts up to a hundred users of different names, whatever stood there: all or none. One trip,
    /// two write units for each KB of each.
    pub async fn put_users(
        &self,
        users: &[(String, User)],
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::new();
        for (name, user) in users {
            let key = keys::user(&ContentHash::of(name));
            transaction.add(Write::put(stored_item(key, user, until)?));
        }
        self.table.commit(transaction).await.map(drop)
    }

    /// Puts a user in the place of the one of this name, perhaps under another; false where there
    /// is none. One trip; two write units for each KB, two more under another name.
    pub async fn replace_user(
        &self,
        name: &str,
        (new_name, user): (&str, &User),
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let item = stored_item(keys::user(&ContentHash::of(new_name)), user, until)?;
        let now = number(now.as_second());
        let mut transaction = Transaction::new();
        if name == new_name {
            transaction.add(Write::put(item).when(ALIVE).value(":now", now));
        } else {
            let old = Write::delete(keys::user(&ContentHash::of(name)));
            transaction.add(old.when(ALIVE).value(":now", now));
            transaction.add(Write::put(item));
        }
        Ok(self.table.commit(transaction).await?.is_done())
    }

    /// Takes a user away; false where there is none. One trip, one write unit.
    pub async fn delete_user(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.delete_stored(keys::user(&ContentHash::of(name)), now).await
    }

    /// Puts what must not be there yet; false where something is.
    pub(crate) async fn put_if_absent(&self, item: Item) -> Result<bool, StoreError> {
        let put = Write::put(item).when("attribute_not_exists(pk)");
        self.table.write(put).await.map(Written::is_done)
    }

    async fn stored<T: DeserializeOwned>(
        &self,
        key: Key,
        now: Timestamp,
    ) -> Result<Option<T>, StoreError> {
        let stored: Option<Stored> = self.table.get(key, true).await?;
        stored
            .filter(|stored| super::lives(stored.expires, now))
            .map(|stored| stored.read())
            .transpose()
    }

    async fn delete_stored(&self, key: Key, now: Timestamp) -> Result<bool, StoreError> {
        let delete = Write::delete(key).when_exists();
        match self.table.write_returning(delete, Image::Before).await? {
            Returned::Done(item) => {
                let stored: Stored = record(item)?;
                Ok(super::lives(stored.expires, now))
            }
            Returned::Refused(_) => Ok(false),
        }
    }
}

/// The condition that something is there and has not expired.
const ALIVE: &str = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)";

impl Stored {
    fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.json).map_err(|error| StoreError::Corrupt(Box::new(error)))
    }
}

pub(crate) fn stored_item(
    key: Key,
    what: &impl Serialize,
    until: Option<Timestamp>,
) -> Result<Item, StoreError> {
    let json = serde_json::to_string(what).map_err(StoreError::built_wrongly)?;
    let stored = Stored { json, expires: None };
    match until {
        Some(until) => expiring_item(key, &stored, until),
        None => item(key, &stored),
    }
}

pub(crate) fn user_item(user: &User, until: Option<Timestamp>) -> Result<Item, StoreError> {
    let name = user.username.as_deref().unwrap_or_default();
    stored_item(keys::user(&ContentHash::of(name)), user, until)
}

pub(crate) fn order_item(order: &Order, until: Option<Timestamp>) -> Result<Item, StoreError> {
    stored_item(keys::order(order.id), order, until)
}
