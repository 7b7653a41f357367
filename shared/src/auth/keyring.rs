//! The keys that verify tokens. A function with the token secret derives them; all others read them
//! from the table.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    auth::{
        claims::{Claims, TokenType},
        public_keys::PublishedKey,
        settings::TokenSettings,
        tokens::{
            Issuer, PresentedRefresh, TokenError, VerifyingKey, kid_of, verify,
            verify_refresh_of_any_age,
        },
    },
    store::{Store, StoreError},
    subject,
};

/// Least time between two reads of the table for unknown `kid`s, so that made-up tokens cost
/// nothing.
const LEAST_AGE: SignedDuration = SignedDuration::from_secs(10);

/// Verifying keys by `kid`.
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
    /// Starts with the keys of `issuer`, or empty in a function without the token secret.
    pub fn new(issuer: Option<&Issuer>) -> Self {
        let keys = issuer.map(|issuer| by_kid(&issuer.published())).unwrap_or_default();
        Self { derived: issuer.is_some(), known: RwLock::new(Known { keys, read: None }) }
    }

    /// The claims of a valid token of type `wanted`. One trip to storage where this process sees a
    /// key for the first time, otherwise none.
    pub async fn verify(
        &self,
        token: &str,
        wanted: TokenType,
        tokens: &TokenSettings,
        store: &Store,
        now: Timestamp,
    ) -> Result<Result<Claims, TokenError>, StoreError> {
        let key = self.key_of(token, store, now).await?;
        let claims = key.and_then(|key| verify(token, &key, wanted, tokens, now));
        if let Ok(claims) = &claims {
            subject::note(claims.user_id);
        }
        Ok(claims)
    }

    /// What a refresh token of ours says that was made at most `oldest` ago, even if it is spent or
    /// expired. The same trips as [`Keyring::verify`].
    pub async fn verify_refresh_of_any_age(
        &self,
        token: &str,
        oldest: SignedDuration,
        tokens: &TokenSettings,
        store: &Store,
        now: Timestamp,
    ) -> Result<Result<PresentedRefresh, TokenError>, StoreError> {
        let key = self.key_of(token, store, now).await?;
        let presented =
            key.and_then(|key| verify_refresh_of_any_age(token, &key, tokens, oldest, now));
        if let Ok(presented) = &presented {
            subject::note(presented.of.customer);
        }
        Ok(presented)
    }

    async fn key_of(
        &self,
        token: &str,
        store: &Store,
        now: Timestamp,
    ) -> Result<Result<VerifyingKey, TokenError>, StoreError> {
        let Some(kid) = kid_of(token) else { return Ok(Err(TokenError::Invalid)) };
        let key = match self.find(&kid) {
            None if self.worth_reading(now) => {
                self.learn(&store.published_keys().await?, now);
                self.find(&kid)
            }
            found => found,
        };
        Ok(key.ok_or(TokenError::Invalid))
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
