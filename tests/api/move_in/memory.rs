//! How much memory a run needs.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use harness::{bootstrap::launcher, local_data::LocalData};

use super::{MAPPING, dump::DumpFile};

/// Rows of a user of a generated dump, about.
const ROWS_OF_A_USER: f64 = 1.0 + 1.0 + 0.5 + 0.33 + 0.2 + 0.75;

/// The most memory that a dry run of so many rows had, in KiB.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
fn peak(rows: u32) -> u64 {
    let users = (f64::from(rows) / ROWS_OF_A_USER) as u64;
    let name = format!("memory-{rows}");
    let (dump, data) = (DumpFile::of_users(&name, users), LocalData::new(&name));
    let mapping = DumpFile::new(&format!("{name}-mapping"), MAPPING);
    let report = DumpFile::empty(&format!("{name}-report"));
    let mut run = Command::new(launcher())
        .arg("move-in")
        .arg(dump.path())
        .arg("--dry-run")
        .arg("--mapping")
        .arg(mapping.path())
        .arg("--report")
        .arg(report.path())
        .arg("--data")
        .arg(data.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the launcher starts");
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0;
    loop {
        peak = peak.max(high_water(Path::new(&status)).unwrap_or(peak));
        if let Some(exit) = run.try_wait().expect("it is a child") {
            assert!(exit.success(), "{exit}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn high_water(status: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_dump() {
    let [small, large] = [10_000, 100_000].map(peak);
    println!("{small} KiB for 10,000 rows, {large} KiB for 100,000");
    // The buffers of the sort are full by then: 4 MiB each, and as much to merge them.
    assert!(large < small + 40 * 1024, "{small} KiB, then {large} KiB");
}
