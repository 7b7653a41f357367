//! The embedded DynamoDB: an engine on `SQLite` that speaks the real wire protocol.
//!
//! Invariant: only this file names the engine's crate, and the functions reach it only through the
//! AWS SDK, so that any other DynamoDB API can replace it. It needs tokio's multi-thread runtime.

use std::{fmt, io, path::Path, time::Duration};

use dynoxide::{Database, server::serve_with_shutdown};
use tokio::{net::TcpListener, time};
use tracing::error;

use crate::connections::Server;

/// DynamoDB needs some days.
const EXPIRY_INTERVAL: Duration = Duration::from_hours(1);

#[derive(Debug)]
pub struct Engine {
    server: Server,
}

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
            Some(file) => Database::new(&file.to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(EngineError::Database)?;
        let expires = file.is_some();
        let server = Server::spawn(listener, move |listener, stopped| async move {
            let stopped = async { drop(stopped.await) };
            let serving = serve_with_shutdown(listener, database.clone(), stopped);
            let served = tokio::select! {
                served = serving => served,
                () = delete_expired(database), if expires => Ok(()),
            };
            if let Err(problem) = served {
                error!(problem, "the embedded DynamoDB failed");
            }
        });
        Ok(Self { server: server.map_err(EngineError::Listener)? })
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
