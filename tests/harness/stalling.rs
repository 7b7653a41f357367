//! A proxy in front of an engine that can hang.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

const POLL: Duration = Duration::from_millis(20);

/// The proxy. It stops when dropped.
pub struct Stalling {
    url: String,
    is_stalled: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Stalling {
    /// A proxy in front of the engine at `url`, `http://host:port`.
    pub async fn before(url: &str) -> Self {
        let engine = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let is_stalled = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(AtomicUsize::new(0));
        let (stalled, taken) = (is_stalled.clone(), connections.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                taken.fetch_add(1, Ordering::SeqCst);
                let (engine, stalled) = (engine.clone(), stalled.clone());
                tokio::spawn(async move {
                    // The connection is accepted but not answered.
                    while stalled.load(Ordering::SeqCst) {
                        sleep(POLL).await;
                    }
                    if let Ok(mut engine) = TcpStream::connect(engine).await {
                        copy_bidirectional(&mut client, &mut engine).await.ok();
                    }
                });
            }
        });
        Self { url, is_stalled, connections, accepting }
    }

    /// The URL of the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until a client has connected.
    pub async fn connected(&self) {
        while self.connections.load(Ordering::SeqCst) == 0 {
            sleep(POLL).await;
        }
    }

    /// From now on, lets new connections hang or continue.
    pub fn stall(&self, is_stalled: bool) {
        self.is_stalled.store(is_stalled, Ordering::SeqCst);
    }
}

impl Drop for Stalling {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
