//! Wallets: movements of money, refusals, and the ledger under faults.

use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{Answer, Api, phone::LoggedIn};
use serde_json::{Value, json};
use shared::{
    ids::CustomerId,
    store::Store,
    wallet::{AuditPlace, Audited},
};

mod account_deletion;
pub(crate) mod audit;
mod broken_entries;
mod corrections;
mod costs;
mod credit_command;
mod holds;
mod ledger;
mod list;
mod moved;
mod movements;
mod operator;
mod operator_limits;
mod repeats;

/// A wallet with the tokens of its customer.
pub(crate) struct Purse<'a> {
    api: &'a Api,
    pub(crate) phone: LoggedIn,
    keys: AtomicUsize,
}

impl<'a> Purse<'a> {
    pub(crate) async fn of(api: &'a Api, phone: &str) -> Self {
        Self::with(api, api.log_in(phone).await)
    }

    pub(crate) fn with(api: &'a Api, phone: LoggedIn) -> Self {
        Self { api, phone, keys: AtomicUsize::new(0) }
    }

    pub(crate) fn new_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    pub(crate) async fn send(&self, token: &str, key: &str, body: &Value) -> Answer {
        self.api
            .patch("/api/wallet/")
            .bearer(token)
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await
    }

    /// Sends a movement as the customer.
    pub(crate) async fn ask(&self, body: &Value) -> Answer {
        self.send(&self.phone.access, &self.new_key(), body).await
    }

    /// Sends a movement as the operator for this customer, with a token for it.
    pub(crate) async fn operate(&self, body: &Value) -> Answer {
        let body = self.for_customer(body);
        self.send(&self.api.operator_token(&body), &self.new_key(), &body).await
    }

    pub(crate) fn for_customer(&self, body: &Value) -> Value {
        let mut body = body.clone();
        body["customer_id"] = self.phone.customer["id"].clone();
        body
    }

    pub(crate) async fn credit(&self, amount: i64, currency: &str) -> Answer {
        self.operate(&json!({"type": "credit", "amount": amount, "currency": currency})).await
    }

    pub(crate) async fn debit(&self, amount: i64) -> Answer {
        self.ask(&json!({"type": "debit", "amount": amount, "currency": "USD"})).await
    }

    /// Holds money and returns the id of the hold.
    pub(crate) async fn hold(&self, amount: i64) -> Value {
        let answer = self
            .ask(&json!({"type": "hold", "amount": amount, "currency": "USD"}))
            .await
            .expect(200)
            .json();
        assert_eq!(answer["entry"]["id"], answer["entry"]["hold_id"]);
        answer["entry"]["hold_id"].clone()
    }

    pub(crate) async fn details(&self) -> Value {
        self.api.get("/api/wallet/").bearer(&self.phone.access).send().await.expect(200).json()
    }

    /// The available and the held amount of a currency.
    pub(crate) async fn balance(&self, currency: &str) -> (i64, i64) {
        let details = self.details().await;
        let balances = details["balances"].as_array().expect("balances");
        let of = balances.iter().find(|balance| balance["currency"] == currency);
        of.map_or((0, 0), |balance| {
            let amount = |name: &str| balance[name].as_i64().expect("an amount");
            assert_eq!(amount("total"), amount("available") + amount("held"));
            (amount("available"), amount("held"))
        })
    }

    pub(crate) fn id(&self) -> CustomerId {
        self.phone.id()
    }
}

pub(crate) fn store(api: &Api) -> Store {
    api.stack.state("wallet").expect("wallet runs").store.clone()
}

/// A complete audit.
pub(crate) async fn audited(api: &Api) -> Audited {
    let (audited, next) =
        store(api).audit_from(AuditPlace::default(), u64::MAX).await.expect("an audit");
    assert_eq!(next, None);
    audited
}
