//! Profiles.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use table::{item, number};

use crate::{
    customer::{Customer, keys},
    ids::CustomerId,
    store::{Store, StoreError},
};

impl Store {
    /// A customer's profile, strongly consistent so that a customer reads what it just wrote. One
    /// trip, one read unit.
    pub async fn profile(&self, customer: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.table.get(keys::profile(customer), true).await
    }

    /// Writes a profile in place of its version before; false where that is no longer the stored
    /// one. One trip, one write unit.
    pub async fn replace_profile(&self, customer: &Customer) -> Result<bool, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item(keys::profile(customer.id), "profile", customer)?))
            .condition_expression("#version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", number(customer.version - 1))
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
}
