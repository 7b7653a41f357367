//! HTTP/1.1 over hyper and rustls for the SDK's clients.
//!
//! The SDK's ready-made client also speaks HTTP/2, which neither DynamoDB nor SNS uses and which
//! takes a tenth of a function's zip. Invariant: the SDK sees a connection error as an I/O error,
//! which it retries.

use std::{
    borrow::Cow,
    fs,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, Client, connect},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::yield_now,
    time::timeout,
};

use crate::aws::tls;

/// The first calls of a process, those of its start and of its first request, are sent one after
/// the other over one connection where that is faster: a handshake takes the processor longer than
/// an answer does, and a new process has little of it.
const CALLS_IN_TURN: usize = 16;

/// How long a call waits for its turn while the first connection is being opened.
const LONGEST_WAIT_TO_CONNECT: Duration = Duration::from_millis(50);

/// And afterwards: about as long as another handshake would take.
const LONGEST_WAIT: Duration = Duration::from_millis(3);

/// Times that a call lets other tasks run before its turn ends.
const YIELDS: usize = 4;

/// The certificates to trust, as PEM.
#[derive(Debug, Clone)]
pub(super) enum Roots {
    Text(&'static str),
    /// Read with the first connection.
    File(PathBuf),
}

impl Roots {
    /// No certificate where the file cannot be read, so that no connection is trusted.
    fn pem(&self) -> Cow<'static, [u8]> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_bytes()),
            Self::File(path) => Cow::Owned(fs::read(path).unwrap_or_else(|error| {
                tracing::error!(%error, path = %path.display(), "AWS_CA_BUNDLE cannot be read");
                Vec::new()
            })),
        }
    }
}

/// A connection pool, cheap to clone. It is made at the first call, so a start parses no
/// certificates.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    roots: Roots,
    connect_timeout: Duration,
    most_idle: usize,
    pool: Arc<OnceLock<Pool>>,
    turns: Arc<Turns>,
}

/// Whose turn it is among the first calls.
#[derive(Debug)]
struct Turns {
    left: AtomicUsize,
    is_connected: AtomicBool,
    turn: Semaphore,
}

type Pool = Client<HttpsConnector<connect::HttpConnector>, SdkBody>;

impl Connector {
    /// Trusts `roots` alone.
    pub(super) fn new(roots: Roots, connect_timeout: Duration) -> Self {
        Self {
            roots,
            connect_timeout,
            most_idle: usize::MAX,
            pool: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// The same, but each call opens a connection.
    pub(super) fn without_pool(self) -> Self {
        Self { most_idle: 0, pool: Arc::default(), ..self }
    }

    /// Reads the certificates now.
    pub(super) fn make(&self) {
        self.pool();
    }

    fn pool(&self) -> Pool {
        self.pool.get_or_init(|| pool(&self.roots, self.connect_timeout, self.most_idle)).clone()
    }
}

/// The turn of a call. It ends at the latest when this is dropped.
struct Turn<'a> {
    turns: &'a Turns,
    _turn: SemaphorePermit<'a>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            left: AtomicUsize::new(CALLS_IN_TURN),
            is_connected: AtomicBool::new(false),
            turn: Semaphore::new(1),
        }
    }
}

impl Turns {
    /// Waits for the turn of a call that is among the first. None for all others.
    async fn next(&self) -> Option<Turn<'_>> {
        let fewer = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).ok()?;
        let is_connected = self.is_connected.load(Ordering::Relaxed);
        let wait = if is_connected { LONGEST_WAIT } else { LONGEST_WAIT_TO_CONNECT };
        let turn = timeout(wait, self.turn.acquire()).await.ok()?.ok()?;
        Some(Turn { turns: self, _turn: turn })
    }
}

