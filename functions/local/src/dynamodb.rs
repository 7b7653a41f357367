//! The embedded DynamoDB: an engine on `SQLite` that speaks the real wire protocol.
//!
//! Invariant: only this file names the engine's crate, and the functions reach it only through the
//! AWS SDK, so that any other DynamoDB API can replace it. It needs tokio's multi-thread runtime.

use std::{fmt, io, path::Path};

use dynoxide::{Database, server::serve_with_shutdown};
use tokio::net::TcpListener;
use tracing::error;

use crate::connections::Server;

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
    /// Starts an engine that stores its data in `file`, or in memory.
    pub fn start(listener: TcpListener, file: Option<&Path>) -> Result<Self, EngineError> {
        let database = match file {
            Some(file) => Database::new(&file.to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(EngineError::Database)?;
        let server = Server::spawn(listener, |listener, stopped| async move {
            let stopped = async { drop(stopped.await) };
            if let Err(problem) = serve_with_shutdown(listener, database, stopped).await {
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
