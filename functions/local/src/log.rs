//! The functions' logs, on standard error. Standard output is for the launcher's own lines.

use std::io;

use shared::{metrics, runtime::log_targets};
use tracing_subscriber::{
    filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::functions;

/// Logs our own crates at `level`, libraries at `warn`, and the embedded DynamoDB, which warns of
/// every failed condition, at `error`. Metrics, which nothing collects here, are logged at `debug`
/// and below. Only the first call has an effect.
pub(crate) fn to_stderr(level: &str) {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::INFO);
    let metrics =
        (metrics::TARGET, if level >= LevelFilter::DEBUG { level } else { LevelFilter::OFF });
    let targets = log_targets(level, &functions::crates()).with_targets([
        ("local", level),
        ("dynoxide", LevelFilter::ERROR.min(level)),
        metrics,
    ]);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}
