//! Sockets: binding them, serving HTTP/1.1 on them, and shutting down in time.
//!
//! Invariant: after a shutdown begins, no new connection is accepted; requests in flight have
//! [`GRACE_PERIOD`] to finish; then every connection is closed. A shutdown takes less than a
//! second.

use std::{
    convert::Infallible,
    fmt, io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time,
};

/// How long requests in flight may take after a shutdown began.
pub const GRACE_PERIOD: Duration = Duration::from_millis(500);

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

#[derive(Debug)]
pub struct BindError {
    address: String,
    source: io::Error,
}

#[derive(Debug)]
pub enum BodyError {
    /// The body is longer than the limit.
    TooLarge,
    /// The client closed the connection.
    Aborted,
}

impl Server {
    /// Runs `serve`, whose second argument resolves when it must stop.
    pub fn spawn<F>(
        listener: TcpListener,
        serve: impl FnOnce(TcpListener, oneshot::Receiver<()>) -> F,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel();
        Ok(Self {
            address: listener.local_addr()?,
            stop,
            running: tokio::spawn(serve(listener, stopped)),
        })
    }

    /// Serves HTTP. The handler's second argument is the peer's address.
    pub fn http<H, F>(listener: TcpListener, handler: H) -> io::Result<Self>
    where
        H: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        Self::spawn(listener, |listener, stopped| accept(listener, handler, stopped))
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it and waits for its end, at most a little longer than [`GRACE_PERIOD`].
    pub async fn stop(mut self) {
        drop(self.stop);
        if time::timeout(GRACE_PERIOD + GRACE_PERIOD / 4, &mut self.running).await.is_err() {
            self.running.abort();
        }
    }
}

/// Listens on a host name or an address. Port 0 is any free port.
pub async fn bind(host: &str, port: u16) -> Result<TcpListener, BindError> {
    TcpListener::bind((host, port))
        .await
        .map_err(|source| BindError { address: format!("{host}:{port}"), source })
}

/// Reads a whole body of at most `limit` bytes.
pub async fn read_body(body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Aborted),
    }
}

async fn accept<H, F>(listener: TcpListener, handler: H, mut stopped: oneshot::Receiver<()>)
where
    H: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let connection = connection(stream, peer, handler.clone(), &graceful);
                    connections.spawn(connection);
                }
                // Probably out of file descriptors: wait until some are closed.
                Err(_) => time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    // Dropping the set closes what is still open after the grace period.
    let _ = time::timeout(GRACE_PERIOD, graceful.shutdown()).await;
}

fn connection<H, F>(
    stream: TcpStream,
    peer: SocketAddr,
    handler: H,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static
where
    H: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let response = handler(request, peer.ip().to_canonical());
        async move { Ok::<_, Infallible>(response.await.map(Full::new)) }
    });
    // As the public servers write them: some clients compare them with case.
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    async move {
        // A client may close its connection at any time.
        let _ = watched.await;
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                write!(f, "{} is in use by another program; choose another port", self.address)
            }
            _ => write!(f, "cannot listen on {}: {}", self.address, self.source),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