impl Turn<'_> {
    /// Lets the next call begin when the connection is in the pool again: the task of the
    /// connection and one of the pool have to run before.
    async fn end(self) {
        self.turns.is_connected.store(true, Ordering::Relaxed);
        for _ in 0..YIELDS {
            yield_now().await;
        }
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (pool, turns) = (self.pool(), self.turns.clone());
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let turn = turns.next().await;
            let response =
                pool.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            let response = match turn {
                None => response.map(SdkBody::from_body_1_x),
                Some(turn) => {
                    let (head, body) = response.into_parts();
                    let body =
                        body.collect().await.map_err(|error| ConnectorError::io(error.into()))?;
                    turn.end().await;
                    http::Response::from_parts(head, body.to_bytes().into())
                }
            };
            HttpResponse::try_from(response)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Whether no connection was made, so that nothing was sent.
pub(super) fn is_unconnected(error: &ConnectorError) -> bool {
    let source = std::error::Error::source(error);
    source
        .and_then(|source| source.downcast_ref::<legacy::Error>())
        .is_some_and(legacy::Error::is_connect)
}

fn pool(roots: &Roots, connect_timeout: Duration, most_idle: usize) -> Pool {
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls::client(trusted(roots)))
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(most_idle)
        .build(https)
}

fn trusted(roots: &Roots) -> RootCertStore {
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(CertificateDer::pem_slice_iter(&roots.pem()).flatten());
    trusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_reached_nobody_is_told_from_one_that_did() {
        let call = async |address: &str| {
            let request = HttpRequest::get(format!("http://{address}/")).expect("a request");
            let connector = Connector::new(Roots::Text(""), Duration::from_secs(1));
            connector.call(request).await.expect_err("no answer")
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (reached, ()) = tokio::join!(call(&address), async { drop(listener.accept().await) });
        assert!(!is_unconnected(&reached), "{reached:?}");
        drop(listener);
        assert!(is_unconnected(&call(&address).await));
    }

    /// A server that answers over connections that stay open. It counts them.
    async fn answering(listener: tokio::net::TcpListener, connections: Arc<AtomicUsize>) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut head = [0; 1_024];
                while stream.read(&mut head).await.is_ok_and(|read| read > 0) {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                    stream.write_all(answer).await.expect("the client reads");
                }
            });
        }
    }

    #[tokio::test]
    async fn the_first_calls_of_a_process_share_a_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        tokio::spawn(answering(listener, connections.clone()));
        let connector = Connector::new(Roots::Text(""), Duration::from_secs(1));
        let call = || {
            let request = HttpRequest::get(format!("http://{address}/")).expect("a request");
            connector.call(request)
        };
        let first = async {
            for _ in 1..CALLS_IN_TURN {
                call().await.expect("an answer");
            }
        };
        let ((), second) = tokio::join!(first, tokio::spawn(call()));
        second.expect("no panic").expect("an answer");
        assert_eq!(connections.load(Ordering::Relaxed), 1);
        let later = futures_util::future::join_all((0..CALLS_IN_TURN).map(|_| call())).await;
        assert!(later.iter().all(Result::is_ok), "{later:?}");
        assert!(connections.load(Ordering::Relaxed) > 1);
    }

    #[tokio::test]
    async fn a_call_does_not_wait_long_for_one_without_an_answer() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connector = Connector::new(Roots::Text(""), Duration::from_secs(1));
        let call = || {
            let request = HttpRequest::get(format!("http://{address}/")).expect("a request");
            tokio::spawn(connector.call(request))
        };
        let calls = [call(), call()];
        let reached = async {
            (listener.accept().await.expect("one"), listener.accept().await.expect("the other"))
        };
        timeout(Duration::from_secs(5), reached).await.expect("both calls");
        calls.iter().for_each(tokio::task::JoinHandle::abort);
    }

    #[test]
    fn every_root_that_we_carry_can_be_read() {
        let pem = include_str!("amazon_roots.pem");
        let mut trusted = RootCertStore::empty();
        let (added, ignored) = trusted
            .add_parsable_certificates(CertificateDer::pem_slice_iter(pem.as_bytes()).flatten());
        assert_eq!((added, ignored), (5, 0));
    }
}
