//! What every handler is given: settings, storage, tokens, messages, the present and chance.

use std::{
    ops::Deref,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use futures_util::future::try_join_all;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::{
    auth::{keyring::Keyring, tokens::Issuer},
    aws::Clients,
    clock::Clock,
    config::Config,
    content::AvailabilityCache,
    hashes::{Hashes, Signer},
    http::error::ApiError,
    ids::{CustomerId, uuid_v7},
    metrics::Metrics,
    notify::{Messages, Push, Topic},
    random::Random,
    store::Store,
};

/// The state of one function, cheap to clone. The launcher and the tests differ from a Lambda in
/// nothing but this.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What [`AppState`] holds.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The table.
    pub store: Store,
    /// The keys that verify tokens.
    pub keyring: LazyLock<Keyring, Box<dyn FnOnce() -> Keyring + Send>>,
    /// Messages to phones.
    pub messages: Messages,
    /// Pushes to devices.
    pub push: Push,
    /// The topic that the notifier is fed by, where this function was told it.
    pub topic: Option<Topic>,
    /// What CloudWatch counts.
    pub metrics: Metrics,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Whether the API is closed for maintenance or to old apps.
    pub availability: AvailabilityCache,
    clock: Arc<dyn Clock>,
    issuer: Option<Arc<LazyIssuer>>,
    hashes: Option<Hashes>,
    signer: Signer,
    published: OnceCell<()>,
    own: Mutex<http::Extensions>,
}

impl AppState {
    /// A function's state.
    pub fn new(
        config: Config,
        clients: Clients,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let issuer = config.tokens.secret.as_ref().map(|secret| lazy_issuer(secret, &config));
        let of_keyring = issuer.clone();
        Self(Arc::new(Parts {
            store: Store::new(clients.dynamodb, &config.table),
            keyring: LazyLock::new(Box::new(move || {
                Keyring::new(of_keyring.as_deref().map(|issuer| &**issuer))
            })),
            push: Push::new(clients.sns.clone(), config.platform_application.clone()),
            topic: config
                .notifications_topic
                .clone()
                .map(|arn| Topic::new(clients.sns.clone(), arn)),
            messages: Messages::new(clients.sns, config.sms_sender_id.clone()),
            hashes: config.hash_secret.as_ref().map(Hashes::new),
            signer: Signer::new(&config.cursor_secret),
            metrics: Metrics::new(config.metrics_namespace.clone()),
            availability: AvailabilityCache::default(),
            published: OnceCell::new(),
            own: Mutex::default(),
            issuer,
            config,
            random,
            clock,
        }))
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new name for something that is no entity: a token, a request.
    pub fn new_name(&self) -> String {
        uuid_v7(self.now(), &*self.random).to_string()
    }

    /// A customer as the log names it: the same in every line, and telling nothing to those without
    /// the cursor secret.
    pub fn pseudonym(&self, customer: CustomerId) -> String {
        self.signer.pseudonym(&customer.to_string())
    }

    /// Signs what clients are given to give back.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The token service; an error of ours in a function that was not given the token secret.
    pub fn issuer(&self) -> Result<&Issuer, ApiError> {
        self.issuer
            .as_deref()
            .map(|issuer| &**issuer)
            .ok_or_else(|| ApiError::internal("this function was not given TOKEN_SECRET"))
    }

    /// The keyed hashes; an error of ours in a function that was not given the pepper.
    pub fn hashes(&self) -> Result<&Hashes, ApiError> {
        self.hashes
            .as_ref()
            .ok_or_else(|| ApiError::internal("this function was not given HASH_SECRET"))
    }

    /// What the group keeps in this process, one value of each type, made when it is first asked
    /// for.
    pub fn own<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get_or_insert_with(Arc::<T>::default).clone()
    }

    /// What a function does beside its first request, done before it: [`AppState::publish_keys`],
    /// [`AppState::refresh_availability`].
    pub async fn prepare(&self) {
        tokio::join!(self.publish_keys(), self.refresh_availability());
    }

    /// Reads again whether the API is closed, where that is due. One trip, half a read unit, once a
    /// minute.
    pub async fn refresh_availability(&self) {
        self.availability.refresh(&self.store, self.now()).await;
    }

    /// Publishes the keys of this function once, so that no token leaves it that others cannot
    /// verify.
    ///
    /// One trip, half a read unit a key; none ever after.
    pub async fn publish_keys(&self) {
        let published = self.published.get_or_try_init(async || {
            let Some(issuer) = &self.issuer else { return Ok(()) };
            let keys = issuer.published();
            try_join_all(keys.iter().map(|key| self.store.publish_key(key))).await.map(|_| ())
        });
        if let Err(error) = published.await {
            tracing::error!(%error, "the signing keys are not published");
        }
    }
}

/// The token service, whose keys are derived when the first token is looked at and not while a
/// function starts.
type LazyIssuer = LazyLock<Issuer, Box<dyn FnOnce() -> Issuer + Send>>;

fn lazy_issuer(secret: &SecretString, config: &Config) -> Arc<LazyIssuer> {
    let (secret, rules) = (secret.clone(), config.tokens.clone());
    Arc::new(LazyLock::new(Box::new(move || Issuer::new(&secret, &rules))))
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
