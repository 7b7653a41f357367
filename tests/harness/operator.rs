//! Tokens of the operator, whose public key every [`Api`] has.

use std::sync::LazyLock;

use local::operator_token::{Grant, OperatorKey};
use serde_json::Value;
use shared::{
    auth::operator::Money,
    clock::Clock,
    ids::EntryId,
    wallet::{Currency, MOST},
};

use crate::Api;

static KEY: LazyLock<OperatorKey> = LazyLock::new(|| OperatorKey::generate().expect("a key"));

/// The public key of the operator, in the form of the template's parameter.
pub fn public_key() -> &'static str {
    KEY.public()
}

/// A grant of these scopes for five minutes, for nobody's money.
pub fn grant(scopes: &[&str]) -> Grant {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Grant { scopes, why: "a test".to_owned(), customer_id: None, limit: None, minutes: 5 }
}

/// A grant of the movement that a request of updateWallet asks for. The request names the customer.
pub fn grant_of(request: &Value) -> Grant {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let of_entry = || Currency::of_number(text("entry_id").parse::<EntryId>().ok()?.currency());
    let usd = || "USD".parse().expect("a currency");
    Grant {
        customer_id: Some(text("customer_id").parse().expect("the id of a customer")),
        limit: Some(Money {
            amount: request["amount"].as_i64().unwrap_or(MOST),
            currency: text("currency").parse().ok().or_else(of_entry).unwrap_or_else(usd),
        }),
        ..grant(&[&format!("wallet:{}", text("type"))])
    }
}

impl Api {
    /// A token of the operator for the movement that a request of updateWallet asks for.
    pub fn operator_token(&self, request: &Value) -> String {
        self.token_of(&grant_of(request))
    }

    /// A token of the operator.
    pub fn token_of(&self, grant: &Grant) -> String {
        KEY.sign(grant, self.clock.now()).expect("a token")
    }
}
