//! The operator: who presents a token signed with the operator's own key, which no function has.
//!
//! Protocol: a JWT with `alg` EdDSA, `kid` the thumbprint of the configured public key, `iss` and
//! `aud` `operator`, `exp` at most 15 minutes after `iat`, `jti`, `scope` (words with spaces
//! between), `why`, and `customer_id` where it is for one customer alone. Invariant: nothing is
//! done in the operator's name without a line in the log of security events: which token, whose
//! key, why.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use crate::{
    app::AppState,
    audit::{self, OperatorAct},
    auth::{
        caller::Caller,
        tokens::{VerifyingKey, kid_of, thumbprint},
    },
    http::error::ApiError,
    ids::CustomerId,
};

/// The longest life of a token, seconds.
const LONGEST: i64 = 15 * 60;
/// By how much the clock of the operator's machine may be ahead of ours, seconds.
const AHEAD: i64 = 60;
/// `iss` and `aud`.
const NAME: &str = "operator";

/// Who asks, where both a customer and the operator may.
#[derive(Clone)]
pub enum Actor {
    /// The bearer of a customer's access token, whose session is not looked up yet.
    Customer(Caller),
    /// The operator.
    Operator(Operator),
}

/// The bearer of a valid operator token.
#[derive(Debug, Clone)]
pub struct Operator {
    kid: String,
    claims: Claims,
}

#[derive(Debug, Clone, Deserialize)]
struct Claims {
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    why: String,
    customer_id: Option<CustomerId>,
}

impl Operator {
    /// The bearer of `token` where its `kid` is the operator's: refused where it is not valid.
    /// `None`: it is no operator token.
    pub(crate) fn authenticate(app: &AppState, token: &str) -> Option<Result<Self, ApiError>> {
        let public = app.config.operator_public_key.as_deref()?;
        let kid = kid_of(token).filter(|kid| *kid == thumbprint(public))?;
        let claims = VerifyingKey::new(public).and_then(|key| verified(token, &key, app.now()));
        Some(claims.map(|claims| Self { kid, claims }).ok_or_else(ApiError::bearer_token_not_valid))
    }

    /// The customer that the token is for, where it is for one alone.
    pub fn customer(&self) -> Option<CustomerId> {
        self.claims.customer_id
    }

    /// Lets the operator do what `scope` names to a customer, and records that in the log; 403
    /// where the token is not for it.
    pub fn acts(&self, app: &AppState, scope: &str, customer: CustomerId) -> Result<(), ApiError> {
        let has_scope = self.claims.scope.split_ascii_whitespace().any(|own| own == scope);
        if !has_scope || self.claims.customer_id.is_some_and(|only| only != customer) {
            return Err(ApiError::permission_denied());
        }
        let Claims { jti, why, .. } = &self.claims;
        audit::record_operator_token(
            app,
            customer,
            &OperatorAct { jti, who: &self.kid, scope, why },
        );
        Ok(())
    }
}

/// The claims of a token that the key signed and that is good at `now`.
fn verified(token: &str, key: &VerifyingKey, now: Timestamp) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[NAME]);
    validation.set_audience(&[NAME]);
    let claims = jsonwebtoken::decode::<Claims>(token, key.key(), &validation).ok()?.claims;
    let now = now.as_second();
    let lives = now < claims.exp && claims.iat <= now.saturating_add(AHEAD);
    let is_short = (1..=LONGEST).contains(&claims.exp.saturating_sub(claims.iat));
    let is_named = !claims.jti.is_empty() && !claims.why.trim().is_empty();
    (lives && is_short && is_named).then_some(claims)
}
