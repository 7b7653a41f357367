//! The embedded DynamoDB: an engine on `SQLite` that speaks the real wire protocol.
//!
//! Invariant: only this file names the engine's crate, and the functions reach it only through the
//! AWS SDK, so that any other DynamoDB API can replace it.
//!
//! A write is in the file when its call is answered, and survives a crash of the process. Only a
//! power failure can lose the last ones, since `SQLite` does not wait for the disk at each of them:
//! a write would take milliseconds, and the engine makes one call at a time.

use std::{fmt, io, path::Path};

use dynoxide::{Database, server::serve_with_shutdown};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};
use tracing::error;

use crate::connections::Server;

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
    /// Starts an engine that stores its data in `file`, or in memory.
    pub fn start(listener: TcpListener, file: Option<&Path>) -> Result<Self, EngineError> {
        let database = match file {
            Some(file) => open(file),
            None => Database::memory(),
        };
        let database = database.map_err(EngineError::Database)?;
        Self::serve(listener, database).map_err(EngineError::Listener)
    }

    fn serve(listener: TcpListener, database: Database) -> io::Result<Self> {
        let listener = listener.into_std()?;
        let threads = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("dynamodb")
            .enable_all()
            .build()?;
        let entered = threads.enter();
        let server = Server::spawn(TcpListener::from_std(listener)?, |listener, stopped| {
            let stopped = async { drop(stopped.await) };
            async {
                if let Err(problem) = serve_with_shutdown(listener, database, stopped).await {
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
