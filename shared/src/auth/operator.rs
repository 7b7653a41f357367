//! The operator: the bearer of a token that the operator's own key signed. No function has that
//! key.
//!
//! Protocol: a JWT with `alg` EdDSA, `kid` the thumbprint of the configured public key, `iss` and
//! `aud` `operator`, `exp` at most 15 minutes after `iat`, a UUID as `jti`, `scope` (words
//! separated by spaces) and `why`. A token that moves money also has `customer_id`, `amount` (the
//! most that it may move, in minor units) and `currency`, and is good for one movement.
//! Invariant: each use or refusal of a valid token is one line in the log of security events, with
//! the token's id, its key, the reason and the amount.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    app::AppState,
    audit::{self, Event, OperatorAct},
    auth::tokens::{VerifyingKey, kid_of, thumbprint},
    http::error::ApiError,
    idempotency::RequestKey,
    ids::CustomerId,
    operator_token::{MoneyScope, Spending, TokenId},
    wallet::Currency,
};

/// Longest life time of a token in seconds.
const LONGEST: i64 = 15 * 60;
/// By how many seconds the clock of the operator's machine may be ahead.
const AHEAD: i64 = 60;
/// `iss` and `aud`.
const NAME: &str = "operator";

/// The bearer of a valid operator token.
#[derive(Debug, Clone)]
pub struct Operator {
    kid: String,
    claims: OperatorClaims,
}

/// An operator's permission to move money of one customer, once.
#[derive(Debug)]
pub struct MoneyPermit {
    operator: Operator,
    scope: MoneyScope,
    customer: CustomerId,
    most: Money,
}

/// An amount of a currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Money {
    /// How much.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
}

#[derive(Debug, Clone, Deserialize)]
struct OperatorClaims {
    exp: i64,
    iat: i64,
    jti: TokenId,
    scope: String,
    why: String,
    customer_id: Option<CustomerId>,
    amount: Option<i64>,
    currency: Option<Currency>,
}

impl Operator {
    /// Verifies `token` if its `kid` is that of the operator's key; `None` if it is not.
    pub(crate) fn authenticate(app: &AppState, token: &str) -> Option<Result<Self, ApiError>> {
        let public = app.settings.operator().ok()?.public_key.as_deref()?;
        let kid = kid_of(token).filter(|kid| *kid == thumbprint(public))?;
        let claims = VerifyingKey::new(public).and_then(|key| verified(token, &key, app.now()));
        Some(claims.map(|claims| Self { kid, claims }).ok_or_else(ApiError::bearer_token_not_valid))
    }

    /// The permission to move money of the token's customer. 403 if the token lacks the scope or a
    /// claim, or if the request names another `customer`.
    pub fn permit(
        self,
        app: &AppState,
        scope: MoneyScope,
        customer: Option<CustomerId>,
    ) -> Result<MoneyPermit, ApiError> {
        let own = self.claims.customer_id;
        let has_scope = self.claims.scope.split_ascii_whitespace().any(|word| word == scope.name());
        match (own, self.claims.most()) {
            (Some(own), Some(most)) if has_scope && customer.is_none_or(|named| named == own) => {
                Ok(MoneyPermit { operator: self, scope, customer: own, most })
            }
            _ => Err(self.refused(app, Some(scope), None)),
        }
    }

    /// Records that the token was refused, and returns the 403. `scope` is what the request needs,
    /// if any token permits it.
    pub fn refused(
        &self,
        app: &AppState,
        scope: Option<MoneyScope>,
        money: Option<Money>,
    ) -> ApiError {
        self.record(app, Event::OperatorRefused, scope, money);
        ApiError::permission_denied()
    }

    fn record(
        &self,
        app: &AppState,
        event: Event,
        scope: Option<MoneyScope>,
        money: Option<Money>,
    ) {
        let OperatorClaims { jti, why, customer_id, .. } = &self.claims;
        let act = OperatorAct {
            jti: *jti,
            who: &self.kid,
            scope: scope.map_or("none", MoneyScope::name),
            why,
            amount: money.map(|money| money.amount),
            currency: money.map(|money| money.currency.code()),
        };
        audit::record_operator_token(app, event, *customer_id, &act);
    }
}

impl MoneyPermit {
    /// The customer whose money it is.
    pub fn customer(&self) -> CustomerId {
        self.customer
    }

    /// Records the use of the token for a movement of `money`; none if the movement is about an
    /// entry that does not exist. 403 if the token is for less or for another currency.
    pub fn use_for(&self, app: &AppState, money: Option<Money>) -> Result<(), ApiError> {
        let Money { amount, currency } = self.most;
        if money.is_some_and(|money| money.amount > amount || money.currency != currency) {
            return Err(self.refused(app, money));
        }
        self.operator.record(app, Event::OperatorActed, Some(self.scope), money);
        Ok(())
    }

    /// The part of the movement's transaction that spends the token.
    pub fn spending(&self, movement: &RequestKey) -> Spending {
        let OperatorClaims { jti, exp, .. } = self.operator.claims;
        let expires = Timestamp::from_second(exp).unwrap_or(Timestamp::MAX);
        Spending { token: jti, expires, movement: movement.key.clone() }
    }

    /// Records that the token was refused, and returns the 403.
    pub fn refused(&self, app: &AppState, money: Option<Money>) -> ApiError {
        self.operator.refused(app, Some(self.scope), money)
    }
}

impl OperatorClaims {
    /// The most that the token may move.
    fn most(&self) -> Option<Money> {
        let amount = self.amount.filter(|amount| *amount > 0)?;
        Some(Money { amount, currency: self.currency? })
    }
}

/// The claims of a token that the key signed and that is valid at `now`.
fn verified(token: &str, key: &VerifyingKey, now: Timestamp) -> Option<OperatorClaims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[NAME]);
    validation.set_audience(&[NAME]);
    let claims = jsonwebtoken::decode::<OperatorClaims>(token, key.key(), &validation).ok()?.claims;
    let now = now.as_second();
    let lives = now < claims.exp && claims.iat <= now.saturating_add(AHEAD);
    let is_short = (1..=LONGEST).contains(&claims.exp.saturating_sub(claims.iat));
    let is_named = !claims.why.trim().is_empty();
    (lives && is_short && is_named).then_some(claims)
}
