//! Which phone logs in to which account, and the parts of a move to another phone.

use serde::{Deserialize, Serialize};
use table::{Write, item, kinds, number, text};

use crate::{
    account::{keys, store::owner_update},
    hashes::PhoneHash,
    ids::{CustomerId, SessionId},
    store::{Store, StoreError},
};

/// Whose phone it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneOwner {
    /// The customer who logs in with it.
    pub customer: CustomerId,
}

/// Gives a phone that belongs to nobody to a customer. Sees the [`PhoneOwner`] where refused. Two
/// write units.
pub fn claim_phone(phone: &PhoneHash, customer: CustomerId) -> Result<Write, StoreError> {
    let owner = PhoneOwner { customer };
    Ok(Write::new_item(item(keys::phone_owner(phone), &owner)?))
}

/// Takes a phone from a customer; done as well where it belongs to nobody. Two write units.
pub fn release_phone(phone: &PhoneHash, customer: CustomerId) -> Write {
    Write::delete(keys::phone_owner(phone))
        .when("attribute_not_exists(pk) OR customer = :customer")
        .value(":customer", text(customer))
}

/// Moves an account in use from one phone to another: the session lives on under the new epoch, all
/// others end. Sees the account where refused. Two write units for each KB of the account.
pub fn move_account(
    customer: CustomerId,
    session: SessionId,
    (old, new): (&PhoneHash, &PhoneHash),
) -> Write {
    let change = "SET #phone = :new, #epoch = #epoch + :one, #e.#id = #epoch + :one";
    owner_update(customer, session, old, change)
        .value(":new", text(new.as_str()))
        .value(":one", number(1))
}

kinds! { PhoneOwner: "phone_owner" }

impl Store {
    /// Who logs in with a phone, strongly consistent. One trip, one read unit.
    pub async fn owner_of_phone(
        &self,
        phone: &PhoneHash,
    ) -> Result<Option<CustomerId>, StoreError> {
        let owner: Option<PhoneOwner> = self.table.get(keys::phone_owner(phone), true).await?;
        Ok(owner.map(|owner| owner.customer))
    }
}
