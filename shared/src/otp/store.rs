//! Access to sent codes.

use jiff::Timestamp;
use table::{Image, Returned, SET_MARK, Write, expiring_item, kinds, number, record, text};

use crate::{
    hashes::PhoneHash,
    ids::ChallengeId,
    otp::{Challenge, keys},
    store::{Store, StoreError},
};

/// What came of reserving a try.
#[derive(Debug)]
pub enum Reserved {
    /// The code may be compared once.
    Try(Challenge),
    /// All tries are used up until the challenge expires at this time.
    UsedUp(Timestamp),
    /// There is no such challenge for this phone, or it has expired.
    Unknown,
}

/// Spends a code: deletes its challenge, and refuses where somebody else did. Two write units.
pub fn spend_code(challenge: ChallengeId) -> Write {
    Write::delete(keys::challenge(challenge)).when_exists()
}

kinds! { Challenge: "challenge" }

impl Store {
    /// Stores a challenge. One trip, one write unit.
    pub async fn put_challenge(&self, challenge: &Challenge) -> Result<(), StoreError> {
        let key = keys::challenge(challenge.id);
        let item = expiring_item(key, challenge, challenge.until)?;
        self.table.write(Write::put(item)).await.map(drop)
    }

    /// Deletes a challenge whose code was never sent. One trip, one write unit.
    pub async fn drop_challenge(&self, id: ChallengeId) -> Result<(), StoreError> {
        self.table.write(Write::delete(keys::challenge(id))).await.map(drop)
    }

    /// Whether a challenge can still be answered, whatever its tries. One trip, one write unit: it
    /// reserves no try by the update that reserves one, so that it needs no other permission.
    pub async fn is_open(&self, id: ChallengeId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(!matches!(self.reserve_try(id, None, 0, now).await?, Reserved::Unknown))
    }

    /// Reserves one of `most` tries at a challenge, of `phone` where one is given, and reads it.
    /// One trip, one write unit.
    pub async fn reserve_try(
        &self,
        id: ChallengeId,
        phone: Option<&PhoneHash>,
        most: u32,
        now: Timestamp,
    ) -> Result<Reserved, StoreError> {
        let mut reserve =
            Write::update(keys::challenge(id), &format!("ADD tries :one SET {SET_MARK}"))
                .when("attribute_exists(pk) AND #until > :now AND tries < :most")
                .name("#until", "until")
                .value(":now", number(now.as_millisecond()))
                .value(":most", number(most))
                .value(":one", number(1));
        if let Some(phone) = phone {
            reserve = reserve
                .when("#phone = :phone")
                .name("#phone", "phone")
                .value(":phone", text(phone.as_str()));
        }
        let refused = match self.table.write_once(reserve, Image::After).await? {
            Returned::Done(challenge) => return Ok(Reserved::Try(record(challenge)?)),
            Returned::Refused(challenge) => challenge.map(record::<Challenge>).transpose()?,
        };
        Ok(match refused {
            Some(challenge)
                if challenge.until > now && phone.is_none_or(|phone| challenge.phone == *phone) =>
            {
                Reserved::UsedUp(challenge.until)
            }
            _ => Reserved::Unknown,
        })
    }
}
