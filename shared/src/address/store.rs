//! A customer's addresses, and the head that holds them together: how many there are, and which is
//! the default.
//!
//! Invariants: an address is added and removed in one transaction with the head, which admits no
//! more than fifty; the default is a pointer in the head and names an address that exists. An
//! addition is blind: it says what the head must be like, so that any number of them at once do not
//! have to be decided anew. Only removing the default depends on what else there is, and holds only
//! while the head has not changed.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::UpdateBuilder,
    },
};
use jiff::Timestamp;
use table::{Item, Query, SORT, item, number, record, text};

use crate::{
    address::{Address, AddressBook, MOST_ADDRESSES, keys},
    idempotency::{NewAnswer, Once},
    ids::{AddressId, CustomerId},
    store::{
        Store, StoreError,
        transaction::{Outcome, Verdict},
    },
};

/// An address about to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewAddress<'a> {
    /// Whose.
    pub customer: CustomerId,
    /// The address.
    pub address: &'a Address,
    /// Whether it becomes the default.
    pub place: DefaultPlace,
    /// The present.
    pub now: Timestamp,
}

/// What an addition means for the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultPlace {
    /// It becomes the default, whichever is now.
    Taken,
    /// It becomes the default because there is none.
    First,
    /// The default stays, and there is one.
    Left,
}

/// What came of an addition.
#[derive(Debug)]
pub enum Added {
    /// It is written, now or by the same request before.
    Once(Once),
    /// There are as many as there may be.
    Full,
    /// The book is otherwise than the addition says; this is how.
    Otherwise(AddressBook),
}

/// What came of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Done,
    /// It was not there.
    Absent,
    /// The book has changed since it was read.
    Changed,
}

impl Store {
    /// The head of a customer's address book, strongly consistent. One trip, one read unit.
    pub async fn address_book(&self, customer: CustomerId) -> Result<AddressBook, StoreError> {
        Ok(self.table.get(keys::address_book(customer), true).await?.unwrap_or_default())
    }

    /// A customer's address, strongly consistent. One trip, one read unit.
    pub async fn address(
        &self,
        customer: CustomerId,
        id: AddressId,
    ) -> Result<Option<Address>, StoreError> {
        self.table.get(keys::address(customer, id), true).await
    }

    /// A customer's addresses in the order in which they are shown, with their book, strongly
    /// consistent. One trip; a read unit for each 4 KB.
    pub async fn addresses(
        &self,
        customer: CustomerId,
    ) -> Result<(AddressBook, Vec<Address>), StoreError> {
        let (book, items) =
            split(self.table.all(Query::of(keys::addresses_of(customer)).consistent()).await?)?;
        let mut addresses: Vec<Address> =
            items.into_iter().map(record).collect::<Result<_, _>>()?;
        book.sort(&mut addresses);
        Ok((book, addresses))
    }

    /// The book with the newest two addresses, strongly consistent: whichever of all is removed,
    /// the newest that is left is one of them. One trip, one read unit, a second where the two are
    /// large.
    pub async fn newest_addresses(
        &self,
        customer: CustomerId,
    ) -> Result<(AddressBook, Vec<AddressId>), StoreError> {
        // The head sorts behind the addresses.
        let query = Query::of(keys::addresses_of(customer)).newest_first().consistent();
        let (book, items) = split(self.table.first(query, 3).await?.items)?;
        let ids = items.into_iter().map(|item| record::<Address>(item).map(|address| address.id));
        Ok((book, ids.collect::<Result<_, _>>()?))
    }

    /// Adds an address, together with the answer that is given again. One trip; four write units,
    /// more for an address above a KB and for the stored answer.
    pub async fn add_address(
        &self,
        new: NewAddress<'_>,
        answer: Option<&NewAnswer>,
    ) -> Result<Added, StoreError> {
        let NewAddress { customer, address, place, now } = new;
        let stored =
            self.put_new(item(keys::address(customer, address.id), "address", address)?)?;
        let effects = vec![self.count_in(customer, address.id, place)?, stored];
        let verdicts = match self.transact_once(answer, effects, now).await? {
            Once::Refused(verdicts) => verdicts,
            once => return Ok(Added::Once(once)),
        };
        let book = match verdicts.into_iter().next() {
            Some(Verdict::Failed(Some(book))) => record(book)?,
            Some(Verdict::Failed(None)) => AddressBook::default(),
            // The id is taken, which is as good as never.
            _ => return Err(StoreError::Conflict),
        };
        Ok(if book.is_full() { Added::Full } else { Added::Otherwise(book) })
    }

