//! What the shop has before anybody came: pets 1 to 10, orders 1 to 10, users `user1` to `user10`.

use jiff::Timestamp;

use crate::{
    petstore::{Category, Order, OrderStatus, Pet, PetStatus, Tag, User},
    times,
};

/// How many samples there are of each kind; their ids are 1 to this.
pub const SAMPLES: i64 = 10;

/// Name, category and status of each pet.
const PETS: [(&str, (i64, &str), PetStatus); 10] = [
    ("Cat 1", (2, "Cats"), PetStatus::Available),
    ("Cat 2", (2, "Cats"), PetStatus::Available),
    ("Cat 3", (2, "Cats"), PetStatus::Pending),
    ("Dog 1", (1, "Dogs"), PetStatus::Available),
    ("Dog 2", (1, "Dogs"), PetStatus::Sold),
    ("Dog 3", (1, "Dogs"), PetStatus::Pending),
    ("Lion 1", (4, "Lions"), PetStatus::Available),
    ("Lion 2", (4, "Lions"), PetStatus::Available),
    ("Lion 3", (4, "Lions"), PetStatus::Available),
    ("Rabbit 1", (3, "Rabbits"), PetStatus::Available),
];

/// Everything of the shop's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples {
    /// Pets 1 to 10.
    pub pets: Vec<Pet>,
    /// Orders 1 to 10.
    pub orders: Vec<Order>,
    /// Users `user1` to `user10`.
    pub users: Vec<User>,
}

/// The samples; orders are shipped at `now`.
pub fn samples(now: Timestamp) -> Samples {
    Samples {
        pets: (1..).zip(PETS).map(|(id, sample)| pet(id, sample)).collect(),
        orders: (1..=SAMPLES).map(|id| order(id, now)).collect(),
        users: (1..=SAMPLES).map(user).collect(),
    }
}

fn pet(id: i64, (name, (category, kind), status): (&str, (i64, &str), PetStatus)) -> Pet {
    let tag = |n: i64| Tag { id: n, name: Some(format!("tag{n}")) };
    Pet {
        id,
        category: Some(Category { id: category, name: Some(kind.to_owned()) }),
        name: name.to_owned(),
        photo_urls: vec!["url1".to_owned(), "url2".to_owned()],
        tags: vec![tag((id - 1) % 3 + 1), tag((id - 1) % 3 + 2)],
        status: Some(status),
    }
}

fn order(id: i64, now: Timestamp) -> Order {
    let index = usize::try_from(id - 1).unwrap_or_default();
    let status = OrderStatus::ALL[index % OrderStatus::ALL.len()];
    let complete = status == OrderStatus::Delivered;
    let ship_date = times::of_millis(now.as_millisecond());
    Order { id, pet_id: id, quantity: 2, ship_date, status: Some(status), complete }
}

fn user(id: i64) -> User {
    User {
        id,
        username: Some(format!("user{id}")),
        first_name: Some(format!("first name {id}")),
        last_name: Some(format!("last name {id}")),
        email: Some(format!("email{id}@example.com")),
        password: Some("XXXXXXXXXXX".to_owned()),
        phone: Some("123-456-7890".to_owned()),
        user_status: i32::try_from(id % 3 + 1).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_ten_of_each_kind() {
        let Samples { pets, orders, users } = samples(Timestamp::UNIX_EPOCH);
        assert!(pets.iter().map(|pet| pet.id).eq(1..=SAMPLES));
        assert!(orders.iter().map(|order| order.id).eq(1..=SAMPLES));
        assert!(
            users
                .iter()
                .map(|user| user.username.clone().unwrap())
                .eq((1..=SAMPLES).map(|id| format!("user{id}")))
        );
    }
}
