//! Keys of answers that are given again.

use table::Key;

use crate::{
    idempotency::{Asker, Slot},
    ids::CustomerId,
};

/// The partition of the answers that are given again to a customer's repeated `Idempotency-Key`.
pub(crate) fn answers_of(customer: CustomerId) -> String {
    format!("IDEM#{customer}")
}

/// The answer that is given again to a repeated request.
pub fn answer(slot: &Slot) -> Key {
    let (customer, asker) = match slot.asker {
        Asker::Customer(customer) => (customer, "CUSTOMER"),
        Asker::Operator(customer) => (customer, "OPERATOR"),
    };
    Key::new(answers_of(customer), format!("{asker}#{}#{}", slot.operation, slot.request.key))
}

/// A customer's stored answer at a place in the partition of [`answers_of`].
pub(crate) fn answer_at(customer: CustomerId, place: &str) -> Key {
    Key::new(answers_of(customer), place)
}
