//! Tokens of the operator, whose public key every [`Api`] has.

use std::sync::LazyLock;

use local::operator_token::{Grant, OperatorKey};
use shared::clock::Clock;

use crate::Api;

static KEY: LazyLock<OperatorKey> = LazyLock::new(|| OperatorKey::generate().expect("a key"));

/// The public key of the operator, in the form of the template's parameter.
pub fn public_key() -> &'static str {
    KEY.public()
}

/// A grant of these scopes for five minutes.
pub fn grant(scopes: &[&str]) -> Grant {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Grant { scopes, why: "a test".to_owned(), customer_id: None, minutes: 5 }
}

impl Api {
    /// A token of the operator for these scopes.
    pub fn operator_token(&self, scopes: &[&str]) -> String {
        self.token_of(&grant(scopes))
    }

    /// A token of the operator.
    pub fn token_of(&self, grant: &Grant) -> String {
        KEY.sign(grant, self.clock.now()).expect("a token")
    }
}