    /// Writes an address in place of its revision before; false where another stands there. One
    /// trip, one write unit for each KB.
    pub async fn replace_address(
        &self,
        customer: CustomerId,
        address: &Address,
    ) -> Result<bool, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item(keys::address(customer, address.id), "address", address)?))
            .condition_expression("revision = :was")
            .expression_attribute_values(":was", number(address.revision - 1))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(PutItemError::ConditionalCheckFailedException(_))
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The same, and it becomes the default. One trip, four write units.
    pub async fn replace_as_default(
        &self,
        customer: CustomerId,
        address: &Address,
    ) -> Result<bool, StoreError> {
        let stored = item(keys::address(customer, address.id), "address", address)?;
        let stored =
            self.put_if(stored, "revision = :was", (":was", number(address.revision - 1)))?;
        let points = self
            .to_book(customer)
            .condition_expression("attribute_exists(#default)")
            .update_expression("SET #default = :id ADD revision :one")
            .expression_attribute_values(":id", text(address.id))
            .expression_attribute_values(":one", number(1));
        Ok(matches!(self.transact(vec![part(points)?, stored]).await?, Outcome::Done))
    }

    /// Removes an address. Where it is the default of `book`, the newest that is left becomes it:
    /// one of `newest`, which was read with the book. One trip, four write units.
    pub async fn remove_address(
        &self,
        customer: CustomerId,
        id: AddressId,
        (book, newest): (&AddressBook, &[AddressId]),
    ) -> Result<Removed, StoreError> {
        let was_default = book.default == Some(id);
        let next = newest.iter().find(|other| **other != id);
        let change = match next {
            _ if !was_default => "ADD n :less, revision :one",
            Some(_) => "SET #default = :next ADD n :less, revision :one",
            None => "REMOVE #default ADD n :less, revision :one",
        };
        let mut counted = self
            .to_book(customer)
            .update_expression(change)
            .expression_attribute_values(":less", number(-1))
            .expression_attribute_values(":one", number(1));
        counted = if was_default {
            counted
                .condition_expression("revision = :was AND #default = :id")
                .expression_attribute_values(":was", number(book.revision))
        } else {
            counted.condition_expression("#default <> :id")
        };
        counted = counted.expression_attribute_values(":id", text(id));
        if let Some(next) = next.filter(|_| was_default) {
            counted = counted.expression_attribute_values(":next", text(next));
        }
        let gone = self.delete_if(keys::address(customer, id), "attribute_exists(pk)", None)?;
        Ok(match self.transact(vec![part(counted)?, gone]).await? {
            Outcome::Done => Removed::Done,
            Outcome::Refused(verdicts) if matches!(verdicts.get(1), Some(Verdict::Failed(_))) => {
                Removed::Absent
            }
            Outcome::Refused(_) => Removed::Changed,
        })
    }

    fn to_book(&self, customer: CustomerId) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::address_book(customer).into_item()))
            .expression_attribute_names("#default", "default")
    }

    /// The part of an addition that counts it, if the book is as it says.
    fn count_in(
        &self,
        customer: CustomerId,
        id: AddressId,
        place: DefaultPlace,
    ) -> Result<TransactWriteItem, StoreError> {
        let counted = self
            .to_book(customer)
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let counted = match place {
            DefaultPlace::Left => {
                counted.condition_expression("attribute_exists(#default) AND n < :most")
            }
            DefaultPlace::First => counted.condition_expression("attribute_not_exists(#default)"),
            DefaultPlace::Taken => {
                counted.condition_expression("attribute_not_exists(n) OR n < :most")
            }
        };
        let counted = match place {
            DefaultPlace::First => counted,
            _ => counted.expression_attribute_values(":most", number(MOST_ADDRESSES)),
        };
        part(match place {
            // Its name is in the condition.
            DefaultPlace::Left => counted.update_expression("ADD n :one, revision :one"),
            _ => counted
                .update_expression("SET #default = :id ADD n :one, revision :one")
                .expression_attribute_values(":id", text(id)),
        })
    }
}

fn part(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder()
        .update(update.build().map_err(StoreError::built_wrongly)?)
        .build())
}

/// The head and the addresses among the items of a book.
fn split(items: Vec<Item>) -> Result<(AddressBook, Vec<Item>), StoreError> {
    let is_address = |item: &Item| {
        item.get(SORT)
            .and_then(|sort| sort.as_s().ok())
            .is_some_and(|sort| sort.starts_with(keys::ADDRESSES))
    };
    let (addresses, head): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_address);
    Ok((head.into_iter().next().map(record).transpose()?.unwrap_or_default(), addresses))
}
