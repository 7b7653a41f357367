//! A function's process under a Runtime API of its own.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::runtime_api::RuntimeApi;

/// The environment of a process.
pub type Variables = BTreeMap<String, String>;

/// What is started, and how.
#[derive(Debug, Clone)]
pub struct Program {
    pub name: String,
    pub binary: PathBuf,
    pub variables: Variables,
    /// File for its output; none discards it.
    pub log: Option<PathBuf>,
    /// Arguments of valgrind, to run under it.
    pub valgrind: Option<Vec<OsString>>,
}

/// A running process. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    api: RuntimeApi,
}

impl Program {
    pub fn new(name: &str, binary: &Path, variables: Variables) -> Self {
        let binary = binary.to_owned();
        Self { name: name.to_owned(), binary, variables, log: None, valgrind: None }
    }

    /// The command, with the variables that Lambda sets.
    pub fn command(&self, runtime_api: &str) -> Result<Command> {
        let mut command = match &self.valgrind {
            Some(arguments) => {
                let mut command = Command::new("valgrind");
                command.args(arguments).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        command.env_clear().envs(set_by_lambda(&self.name, runtime_api)).envs(&self.variables);
        command.stdin(Stdio::null());
        match &self.log {
            Some(path) => {
                let file = fs::File::create(path).context("cannot write the log")?;
                command.stdout(file.try_clone()?).stderr(file);
            }
            None => {
                command.stdout(Stdio::null()).stderr(Stdio::null());
            }
        }
        Ok(command)
    }

    /// Starts it where it reaches no Runtime API.
    pub fn start_without_runtime_api(&self, address: &str) -> Result<Running> {
        let child = self.command(address)?.spawn()?;
        Ok(Running { child, api: RuntimeApi::start()? })
    }

    /// Starts it, and waits until it asks for an event.
    pub fn start(&self) -> Result<Running> {
        let api = RuntimeApi::start()?;
        let child = self.command(&api.address())?.spawn();
        let child = child.with_context(|| format!("cannot start {}", self.binary.display()))?;
        let running = Running { child, api };
        let ready = running.api.wait_until_ready();
        ready.with_context(|| format!("{} did not start", self.name))?;
        Ok(running)
    }
}

impl Running {
    /// Answers one event. Returns once the process asks for the next.
    pub fn invoke(&self, event: &Arc<[u8]>) -> Result<Vec<u8>> {
        let answer = self.api.invoke(event)?;
        self.api.wait_until_ready()?;
        Ok(answer)
    }

    /// The same, but returns with the answer.
    pub fn answer(&self, event: &Arc<[u8]>) -> Result<Vec<u8>> {
        self.api.invoke(event)
    }

    /// Like [`Running::invoke`], for JSON.
    pub fn invoke_json(&self, event: &Value) -> Result<Value> {
        let event = serde_json::to_vec(event)?;
        Ok(serde_json::from_slice(&self.invoke(&event.into())?)?)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// CPU time of all its threads, user and system, in nanoseconds.
    pub fn cpu_nanoseconds(&self) -> Result<u64> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.id()))?;
        let mut sum = 0;
        for task in tasks.flatten() {
            // A thread may end in between.
            let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let first = text.split_whitespace().next().context("an empty schedstat")?;
            sum += first.parse::<u64>()?;
        }
        Ok(sum)
    }

    /// Whether all threads wait for something.
    pub fn is_asleep(&self) -> Result<bool> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.id()))?;
        let is_asleep = |task: fs::DirEntry| {
            let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            // The state stands behind the name, which is in parentheses.
            stat.rsplit_once(") ").is_none_or(|(_, fields)| fields.starts_with('S'))
        };
        Ok(tasks.flatten().all(is_asleep))
    }

    /// Resident memory, in KiB.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let value = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
        Ok(value.parse()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn set_by_lambda(name: &str, runtime_api: &str) -> [(&'static str, String); 9] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "none".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "none".to_owned()),
    ]
}
