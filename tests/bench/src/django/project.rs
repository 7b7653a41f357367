//! The project in `tests/bench/django`, in a Python environment of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{Operation, Times};
use crate::workspace;

/// `bench.py`, which measures itself. It is killed when this is dropped.
pub(super) struct Project {
    process: Child,
    orders: ChildStdin,
    results: BufReader<ChildStdout>,
}

impl Project {
    /// Installs the packages unless they are there, and starts it on an empty database.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let python = environment(folder)?;
        let database = folder.join("db.sqlite3");
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", database.display()));
        }
        let mut command = Command::new(python);
        command.arg("bench.py").current_dir(sources()).env("DATABASE", database);
        command.env("PYTHONPYCACHEPREFIX", folder.join("pycache"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = process.stdin.take().context("no standard input")?;
        let results = BufReader::new(process.stdout.take().context("no standard output")?);
        let mut project = Self { process, orders, results };
        project.line().context("bench.py does not start")?;
        Ok(project)
    }

    /// Sends so many requests.
    pub(super) fn measure(&mut self, operation: Operation, requests: u32) -> Result<Times> {
        let name = match operation {
            Operation::Refresh => "refresh",
            Operation::Devices => "list",
        };
        writeln!(self.orders, "{name} {requests}")?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.results.read_line(&mut line)? > 0, "bench.py has ended");
        Ok(line)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn sources() -> PathBuf {
    workspace::root().join("tests/bench/django")
}

/// The Python of an environment that has the packages of requirements.txt.
fn environment(folder: &Path) -> Result<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join("bin/python");
    let requirements = sources().join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let installed = venv.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--requirement"];
    run(Command::new(&python).args(pip).arg(&requirements))?;
    fs::write(installed, wanted)?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}
