//! Reading what became of a user and of a token, and the parts that write it.

use jiff::{SignedDuration, Timestamp};
use table::{KIND, Record, SET_EXPIRY, Write, attribute, expiring_item, item, kinds, number, text};

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
    let until = expires.saturating_add(MARGIN).unwrap_or(expires);
    let stored = LegacyToken { spent: Spent::Blacklisted, until };
    Ok(Write::put(expiring_item(keys::token(user, token), &stored, until)?)
        .when("(attribute_not_exists(pk) OR spent = :blacklisted)")
        .value(":blacklisted", text("blacklisted"))
        .seeing_refused())
}

/// Writes that a token was exchanged for a session, unless it is spent; then sees how. It has to be
/// known until the token and the session have ended, `until`. Two write units in a transaction.
///
/// It is an update, so that no function needs to be permitted to put items among sessions.
pub fn exchange_token(
    user: &LegacyId,
    token: &TokenName,
    session: SessionId,
    until: Timestamp,
) -> Result<Write, StoreError> {
    let until = until.saturating_add(MARGIN).unwrap_or(until);
    let change = format!("SET {KIND} = :kind, spent = :spent, #until = :until, {SET_EXPIRY}");
    Ok(Write::update(keys::token(user, token), &change)
        .when("attribute_not_exists(pk)")
        .name("#until", "until")
        .value(":kind", text(LegacyToken::KIND))
        .value(":spent", attribute(&Spent::Exchanged { session })?)
        .value(":until", number(until.as_millisecond()))
        .expiring(until)
        .seeing_refused())
}

impl Store {
    /// What became of a user and of one of its tokens, strongly consistent. One trip, two read
    /// units.
    pub async fn legacy_standing(
        &self,
        user: &LegacyId,
        token: &TokenName,
    ) -> Result<LegacyStanding, StoreError> {
        let token = self.table.get::<LegacyToken>(keys::token(user, token), true);
        let (user, token) = tokio::join!(self.table.get(keys::user(user), true), token);
        Ok(LegacyStanding { user: user?, spent: token?.map(|token| token.spent) })
    }
}
