//! The acknowledgement of a session's newest generation by the first request that comes with its
//! access token.
//!
//! Protocol: the gate puts an [`Acknowledging`] beside each request. When the lookup of the session
//! shows that nothing has recorded the generation yet, the caller says so. The gate then records it
//! while the handler goes on, and holds the answer back until that is done. So a write takes no
//! further trip, and a read takes one more, once in a generation.
//!
//! Invariant: a failure changes no answer. The next request of the generation records it instead,
//! and until then the generation before is repeated to whoever presents it. Only storage can cause
//! such a failure, not the bearer of a token, who therefore cannot act unseen by it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::request::Parts;
use tokio::sync::oneshot;

use crate::{account::Generation, app::AppState};

/// The longest time that an answer waits for the record. Far less than a request has.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where the caller of one request says what to record. All clones are one; the default records
/// nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acknowledging(Arc<Mutex<Option<oneshot::Sender<Generation>>>>);

/// What the gate records.
#[derive(Debug)]
pub(crate) struct Acknowledgement(oneshot::Receiver<Generation>);

impl Acknowledging {
    /// The two ends for one request.
    pub(crate) fn begin() -> (Self, Acknowledgement) {
        let (sender, receiver) = oneshot::channel();
        (Self(Arc::new(Mutex::new(Some(sender)))), Acknowledgement(receiver))
    }

    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get().cloned().unwrap_or_default()
    }

    /// Records a generation. Only the first one of a request counts.
    pub(super) fn record(&self, received: Generation) {
        if let Some(sender) = self.take() {
            // Fails only where the gate has given up the request.
            let _ = sender.send(received);
        }
    }

    /// Ends the wait of [`Acknowledgement::written`], if there is nothing to record.
    pub(crate) fn close(&self) {
        drop(self.take());
    }

    fn take(&self) -> Option<oneshot::Sender<Generation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Acknowledgement {
    /// Waits for what there is to record, and writes it. One trip, one write unit for each KB of
    /// the account; nothing where the request is closed without it.
    pub(crate) async fn written(self, app: &AppState) {
        let Ok(received) = self.0.await else { return };
        let acknowledge = app.store.acknowledge(received, app.now());
        match tokio::time::timeout(PATIENCE, acknowledge).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a generation is not acknowledged yet"),
            Err(error) => tracing::warn!(%error, "a generation is not acknowledged yet"),
        }
    }
}
