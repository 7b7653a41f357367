//! Instructions, counted by callgrind. They repeat within 1 % whatever else the machine does.
//!
//! One process under callgrind is told to dump its counters each time it waits for an event: after
//! its start, after the first answer, after some more, after many more. A dump holds what was
//! counted since the dump before, so that nothing needs to be subtracted; dumps are added until
//! one is empty.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    process::{Program, Running},
    workspace,
};

/// Answers before those that are counted: caches are filled, connections are open.
const WARM_UP: usize = 10;
/// Answers that are counted.
const COUNTED: u32 = 40;
/// A process may have something to do beside its answers: it has settled once it executes fewer
/// instructions than this in this time. A dump itself costs it a thousand.
const SETTLED: u64 = 5_000;
const SETTLE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(20);

/// Instructions of one process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Instructions {
    /// From exec to the first request for an event, and what goes on beside it.
    pub start: u64,
    /// Of the first answer.
    pub first: u64,
    /// Of a later answer.
    pub later: u64,
}

/// Counts the instructions of a start alone.
pub fn of_start(program: &Program) -> Result<u64> {
    Counted::start(program)?.settled()
}

/// Counts those of a start and of answers to one event.
pub fn of_answers(program: &Program, event: &Arc<[u8]>) -> Result<Instructions> {
    let mut counted = Counted::start(program)?;
    let start = counted.settled()?;
    counted.running.invoke(event)?;
    let first = counted.settled()?;
    for _ in 0..WARM_UP {
        counted.running.invoke(event)?;
    }
    counted.settled()?;
    for _ in 0..COUNTED {
        counted.running.invoke(event)?;
    }
    let later = counted.settled()? / u64::from(COUNTED);
    Ok(Instructions { start, first, later })
}

/// A process under callgrind.
struct Counted {
    running: Running,
    file: PathBuf,
    dumps: u32,
}

impl Counted {
    fn start(program: &Program) -> Result<Self> {
        let folder = workspace::results().join("callgrind");
        // Dumps of the process before, and the pipes that it leaves behind when it is killed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let file = folder.join(&program.name);
        let mut program = program.clone();
        program.valgrind = Some(vec![
            "--tool=callgrind".into(),
            "--quiet".into(),
            option("--callgrind-out-file=", &file),
            pipes(),
        ]);
        Ok(Self { running: program.start()?, file, dumps: 0 })
    }

    /// The instructions since the last time, up to where the process has settled.
    fn settled(&mut self) -> Result<u64> {
        let mut sum = 0;
        loop {
            thread::sleep(SETTLE);
            let more = self.dump()?;
            sum += more;
            if more < SETTLED {
                return Ok(sum);
            }
        }
    }

    /// The instructions since the dump before.
    fn dump(&mut self) -> Result<u64> {
        self.dumps += 1;
        let mut command = Command::new("vgdb");
        command.arg(pipes()).arg(format!("--pid={}", self.running.id())).arg("dump");
        // It finds the process by a file named after variables that the process does not have.
        let status = command.env_clear().stdout(Stdio::null()).stderr(Stdio::null()).status();
        ensure!(status.context("cannot run vgdb")?.success(), "vgdb failed");
        let file = dump_file(&self.file, self.dumps);
        let began = Instant::now();
        loop {
            if let Some(sum) = fs::read_to_string(&file).ok().as_deref().and_then(totals) {
                return Ok(sum);
            }
            ensure!(began.elapsed() < PATIENCE, "no {}", file.display());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Where valgrind and vgdb find each other.
fn pipes() -> OsString {
    option("--vgdb-prefix=", &workspace::results().join("callgrind/vgdb"))
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

fn dump_file(file: &Path, number: u32) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// The last line of a complete dump.
fn totals(dump: &str) -> Option<u64> {
    let line = dump.lines().rev().find_map(|line| line.strip_prefix("totals: "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_that_is_not_complete_has_no_totals() {
        assert_eq!(totals("events: Ir\nsummary: 9\n\ntotals: 1234\n"), Some(1234));
        assert_eq!(totals("events: Ir\nsummary: 9\n"), None);
    }
}
