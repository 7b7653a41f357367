//! The functions' log lines, on standard error; standard output belongs to the launcher.

use std::io;

use shared::{metrics, runtime::log_targets};
use tracing_subscriber::{
    filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::groups;

/// Writes events of our own crates from `level` on, of libraries from `warn` on, of the embedded
/// DynamoDB, which warns of every condition that does not hold, only errors; metrics, which nobody
/// counts here, from `debug` on. The first call counts.
pub(crate) fn to_stderr(level: &str) {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::INFO);
    let metrics =
        (metrics::TARGET, if level >= LevelFilter::DEBUG { level } else { LevelFilter::OFF });
    let targets = log_targets(level, &groups::crates()).with_targets([
        ("local", level),
        ("dynoxide", LevelFilter::ERROR.min(level)),
        metrics,
    ]);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}
