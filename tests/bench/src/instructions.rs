//! Instructions, counted by callgrind. Those of a start and of a later answer repeat within 1 %
//! whatever else the machine does. Those of a first answer have steps of 4 %, up to 12 % together:
//! of several processes the least varies least.
//!
//! One process under callgrind is told to dump its counters each time it waits for an event: after
//! its start and after its first answer, or after some answers and after many more. A dump holds
//! what was counted since the dump before, so that nothing needs to be subtracted.
//!
//! A function prepares itself while it waits for its first event, which is no part of a start. The
//! instructions of a start are therefore counted in a process whose connection to the Runtime API
//! is never made: all but the request itself.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    process::{Program, Running},
    workspace,
};

/// Answers before those that are counted: caches are filled, connections are open.
const WARM_UP: usize = 10;
/// Answers that are counted.
const COUNTED: u32 = 40;
/// Processes whose first answer is counted.
const FIRST_ANSWERS: usize = 9;
/// A process may have something to do beside its answers. It has settled where so many looks at it,
/// in this distance, found it asleep and without CPU time in between.
const LOOKS: u32 = 4;
const SETTLE: Duration = Duration::from_millis(100);
/// More connections than a listener's queue holds.
const MOST_QUEUED: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// Counts the instructions of a start alone.
pub fn of_start(program: &Program) -> Result<u64> {
    let unreachable = Unreachable::new()?;
    let program = under_callgrind(program)?;
    let running = program.start_without_runtime_api(&unreachable.address)?;
    Counted { running, file: out_file(&program), dumps: 0 }.instructions()
}

/// An address where connections are neither accepted nor refused: the queue of its listener is
/// full.
struct Unreachable {
    address: String,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl Unreachable {
    fn new() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let connect = || TcpStream::connect_timeout(&address, SETTLE).ok();
        let queued: Vec<_> = std::iter::from_fn(connect).take(MOST_QUEUED).collect();
        ensure!(queued.len() < MOST_QUEUED, "the queue of a listener does not end");
        Ok(Self { address: address.to_string(), _listener: listener, _queued: queued })
    }
}

/// Counts those of a process's first answer: the least of several processes.
pub fn of_first_answer(program: &Program, event: &Arc<[u8]>) -> Result<u64> {
    let mut least = u64::MAX;
    for _ in 0..FIRST_ANSWERS {
        let mut counted = Counted::start(program)?;
        counted.settled()?;
        counted.running.invoke(event)?;
        least = least.min(counted.instructions()?);
    }
    Ok(least)
}

/// Counts those of a later answer.
pub fn of_later_answer(program: &Program, event: &Arc<[u8]>) -> Result<u64> {
    let mut counted = Counted::start(program)?;
    for _ in 0..WARM_UP {
        counted.running.invoke(event)?;
    }
    counted.settled()?;
    for _ in 0..COUNTED {
        counted.running.invoke(event)?;
    }
    Ok(counted.instructions()? / u64::from(COUNTED))
}

/// The names, as the linker has them, of the functions that a process runs until it has answered
/// an event some times. Only those of the program itself.
pub fn functions_run(program: &Program, event: &Arc<[u8]>) -> Result<BTreeSet<String>> {
    let mut counted = Counted::start(program)?;
    let mut names = functions_of(&program.binary, &counted.settled()?);
    for _ in 0..COUNTED {
        counted.running.invoke(event)?;
    }
    names.extend(functions_of(&program.binary, &counted.settled()?));
    Ok(names)
}

/// A process under callgrind.
struct Counted {
    running: Running,
    file: PathBuf,
    dumps: u32,
}

impl Counted {
    fn start(program: &Program) -> Result<Self> {
        let program = under_callgrind(program)?;
        Ok(Self { running: program.start()?, file: out_file(&program), dumps: 0 })
    }

    /// The instructions since the last time, once the process has settled.
    fn instructions(&mut self) -> Result<u64> {
        totals(&self.settled()?).context("a dump without totals")
    }

    /// What was counted since the last time, once the process has settled. A dump interrupts what
    /// it waits for, so that there must be only one.
    fn settled(&mut self) -> Result<String> {
        let (began, mut quiet, mut before) = (Instant::now(), 0, 0);
        while quiet < LOOKS {
            ensure!(began.elapsed() < PATIENCE, "the process does not settle");
            thread::sleep(SETTLE);
            let now = self.running.cpu_nanoseconds()?;
            quiet = if self.running.is_asleep()? && now == before { quiet + 1 } else { 0 };
            before = now;
        }
        self.dump()
    }

    /// False where valgrind has not begun yet.
    fn ask_for_dump(&self) -> Result<bool> {
        let mut command = Command::new("vgdb");
        command.arg(pipes()).arg(format!("--pid={}", self.running.id())).arg("dump");
        // It finds the process by a file named after variables that the process does not have.
        let status = command.env_clear().stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(status.context("cannot run vgdb")?.success())
    }

    /// What was counted since the dump before.
    fn dump(&mut self) -> Result<String> {
        self.dumps += 1;
        let began = Instant::now();
        while !self.ask_for_dump()? {
            ensure!(began.elapsed() < PATIENCE, "vgdb does not find the process");
            thread::sleep(SETTLE);
        }
        let file = dump_file(&self.file, self.dumps);
        loop {
            let text = fs::read_to_string(&file).ok();
            if let Some(text) = text.filter(|text| totals(text).is_some()) {
                return Ok(text);
            }
            ensure!(began.elapsed() < PATIENCE, "no {}", file.display());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The same program under callgrind.
fn under_callgrind(program: &Program) -> Result<Program> {
    let folder = workspace::results().join("callgrind");
    // Dumps of the process before, and the pipes that it leaves behind when it is killed.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let out = option("--callgrind-out-file=", &out_file(program));
    let names = ["--demangle=no", "--compress-strings=no", "--compress-pos=no"].map(Into::into);
    let mut valgrind = vec!["--tool=callgrind".into(), "--quiet".into(), out, pipes()];
    valgrind.extend(names);
    Ok(Program { valgrind: Some(valgrind), ..program.clone() })
}

fn out_file(program: &Program) -> PathBuf {
    workspace::results().join("callgrind").join(&program.name)
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

/// The functions of a program that were counted in a dump.
fn functions_of(program: &Path, dump: &str) -> BTreeSet<String> {
    let (mut is_of_program, mut names) = (false, BTreeSet::new());
    for line in dump.lines() {
        if let Some(path) = line.strip_prefix("ob=") {
            is_of_program = Path::new(path) == program;
        } else if let Some(name) = line.strip_prefix("fn=").filter(|_| is_of_program) {
            // A function that calls itself stands there as often, with a number.
            names.insert(name.split('\'').next().unwrap_or(name).to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_a_dump_are_those_of_the_program() {
        let dump = "ob=/lib/libc.so.6\nfn=malloc\n5 6\nob=/bin/auth\nfn=_ZN3runE\n1 2\n\
                    cob=/lib/libc.so.6\ncfn=free\ncalls=1 9\n1 3\nfn=_ZN4readE'2\n7 8\n";
        let names = functions_of(Path::new("/bin/auth"), dump);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["_ZN3runE", "_ZN4readE"]);
    }

    #[test]
    fn a_dump_that_is_not_complete_has_no_totals() {
        assert_eq!(totals("events: Ir\nsummary: 9\n\ntotals: 1234\n"), Some(1234));
        assert_eq!(totals("events: Ir\nsummary: 9\n"), None);
    }
}
