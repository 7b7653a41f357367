//! The launcher's embedded engines, in a process of their own: the debug build of `satchel`, so
//! that this program compiles without the engine.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, Result, ensure};

use crate::process::Variables;

/// Parameters of template.yaml: codes and tokens outlive a run, and a phone may ask for a second
/// code at once.
const PARAMETERS: [&str; 4] = [
    "CodeSeconds=86400",
    "CodeResendSeconds=0",
    "AccessTokenSeconds=86400",
    "RefreshGraceSeconds=86400",
];

/// Running engines. They end when this is dropped.
#[derive(Debug)]
pub struct Engine {
    child: Child,
    satchel: PathBuf,
    operator_key: PathBuf,
    pub dynamodb: String,
    pub sns: String,
    /// The variables of each function, with the addresses of these engines.
    pub variables: BTreeMap<String, Variables>,
}

impl Engine {
    /// Starts the engines in memory. `folder` is for their files.
    pub fn start(satchel: &Path, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (operator_key, variables) =
            (folder.join("operator.pem"), folder.join("variables.json"));
        for old in [&operator_key, &variables] {
            if old.exists() {
                fs::remove_file(old)?;
            }
        }
        let key = run(Command::new(satchel).args(["token", "keygen", "--out"]).arg(&operator_key))?;
        let mut command = Command::new(satchel);
        command.args(["engines", "--memory", "--dynamodb-port", "0", "--sns-port", "0"]);
        command.arg("--variables").arg(&variables).args(["--set", key.trim()]);
        command.args(PARAMETERS.iter().flat_map(|parameter| ["--set", parameter]));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("no output of the launcher")?;
        let mut lines = BufReader::new(output).lines();
        let mut found = BTreeMap::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some((name, value)) = line.split_once('=') {
                found.insert(name.to_owned(), value.to_owned());
            }
            if line.starts_with("AWS_SECRET_ACCESS_KEY") {
                break;
            }
        }
        // It prints each text message.
        thread::spawn(move || lines.for_each(drop));
        let mut address = |name: &str| found.remove(name).with_context(|| format!("no {name}"));
        Ok(Self {
            dynamodb: address("AWS_ENDPOINT_URL_DYNAMODB")?,
            sns: address("AWS_ENDPOINT_URL_SNS")?,
            variables: serde_json::from_slice(&fs::read(&variables)?)?,
            satchel: satchel.to_owned(),
            operator_key,
            child,
        })
    }

    /// A token that permits one credit to a customer.
    pub fn credit_token(&self, customer: &str, amount: &str, currency: &str) -> Result<String> {
        let mut command = Command::new(&self.satchel);
        command.args(["token", "operator", "--scope", "wallet:credit", "--why", "benchmark"]);
        command.args(["--customer", customer, "--amount", amount, "--currency", currency]);
        Ok(run(command.arg("--key").arg(&self.operator_key))?.trim().to_owned())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end, and returns what it printed.
fn run(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{command:?} failed: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
