//! The embedded DynamoDB: an engine on `SQLite` that speaks the real wire protocol.
//!
//! Invariant: only this file names the engine's crate, and the functions reach it only through the
//! AWS SDK, so that any other DynamoDB API can replace it.
//!
//! A write is in the file when its call is answered, and survives a crash of the process. Only a
//! power failure can lose the last ones, since `SQLite` does not wait for the disk at each of them:
//! a write would take milliseconds, and the engine makes one call at a time.

use std::{fmt, io, path::Path, time::Duration};

use dynoxide::{Database, server::serve_with_shutdown};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    time,
};
use tracing::error;

use crate::connections::Server;

/// DynamoDB needs some days.
const EXPIRY_INTERVAL: Duration = Duration::from_hours(1);

/// A call blocks its thread until it has been made. The engine has threads of its own, so that the
/// functions continue meanwhile.
const THREADS: usize = 2;

#[derive(Debug)]
pub struct Engine {
    server: Server,
    _threads: Threads,
}

/// A runtime that may be dropped by a task of another one.
#[derive(Debug)]
struct Threads(Option<Runtime>);

#[derive(Debug)]
pub enum EngineError {
    Database(dynoxide::DynoxideError),
    Listener(io::Error),
}

impl Engine {
    /// Starts an engine that stores its data in `file`, or in memory. Of a file, expired items are
    /// deleted as by DynamoDB's TTL.
    pub fn start(listener: TcpListener, file: Option<&Path>) -> Result<Self, EngineError> {
        let database = match file {
            Some(file) => open(file),
            None => Database::memory(),
        };
        let database = database.map_err(EngineError::Database)?;
        Self::serve(listener, database, file.is_some()).map_err(EngineError::Listener)
    }

    fn serve(listener: TcpListener, database: Database, expires: bool) -> io::Result<Self> {
        let listener = listener.into_std()?;
        let threads = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("dynamodb")
            .enable_all()
            .build()?;
        let entered = threads.enter();
        let server = Server::spawn(TcpListener::from_std(listener)?, move |listener, stopped| {
            let stopped = async { drop(stopped.await) };
            async move {
                let serving = serve_with_shutdown(listener, database.clone(), stopped);
                let served = tokio::select! {
                    served = serving => served,
                    () = delete_expired(database), if expires => Ok(()),
                };
                if let Err(problem) = served {
                    error!(problem, "the embedded DynamoDB failed");
                }
            }
        })?;
        drop(entered);
        Ok(Self { server, _threads: Threads(Some(threads)) })
    }

    /// The value of `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Stops it. Everything written is in the file.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Never ends.
async fn delete_expired(database: Database) {
    loop {
        time::sleep(EXPIRY_INTERVAL).await;
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(problem)) = swept {
            error!(%problem, "the embedded DynamoDB does not delete what has expired");
        }
    }
}

fn open(file: &Path) -> dynoxide::Result<Database> {
    let database = Database::new(&file.to_string_lossy())?;
    // Sets `synchronous = NORMAL`, and SQLite's own defaults otherwise.
    database.disable_bulk_loading()?;
    Ok(database)
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => {
                write!(f, "the embedded DynamoDB cannot open its database: {error}")
            }
            Self::Listener(error) => write!(f, "the embedded DynamoDB cannot listen: {error}"),
        }
    }
}

impl std::error::Error for EngineError {}
