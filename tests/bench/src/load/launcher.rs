//! A launcher in a process of its own, with a data folder of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::client::{Answer, Client};

/// Ticks of the times in `/proc/PID/stat`, a second.
const TICKS: u64 = 100;
/// The most that a customer's wallet is given, in cents.
pub(super) const CREDIT: u32 = 1_000_000;

pub(super) struct Launcher {
    program: PathBuf,
    process: Child,
    folder: PathBuf,
    /// Address and port.
    pub(super) host: String,
}

impl Launcher {
    /// Starts it, and waits until it serves.
    pub(super) fn start(program: &Path, memory: bool) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("satchel-load-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("{} exists", folder.display()))?;
        let mut keygen = Command::new(program);
        keygen.args(["token", "keygen", "--out"]).arg(key_file(&folder));
        let public_key = output(&mut keygen).with_context(|| program.display().to_string())?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program);
        command.args(["serve", "--port", &port.to_string()]);
        for parameter in [public_key.as_str(), "WritesPerMinute=0", "RefreshesPerMinute=0"] {
            command.args(["--set", parameter]);
        }
        if memory {
            command.arg("--memory");
        } else {
            command.arg("--data").arg(folder.join("data"));
        }
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let host = format!("127.0.0.1:{port}");
        let launcher = Self { program: program.to_owned(), process, folder, host };
        for _ in 0..200 {
            if launcher.local("health").is_ok() {
                return Ok(launcher);
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the launcher does not serve");
    }

    /// A GET request to one of the launcher's own routes.
    fn local(&self, name: &str) -> Result<Answer> {
        let mut client = Client::connect(&self.host)?;
        client.send(&format!("GET /_local/{name}"), &[], None)
    }

    /// The code in the last text message to a phone.
    pub(super) fn code_sent_to(&self, phone: &str) -> Result<String> {
        let messages: Vec<Value> = serde_json::from_value(self.local("messages")?.json()?)?;
        let mut latest = messages.iter().rev().filter(|message| message["to"] == phone);
        let text = latest.next().and_then(|message| message["text"].as_str());
        let code = text.and_then(|text| text.get(..6)).context("no code was sent")?;
        Ok(code.to_owned())
    }

    /// An operator token that gives a customer [`CREDIT`].
    pub(super) fn credit_token(&self, customer: &str) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(["token", "operator", "--scope", "wallet:credit", "--why", "load"]);
        command.args(["--customer", customer, "--currency", "USD"]);
        command.args(["--amount", &CREDIT.to_string(), "--key"]).arg(key_file(&self.folder));
        output(&mut command)
    }

    /// The CPU time that it has used, in its own code and the kernel's.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("the process has no name")?;
        let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks = times.sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 1000 / TICKS))
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("operator.pem")
}

/// The last line that a command prints.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().last().unwrap_or_default().to_owned())
}
