//! The state of a function: settings, storage, keys, messages, the clock and the source of
//! randomness.

mod broadcasts;

use std::{
    ops::Deref,
    sync::{Arc, LazyLock, OnceLock},
};

use jiff::Timestamp;
use table::Lazy;
use tokio::sync::OnceCell;

pub use self::broadcasts::traits_of;
use crate::{
    auth::{
        keyring::Keyring,
        settings::{IssuerSettings, TokenSettings},
        tokens::Issuer,
    },
    aws::{Clients, Messages, TextMessages, Topic},
    clock::Clock,
    content::AvailabilityCache,
    device::Push,
    hashes::{Hashes, Signer},
    ids::{CustomerId, uuid_v7},
    inbox::BroadcastCache,
    metrics::Metrics,
    random::Random,
    settings::{NotDeclared, Settings},
    store::Store,
};

/// The state of one function, cheap to clone. The launcher and the tests differ from a Lambda only
/// in how they make it.
///
/// What only one group keeps in its process is no part of it: see
/// [`Routes::with_own`](crate::http::routes::Routes::with_own).
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What [`AppState`] dereferences to.
pub struct Parts {
    /// What this function was configured with.
    pub settings: Settings,
    /// The DynamoDB table.
    pub store: Store,
    /// Messages to phones.
    pub messages: Messages,
    /// Pushes to devices.
    pub push: Push,
    /// The topic that feeds the notifier, where this function may publish to it.
    pub topic: Option<Topic>,
    /// The topic that feeds the dead-letter queue, where this function may publish to it.
    pub dead_letters: Option<Topic>,
    /// The stack's CloudWatch metrics.
    pub metrics: Metrics,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
    /// Whether the API is closed for maintenance or to old apps.
    pub availability: AvailabilityCache,
    /// The messages to all, as far as this process knows them.
    pub broadcasts: BroadcastCache,
    clock: Arc<dyn Clock>,
    keyring: OnceLock<Keyring>,
    issuer: Option<Arc<LazyIssuer>>,
    hashes: Option<Hashes>,
    signer: Option<Signer>,
    published: OnceCell<()>,
    dynamodb: Lazy<aws_sdk_dynamodb::Client>,
}

impl AppState {
    /// Each part is made from the section of `settings` that it needs, if that is declared.
    pub fn new(
        settings: Settings,
        clients: Clients,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let tokens = settings.issuer().ok().zip(settings.tokens().ok());
        let issuer = tokens.map(|(issuer, tokens)| lazy_issuer(issuer.clone(), tokens.clone()));
        let inbox = settings.inbox().ok();
        let topic = settings.topic().ok().and_then(|settings| settings.topic.clone());
        let dead_letters = inbox.and_then(|inbox| inbox.dead_letters.clone());
        let application = settings.push().ok().and_then(|push| push.application.clone());
        let sms = settings.sms().ok().cloned().unwrap_or_default();
        let code_topic = settings.code_topic().ok().cloned().unwrap_or_default();
        let texts = TextMessages::new(clients.sms.clone(), sms);
        Self(Arc::new(Parts {
            store: Store::new(clients.dynamodb.clone(), &settings.table),
            dynamodb: clients.dynamodb,
            keyring: OnceLock::new(),
            push: Push::new(clients.sns.clone(), application),
            topic: topic.map(|arn| Topic::new(clients.sns.clone(), arn)),
            dead_letters: dead_letters.map(|arn| Topic::new(clients.sns, arn)),
            messages: Messages::new(clients.sms, texts, code_topic),
            hashes: settings.hashes().ok().map(|hashes| Hashes::new(&hashes.pepper)),
            signer: settings.signer().ok().map(|signer| Signer::new(&signer.secret)),
            metrics: Metrics::new(settings.metrics_namespace.clone()),
            availability: AvailabilityCache::default(),
            broadcasts: BroadcastCache::default(),
            published: OnceCell::new(),
            issuer,
            settings,
            random,
            clock,
        }))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new name for something without a typed id: a token, a request.
    pub fn new_name(&self) -> String {
        uuid_v7(self.now(), &*self.random).to_string()
    }

    /// The customer's name in log lines: the same in all of them, and meaningless without the
    /// cursor secret. `None` in a function without that secret.
    pub fn pseudonym(&self, customer: CustomerId) -> Option<String> {
        self.signer.as_ref().map(|signer| signer.pseudonym(&customer.to_string()))
    }

    /// Signs values that clients send back.
    pub fn signer(&self) -> Result<&Signer, NotDeclared> {
        self.signer.as_ref().ok_or(NotDeclared::of("signer"))
    }

    /// The keys that verify tokens.
    pub fn keyring(&self) -> &Keyring {
        self.keyring.get_or_init(|| Keyring::new(self.issuer.as_deref().map(|issuer| &**issuer)))
    }

    /// Issues tokens.
    pub fn issuer(&self) -> Result<&Issuer, NotDeclared> {
        self.issuer.as_deref().map(|issuer| &**issuer).ok_or(NotDeclared::of("issuer"))
    }

    /// Hashes phones, addresses and codes.
    pub fn hashes(&self) -> Result<&Hashes, NotDeclared> {
        self.hashes.as_ref().ok_or(NotDeclared::of("hashes"))
    }

    /// Does what the first request would wait for: makes the client of DynamoDB, derives keys and
    /// calls `prepare` on another thread, opens the connection, and reads what requests are checked
    /// by.
    pub(crate) async fn warm_up(&self, prepare: Option<fn()>) {
        let app = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            app.dynamodb.make();
            app.keyring();
            prepare.inspect(|prepare| prepare());
        });
        if let Err(error) = made.await {
            tracing::warn!(%error, "no thread for the client");
        }
        let keys = async {
            if self.settings.tokens().is_ok() {
                self.keyring().preload(&self.store, self.now()).await;
            }
        };
        tokio::join!(self.publish_keys(), self.refresh_availability(), keys);
    }

    /// Does before a request what is otherwise done beside it: publishes the public keys, reads
    /// whether the API is closed, and reads the keys again that it has read before.
    pub async fn prepare(&self) {
        let keys = async {
            if let Some(keyring) = self.keyring.get() {
                keyring.refresh(&self.store, self.now()).await;
            }
        };
        tokio::join!(self.publish_keys(), self.refresh_availability(), keys);
    }

    /// Reads again whether the API is closed, if that is due. One trip, half a read unit, once a
    /// minute.
    pub async fn refresh_availability(&self) {
        self.availability.refresh(&self.store, self.now()).await;
    }

    /// The output of `work`, which issues tokens, when the public keys of this function are
    /// published: others must be able to verify what it issues.
    ///
    /// One trip beside `work` and half a read unit, once in a process.
    pub async fn with_published_keys<T>(&self, work: impl Future<Output = T>) -> T {
        if self.published.initialized() {
            return work.await;
        }
        tokio::join!(work, Box::pin(self.publish_keys())).0
    }

    async fn publish_keys(&self) {
        let published = self.published.get_or_try_init(async || {
            let Some(issuer) = &self.issuer else { return Ok(()) };
            self.store.publish_keys(&issuer.published()).await
        });
        if let Err(error) = published.await {
            tracing::error!(%error, "the signing keys are not published");
        }
    }
}

/// Derives its keys when the first token is issued or verified, so that a start need not.
type LazyIssuer = LazyLock<Issuer, Box<dyn FnOnce() -> Issuer + Send>>;

fn lazy_issuer(issuer: IssuerSettings, tokens: TokenSettings) -> Arc<LazyIssuer> {
    Arc::new(LazyLock::new(Box::new(move || Issuer::new(&issuer, tokens))))
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
