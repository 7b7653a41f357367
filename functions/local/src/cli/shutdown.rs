//! The signals that end a server.

use std::io;

use tokio::sync::oneshot;

/// Resolves at the first Ctrl-C or SIGTERM. Create it before anything else starts, so that no
/// signal is missed.
pub(super) fn shutdown_signal() -> io::Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        let _ = sender.send(());
    });
    Ok(receiver)
}
