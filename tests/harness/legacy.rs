//! A customer who moved in from another stack, and the refresh tokens that it issued.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde_json::{Value, json};
use shared::{
    account::{Account, Session, add_moved_session},
    clock::Clock as _,
    ids::{CustomerId, SessionId},
    legacy::{LegacyUser, blacklist_token, put_user},
    store::Store,
};
use table::{Write, Written};

use crate::Api;

/// The old stack's secret.
pub const SECRET: &str = "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz!@#$%^&*()";
/// A user of it.
pub const USER: &str = "4711";
/// The parameters under which its tokens are taken.
pub const TAKEN: [(&str, &str); 2] =
    [("LegacyTokenKey", SECRET), ("LegacyTokensUntil", "2027-01-31")];

/// A customer who moved in.
pub struct MovedIn<'a> {
    /// The API that the stack moved to.
    pub api: &'a Api,
    /// The customer.
    pub customer: CustomerId,
    store: Store,
}

impl<'a> MovedIn<'a> {
    /// Makes a customer of this API the one that [`USER`] became.
    pub async fn new(api: &'a Api, customer: CustomerId) -> Self {
        let store = Store { table: api.table() };
        let moved = Self { api, customer, store };
        let user = LegacyUser { user: USER.parse().expect("an id"), customer };
        moved.write(put_user(&user).expect("a write")).await;
        moved
    }

    /// A refresh token of the user that was issued now and lives for 30 days.
    pub fn token(&self, jti: &str) -> String {
        sign(&claims(self.api.clock.now(), jti))
    }

    /// The old stack blacklisted a token.
    pub async fn blacklist(&self, jti: &str) -> bool {
        let expires = self.api.clock.now() + SignedDuration::from_hours(24 * 30);
        let (user, token) = (USER.parse().expect("an id"), jti.parse().expect("a name"));
        let write = blacklist_token(&user, &token, expires).expect("a write");
        self.store.table.write(write).await.expect("an answer").is_done()
    }

    /// Adds the session that stands for all log-ins from before the move.
    pub async fn add_session_before_the_move(&self) -> SessionId {
        let (now, id) = (self.api.clock.now(), SessionId::before_the_move(self.customer));
        let session = Session::before_the_move(now, now + SignedDuration::from_hours(24 * 180));
        self.write(add_moved_session(self.customer, id, &session, &[]).expect("a write")).await;
        id
    }

    /// The customer's account.
    pub async fn account(&self) -> Account {
        self.store.account(self.customer).await.expect("an answer").expect("an account")
    }

    async fn write(&self, write: Write) {
        assert_eq!(self.store.table.write(write).await.expect("an answer"), Written::Done);
    }
}

/// What a refresh token of [`USER`] says.
pub fn claims(now: Timestamp, jti: &str) -> Value {
    let issued = now.as_second();
    json!({
        "token_type": "refresh", "exp": issued + 30 * 86_400, "iat": issued, "jti": jti,
        "user_id": USER,
    })
}

/// A token of the old stack.
pub fn sign(claims: &Value) -> String {
    sign_with(&json!({"alg": "HS256", "typ": "JWT"}), claims, SECRET)
}

/// A token with this header, signed by HMAC whatever that says.
pub fn sign_with(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&secret, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
