//! The keys that verify tokens. A function with the token secret derives them; all others read them
//! from the table, and again every minute, so that a key that is withdrawn verifies nothing more.

use std::{collections::HashMap, sync::Arc};

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
    swr_cache::SwrCache,
};

/// Least time between two reads of the table for unknown `kid`s, so that made-up tokens cost
/// nothing.
const LEAST_AGE: SignedDuration = SignedDuration::from_secs(10);

/// Verifying keys by `kid`.
pub struct Keyring(Source);

enum Source {
    Derived(Keys),
    Published(Arc<SwrCache<Keys>>),
}

type Keys = HashMap<String, VerifyingKey>;

impl Keyring {
    /// The keys of `issuer`; in a function without the token secret those in the table.
    pub fn new(issuer: Option<&Issuer>) -> Self {
        Self(match issuer {
            Some(issuer) => Source::Derived(by_kid(&issuer.published())),
            None => Source::Published(Arc::default()),
        })
    }

    /// Reads the keys again if they were read a minute ago or more. One trip, half a read unit.
    pub async fn refresh(&self, store: &Store, now: Timestamp) {
        if let Source::Published(keys) = &self.0 {
            keys.refresh(now, published(store.clone())).await;
        }
    }

    /// Reads the keys before a token needs them. One that was published since is looked for all the
    /// same. One trip, half a read unit.
    pub async fn preload(&self, store: &Store, now: Timestamp) {
        if let Source::Published(keys) = &self.0 {
            keys.preload(now, LEAST_AGE, published(store.clone())).await;
        }
    }

    /// The claims of a valid token of type `wanted`. One trip to storage where this process reads
    /// the keys for the first time, or misses one, otherwise none.
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
        let key = match &self.0 {
            Source::Derived(keys) => keys.get(&kid).cloned(),
            Source::Published(keys) => find(keys, &kid, store, now).await?,
        };
        Ok(key.ok_or(TokenError::Invalid))
    }
}

async fn find(
    keys: &Arc<SwrCache<Keys>>,
    kid: &str,
    store: &Store,
    now: Timestamp,
) -> Result<Option<VerifyingKey>, StoreError> {
    let known = keys.get(now, published(store.clone())).await?;
    if let Some(key) = known.get(kid) {
        return Ok(Some(key.clone()));
    }
    let newer = keys.newer_than(LEAST_AGE, now, published(store.clone())).await?;
    Ok(newer.get(kid).cloned())
}

async fn published(store: Store) -> Result<Arc<Keys>, StoreError> {
    Ok(Arc::new(by_kid(&store.published_keys().await?)))
}

fn by_kid(published: &[PublishedKey]) -> Keys {
    published.iter().filter_map(|key| Some((key.kid.clone(), VerifyingKey::new(&key.x)?))).collect()
}
