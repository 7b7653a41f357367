//! Sent codes. A try is reserved before the code is compared, so parallel guesses cannot outrun the
//! count.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use table::{expiring_item, number, record};

use crate::{
    account::store::refused_item,
    ids::ChallengeId,
    otp::{Challenge, keys},
    store::{Store, StoreError},
};

/// What came of reserving a try.
#[derive(Debug)]
pub enum Reserved {
    /// The code may be compared once.
    Try(Challenge),
    /// All tries are used up until the challenge ends at this time.
    UsedUp(Timestamp),
    /// No such challenge, or it is over.
    Unknown,
}

impl Store {
    /// Stores a new challenge. One trip, two write units.
    pub async fn put_challenge(&self, challenge: &Challenge) -> Result<(), StoreError> {
        let item =
            expiring_item(keys::challenge(challenge.id), "challenge", challenge, challenge.until)?;
        self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Makes a challenge void whose code was never sent. One trip, two write units.
    pub async fn drop_challenge(&self, id: ChallengeId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(keys::challenge(id).into_item()))
            .send()
            .await?;
        Ok(())
    }

    /// Whether a challenge can still be answered, whatever its tries. One trip, one write unit: the
    /// update that reserves a try, with none to reserve, so that it needs no other permission.
    pub(crate) async fn is_open(
        &self,
        id: ChallengeId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(!matches!(self.reserve_try(id, 0, now).await?, Reserved::Unknown))
    }

    /// Reserves one of `most` tries at a challenge and reads it. One trip, one write unit.
    pub async fn reserve_try(
        &self,
        id: ChallengeId,
        most: u32,
        now: Timestamp,
    ) -> Result<Reserved, StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(keys::challenge(id).into_item()))
            .condition_expression("attribute_exists(pk) AND #until > :now AND tries < :most")
            .update_expression("ADD tries :one")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":most", number(most))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(Reserved::Try(record(answer.attributes.unwrap_or_default())?)),
            Err(error) => match refused_item(error)?.map(record::<Challenge>).transpose()? {
                Some(challenge) if challenge.until > now => Ok(Reserved::UsedUp(challenge.until)),
                _ => Ok(Reserved::Unknown),
            },
        }
    }
}
