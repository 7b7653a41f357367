//! An address in front of an engine, behind which everything can stand still.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

/// The address. Dropped, it and its connections end.
pub struct Stalling {
    url: String,
    is_stalled: Arc<AtomicBool>,
    accepting: JoinHandle<()>,
}

impl Stalling {
    /// An address in front of the engine at `url`, `http://host:port`. Each new connection waits for `delay` first.
    pub async fn before(url: &str, delay: Duration) -> Self {
        let engine = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let is_stalled = Arc::new(AtomicBool::new(false));
        let stalled = is_stalled.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (engine, stalled) = (engine.clone(), stalled.clone());
                tokio::spawn(async move {
                    sleep(delay).await;
                    // It was taken, and nobody answers.
                    while stalled.load(Ordering::SeqCst) {
                        sleep(Duration::from_millis(20)).await;
                    }
                    if let Ok(mut engine) = TcpStream::connect(engine).await {
                        copy_bidirectional(&mut client, &mut engine).await.ok();
                    }
                });
            }
        });
        Self { url, is_stalled, accepting }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets new connections stand still from now on, or go on.
    pub fn stall(&self, is_stalled: bool) {
        self.is_stalled.store(is_stalled, Ordering::SeqCst);
    }
}

impl Drop for Stalling {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
