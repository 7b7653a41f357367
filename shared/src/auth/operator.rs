//! The operator: the bearer of a token that the operator's own key signed. No function has that
//! key.
//!
//! Protocol: a JWT with `alg` EdDSA, `kid` the thumbprint of the configured public key, `iss` and
//! `aud` `operator`, `exp` at most 15 minutes after `iat`, `jti`, `scope` (words
//! separated by spaces), `why`, and `customer_id` if it is for one customer only. Invariant: each
//! use of a token is one line in the log of security events, with the token's id, its key and the
//! reason.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use crate::{
    app::AppState,
    audit::{self, OperatorAct},
    auth::tokens::{VerifyingKey, kid_of, thumbprint},
    http::error::ApiError,
    ids::CustomerId,
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

#[derive(Debug, Clone, Deserialize)]
struct OperatorClaims {
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    why: String,
    customer_id: Option<CustomerId>,
}

impl Operator {
    /// Verifies `token` if its `kid` is that of the operator's key; `None` if it is not.
    pub(crate) fn authenticate(app: &AppState, token: &str) -> Option<Result<Self, ApiError>> {
        let public = app.settings.operator().ok()?.public_key.as_deref()?;
        let kid = kid_of(token).filter(|kid| *kid == thumbprint(public))?;
        let claims = VerifyingKey::new(public).and_then(|key| verified(token, &key, app.now()));
        Some(claims.map(|claims| Self { kid, claims }).ok_or_else(ApiError::bearer_token_not_valid))
    }

    /// The only customer that the token is for, if it names one.
    pub fn customer(&self) -> Option<CustomerId> {
        self.claims.customer_id
    }

    /// Checks that the token allows `scope` for `customer`, and records the use in the log. 403 if
    /// it does not.
    pub fn acts(&self, app: &AppState, scope: &str, customer: CustomerId) -> Result<(), ApiError> {
        let has_scope = self.claims.scope.split_ascii_whitespace().any(|own| own == scope);
        if !has_scope || self.claims.customer_id.is_some_and(|only| only != customer) {
            return Err(ApiError::permission_denied());
        }
        let OperatorClaims { jti, why, .. } = &self.claims;
        audit::record_operator_token(
            app,
            customer,
            &OperatorAct { jti, who: &self.kid, scope, why },
        );
        Ok(())
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
    let is_named = !claims.jti.is_empty() && !claims.why.trim().is_empty();
    (lives && is_short && is_named).then_some(claims)
}
