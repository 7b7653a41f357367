//! The keys that verify: derived where the function has the token secret, read from the table where
//! it has not.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    auth::{
        claims::{Claims, TokenType},
        public_keys::PublishedKey,
        tokens::{Issuer, TokenError, VerifyingKey, kid_of, verify},
    },
    config::TokenConfig,
    store::{Store, StoreError},
    subject,
};

/// An unknown `kid` makes us read the table again at most this often, so that garbage costs
/// nothing.
const LEAST_AGE: SignedDuration = SignedDuration::from_secs(10);

/// The verifying keys by `kid`.
pub struct Keyring {
    derived: bool,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, VerifyingKey>,
    read: Option<Timestamp>,
}

impl Keyring {
    /// The keys of `issuer`, or none yet where the function has no token secret.
    pub fn new(issuer: Option<&Issuer>) -> Self {
        let keys = issuer.map(|issuer| by_kid(&issuer.published())).unwrap_or_default();
        Self { derived: issuer.is_some(), known: RwLock::new(Known { keys, read: None }) }
    }

    /// The claims of a valid token of type `wanted`. No trip to storage, but one where this
    /// instance sees a key for the first time.
    pub async fn verify(
        &self,
        token: &str,
        wanted: TokenType,
        rules: &TokenConfig,
        store: &Store,
        now: Timestamp,
    ) -> Result<Result<Claims, TokenError>, StoreError> {
        let Some(kid) = kid_of(token) else { return Ok(Err(TokenError::Invalid)) };
        let key = match self.find(&kid) {
            None if self.worth_reading(now) => {
                self.learn(&store.published_keys().await?, now);
                self.find(&kid)
            }
            found => found,
        };
        let claims =
            key.ok_or(TokenError::Invalid).and_then(|key| verify(token, &key, wanted, rules, now));
        if let Ok(claims) = &claims {
            subject::note(claims.user_id);
        }
        Ok(claims)
    }

    fn find(&self, kid: &str) -> Option<VerifyingKey> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys.get(kid).cloned()
    }

    fn worth_reading(&self, now: Timestamp) -> bool {
        let read = self.known.read().unwrap_or_else(PoisonError::into_inner).read;
        !self.derived && read.is_none_or(|read| now.duration_since(read).abs() >= LEAST_AGE)
    }

    fn learn(&self, published: &[PublishedKey], now: Timestamp) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) =
            Known { keys: by_kid(published), read: Some(now) };
    }
}

fn by_kid(published: &[PublishedKey]) -> HashMap<String, VerifyingKey> {
    published.iter().filter_map(|key| Some((key.kid.clone(), VerifyingKey::new(&key.x)?))).collect()
}
