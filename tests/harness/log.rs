//! The log of the functions in the format of production, at all levels, kept so that tests can
//! search it.

use std::{
    io::{self, Write},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use serde_json::Value;
use tracing::Subscriber;
use tracing_subscriber::{
    filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static INSTALLED: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::registry()
        .with(shared::runtime::log_targets(LevelFilter::TRACE, &local::functions::crates()))
        .with(shared::runtime::log_lines().with_writer(SharedLog))
        .init();
});

/// Starts to keep the log. Further calls have no effect.
pub fn keep() {
    LazyLock::force(&INSTALLED);
}

/// Everything that all tests of this process have logged so far.
pub fn everything() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// The log of the code that runs under its subscriber, separate from that of other tests.
#[derive(Debug, Clone, Default)]
pub struct KeptLog(Arc<Mutex<Vec<u8>>>);

impl KeptLog {
    /// A subscriber that writes into it.
    pub fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        let kept = self.clone();
        tracing_subscriber::registry()
            .with(shared::runtime::log_targets(LevelFilter::INFO, &local::functions::crates()))
            .with(shared::runtime::log_lines().with_writer(move || kept.clone()))
    }

    /// The lines logged so far.
    pub fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = String::from_utf8_lossy(&bytes);
        lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of the log is JSON"))
            .collect()
    }
}

impl Write for KeptLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct SharedLog;

impl Write for SharedLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for SharedLog {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
