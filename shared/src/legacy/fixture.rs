//! What the old stack left of a customer, for tests: the commands of the launcher store it, no
//! operation does. The user's id is the text of the customer's, as in the fixture of the profile.

use jiff::{SignedDuration, Timestamp};
use table::Transaction;

use crate::{
    ids::{CustomerId, SessionId},
    legacy::{
        LegacyId, LegacyUser, TokenName,
        store::{blacklist_token, exchange_token, put_user},
    },
    store::{Store, StoreError},
};

pub(super) async fn store(
    store: &Store,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let user: LegacyId = customer.to_string().parse().map_err(StoreError::corrupt)?;
    let token = |name: &str| name.parse::<TokenName>().map_err(StoreError::corrupt);
    let until = now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now);
    let session = SessionId::before_the_move(customer);
    let mut transaction = Transaction::new();
    transaction.add(put_user(&LegacyUser { user: user.clone(), customer })?);
    transaction.add(blacklist_token(&user, &token("blacklisted")?, until)?);
    transaction.add(exchange_token(&user, &token("exchanged")?, session, until)?);
    // Refused where it is stored already.
    store.table.commit(transaction).await.map(drop)
}
