//! A customer's addresses, and the head that holds them together: how many there are, and which is
//! the default.
//!
//! Invariants: an address is added and removed in one transaction with the head, which admits no
//! more than fifty; the default is a pointer in the head and names an address that exists. An
//! addition is blind: it says what the head must be like, so that any number of them at once do not
//! have to be decided anew. Only removing the default depends on what else there is, and holds only
//! while the head has not changed.

use jiff::Timestamp;
use table::{
    Committed, Item, Query, Transaction, Verdict, Write, Written, item, kinds, number, record,
    records, sort_in, text,
};

use crate::{
    address::{Address, AddressBook, AddressId, MOST_ADDRESSES, keys},
    idempotency::{NewAnswer, Once},
    ids::CustomerId,
    store::{Store, StoreError},
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

kinds! {
    Address: "address",
    AddressBook: "address_book",
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
        let mut addresses: Vec<Address> = records(items)?;
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
        let stored = item(keys::address(customer, address.id), address)?;
        let mut effect = Transaction::new();
        let counted = effect.add(count_address(customer, address.id, place));
        effect.add(Write::new_item(stored));
        let mut refusals = match self.commit_once(answer, effect, now).await? {
            Once::Refused(refusals) => refusals,
            once => return Ok(Added::Once(once)),
        };
        let book = match refusals.of(counted) {
            Verdict::Refused(Some(book)) => record(book)?,
            Verdict::Refused(None) => AddressBook::default(),
            // The id is taken, which is as good as never.
            Verdict::Held => return Err(StoreError::Conflict),
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
        self.table.write(replacement(customer, address)?).await.map(Written::is_done)
    }

    /// The same, and it becomes the default. One trip, four write units.
    pub async fn replace_as_default(
        &self,
        customer: CustomerId,
        address: &Address,
    ) -> Result<bool, StoreError> {
        let points = update_book(customer, "SET #default = :id ADD revision :one")
            .when("attribute_exists(#default)")
            .name("#default", "default")
            .value(":id", text(address.id))
            .value(":one", number(1));
        let mut transaction = Transaction::new();
        transaction.add(points);
        transaction.add(replacement(customer, address)?);
        Ok(self.table.commit(transaction).await?.is_done())
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
        let mut counted = update_book(customer, change)
            .name("#default", "default")
            .value(":id", text(id))
            .value(":less", number(-1))
            .value(":one", number(1));
        counted = if was_default {
            counted.when("#default = :id").when_is("revision", number(book.revision))
        } else {
            counted.when("#default <> :id")
        };
        if let Some(next) = next.filter(|_| was_default) {
            counted = counted.value(":next", text(next));
        }
        let mut transaction = Transaction::new();
        transaction.add(counted);
        let removed = Write::delete(keys::address(customer, id)).when_exists();
        let removed = transaction.add(removed);
        Ok(match self.table.commit(transaction).await? {
            Committed::Done => Removed::Done,
            Committed::Refused(refusals) if refusals.refused(removed) => Removed::Absent,
            Committed::Refused(_) => Removed::Changed,
        })
    }
}

/// Writes the book of a customer who has none, with up to [`MOST_ADDRESSES`] addresses, of which
/// `default` is the default: of a customer who moves in. Two write units each, and two for the
/// head.
pub fn new_book(
    customer: CustomerId,
    addresses: &[Address],
    default: AddressId,
) -> Result<Vec<Write>, StoreError> {
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let book = AddressBook { count, default: Some(default), revision: count.into() };
    let mut writes = vec![Write::new_item(item(keys::address_book(customer), &book)?)];
    for address in addresses {
        writes.push(Write::new_item(item(keys::address(customer, address.id), address)?));
    }
    Ok(writes)
}

fn update_book(customer: CustomerId, change: &str) -> Write {
    Write::update(keys::address_book(customer), change)
}

/// Puts an address in place of its revision before.
fn replacement(customer: CustomerId, address: &Address) -> Result<Write, StoreError> {
    let item = item(keys::address(customer, address.id), address)?;
    Ok(Write::put(item).when_is("revision", number(address.revision - 1)))
}

/// Counts an address that is added, if the book is as `place` says.
fn count_address(customer: CustomerId, id: AddressId, place: DefaultPlace) -> Write {
    let points = || {
        update_book(customer, "SET #default = :id ADD n :one, revision :one").value(":id", text(id))
    };
    let counted = match place {
        DefaultPlace::Left => update_book(customer, "ADD n :one, revision :one")
            .when("attribute_exists(#default) AND n < :most"),
        DefaultPlace::First => points().when("attribute_not_exists(#default)"),
        DefaultPlace::Taken => points().when("(attribute_not_exists(n) OR n < :most)"),
    };
    let counted = match place {
        DefaultPlace::First => counted,
        _ => counted.value(":most", number(MOST_ADDRESSES)),
    };
    counted.name("#default", "default").value(":one", number(1)).seeing_refused()
}

/// The head and the addresses among the items of a book.
fn split(items: Vec<Item>) -> Result<(AddressBook, Vec<Item>), StoreError> {
    let is_address = |item: &Item| sort_in(item).starts_with(keys::ADDRESSES);
    let (addresses, head): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_address);
    Ok((head.into_iter().next().map(record).transpose()?.unwrap_or_default(), addresses))
}
