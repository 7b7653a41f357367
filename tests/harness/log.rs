//! The functions' log, as they write it in production but from the lowest level on, kept so that tests can search it.

use std::{
    io::{self, Write},
    sync::{LazyLock, Mutex, PoisonError},
};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static INSTALLED: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::registry()
        .with(shared::runtime::log_targets(LevelFilter::TRACE, &local::groups::crates()))
        .with(shared::runtime::log_lines().with_writer(Kept))
        .init();
});

/// Keeps what is logged from now on; any number of calls.
pub fn keep() {
    LazyLock::force(&INSTALLED);
}

/// Everything that was logged by all tests of this process so far.
pub fn everything() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

#[derive(Clone, Copy)]
struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
