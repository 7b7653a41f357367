//! Reading what became of a user and of a token, and the parts that write it.

use jiff::{SignedDuration, Timestamp};
use table::{KIND, Record, Write, expiring_item, item, kinds, record, text};

use crate::{
    ids::SessionId,
    legacy::{LegacyId, LegacyToken, LegacyUser, Spent, TokenName, keys},
    store::{Store, StoreError},
};

/// How long a spent token is stored after it expires, so that no clock that is behind finds the
/// item gone and the token valid.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

kinds! {
    LegacyUser: "legacy_user",
    LegacyToken: "legacy_token",
}

/// What is known of a refresh token of the old stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyStanding {
    /// Its user, if that moved in.
    pub user: Option<LegacyUser>,
    /// How it was spent, if it is.
    pub spent: Option<Spent>,
}

/// Writes which customer a user became. Done as well where it became that customer before; refused,
/// and seen, where it became another. Two write units in a transaction.
pub fn put_user(user: &LegacyUser) -> Result<Write, StoreError> {
    Ok(Write::put(item(keys::user(&user.user), user)?)
        .when("(attribute_not_exists(pk) OR customer = :customer)")
        .value(":customer", text(user.customer))
        .seeing_refused())
}

/// Writes that the old stack blacklisted a token that expires at `expires`. Refused, and seen,
/// where the token was exchanged here: its session knows more than the old stack, so that stays.
/// One write unit, two in a transaction.
pub fn blacklist_token(
    user: &LegacyId,
    token: &TokenName,
    expires: Timestamp,
) -> Result<Write, StoreError> {
    let put = Write::put(spent(user, token, Spent::Blacklisted, expires)?);
    Ok(put
        .when("(attribute_not_exists(pk) OR spent = :blacklisted)")
        .value(":blacklisted", text("blacklisted"))
        .seeing_refused())
}

/// Writes that a token was exchanged for a session, unless it is spent; then sees how. It has to be
/// known until the token and the session have ended, `until`. Two write units in a transaction.
pub fn exchange_token(
    user: &LegacyId,
    token: &TokenName,
    session: SessionId,
    until: Timestamp,
) -> Result<Write, StoreError> {
    Ok(Write::new_item(spent(user, token, Spent::Exchanged { session }, until)?))
}

fn spent(
    user: &LegacyId,
    token: &TokenName,
    spent: Spent,
    until: Timestamp,
) -> Result<table::Item, StoreError> {
    let until = until.saturating_add(MARGIN).unwrap_or(until);
    expiring_item(keys::token(user, token), &LegacyToken { spent, until }, until)
}

impl Store {
    /// What became of a user and of one of its tokens, strongly consistent. One trip, two read
    /// units.
    pub async fn legacy_standing(
        &self,
        user: &LegacyId,
        token: &TokenName,
    ) -> Result<LegacyStanding, StoreError> {
        let keys = vec![keys::user(user), keys::token(user, token)];
        let mut standing = LegacyStanding { user: None, spent: None };
        for item in self.table.batch_get(keys, true).await? {
            let kind = item.get(KIND).and_then(|kind| kind.as_s().ok()).map(String::as_str);
            if kind == Some(LegacyUser::KIND) {
                standing.user = Some(record(item)?);
            } else {
                standing.spent = Some(record::<LegacyToken>(item)?.spent);
            }
        }
        Ok(standing)
    }
}
