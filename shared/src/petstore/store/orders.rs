//! Orders and users of the sample shop, which stand for themselves: they end by the table's own
//! expiry.

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, put_item::PutItemError},
    types::{Put, ReturnValue, TransactWriteItem},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use table::{Item, Key, expiring_item, item, record};

use crate::{
    hashes::ContentHash,
    petstore::{
        Order, User,
        keys::{self, Numbered},
    },
    store::{Store, StoreError, transaction::Outcome},
};

/// An order or a user as JSON, and when it counts as absent.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    json: String,
    #[serde(default, skip_serializing)]
    expires: Option<i64>,
}

impl Store {
    /// An order, strongly consistent. One trip, one read unit.
    pub async fn order(&self, id: i64, now: Timestamp) -> Result<Option<Order>, StoreError> {
        self.kept(keys::order(id), now).await
    }

    /// Puts an order, whatever stood there. One trip, one write unit for each KB.
    pub async fn put_order(
        &self,
        order: &Order,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let item = kept_item(keys::order(order.id), "pet_order", order, until)?;
        self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await?;
        Ok(())
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
            if self
                .put_if_absent(kept_item(keys::order(order.id), "pet_order", &order, until)?)
                .await?
            {
                return Ok(order);
            }
            step = (step * 2).min(1 << 40);
        }
    }

    /// Takes an order away; false where there is none. One trip, one write unit.
    pub async fn delete_order(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.delete_kept(keys::order(id), now).await
    }

    /// A user by name, strongly consistent. One trip, one read unit.
    pub async fn user(&self, name: &str, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.kept(keys::user(&ContentHash::of(name)), now).await
    }

    /// Puts up to a hundred users of different names, whatever stood there: all or none. One trip,
    /// two write units for each KB of each.
    pub async fn put_users(
        &self,
        users: &[(String, User)],
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let put = |(name, user): &(String, User)| {
            let item = kept_item(keys::user(&ContentHash::of(name)), "pet_user", user, until)?;
            self.put_listed(item)
        };
        let parts = users.iter().map(put).collect::<Result<Vec<_>, _>>()?;
        self.transact(parts).await.map(drop)
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
        let item = kept_item(keys::user(&ContentHash::of(new_name)), "pet_user", user, until)?;
        let now = table::number(now.as_second());
        let parts = if name == new_name {
            let put = Put::builder()
                .table_name(&self.name)
                .set_item(Some(item))
                .condition_expression(ALIVE);
            let put = put
                .expression_attribute_values(":now", now)
                .build()
                .map_err(StoreError::built_wrongly)?;
            vec![TransactWriteItem::builder().put(put).build()]
        } else {
            let old = keys::user(&ContentHash::of(name));
            vec![self.delete_if(old, ALIVE, Some((":now", now)))?, self.put_listed(item)?]
        };
        Ok(matches!(self.transact(parts).await?, Outcome::Done))
    }

    /// Takes a user away; false where there is none. One trip, one write unit.
    pub async fn delete_user(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.delete_kept(keys::user(&ContentHash::of(name)), now).await
    }

    /// Puts what must not be there yet; false where something is.
    pub(crate) async fn put_if_absent(&self, item: Item) -> Result<bool, StoreError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(error.into()),
            },
        }
    }

    async fn kept<T: DeserializeOwned>(
        &self,
        key: Key,
        now: Timestamp,
    ) -> Result<Option<T>, StoreError> {
        let kept: Option<Kept> = self.table.get(key, true).await?;
        kept.filter(|kept| super::lives(kept.expires, now)).map(|kept| kept.read()).transpose()
    }

    async fn delete_kept(&self, key: Key, now: Timestamp) -> Result<bool, StoreError> {
        let delete =
            self.client.delete_item().table_name(&self.name).set_key(Some(key.into_item()));
        let deleted = delete
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match deleted {
            Ok(answer) => {
                let kept: Option<Kept> = answer.attributes.map(record).transpose()?;
                Ok(kept.is_some_and(|kept| super::lives(kept.expires, now)))
            }
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(error.into()),
            },
        }
    }
}

/// The condition that something is there and has not expired.
const ALIVE: &str = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)";

impl Kept {
    fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.json).map_err(|error| StoreError::Corrupt(Box::new(error)))
    }
}

pub(crate) fn kept_item(
    key: Key,
    kind: &'static str,
    what: &impl Serialize,
    until: Option<Timestamp>,
) -> Result<Item, StoreError> {
    let json = serde_json::to_string(what).map_err(StoreError::built_wrongly)?;
    let kept = Kept { json, expires: None };
    match until {
        Some(until) => expiring_item(key, kind, &kept, until),
        None => item(key, kind, &kept),
    }
}

pub(crate) fn user_item(user: &User, until: Option<Timestamp>) -> Result<Item, StoreError> {
    let name = user.username.as_deref().unwrap_or_default();
    kept_item(keys::user(&ContentHash::of(name)), "pet_user", user, until)
}

pub(crate) fn order_item(order: &Order, until: Option<Timestamp>) -> Result<Item, StoreError> {
    kept_item(keys::order(order.id), "pet_order", order, until)
}
