//! DynamoDB and SNS that answer from a recording, in a process of their own, so that their work is
//! not in the measured process. Every invocation sees the same state.

mod answers;
mod server;

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};
pub use server::{CannedArgs, serve};

use crate::{certificate::Certificate, process::Variables};

/// A running canned engine. It ends when this is dropped.
#[derive(Debug)]
pub struct Canned {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    url: String,
    bundle: Option<String>,
}

/// What it was asked since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub calls: u64,
    /// Calls of an operation that the recording does not have.
    pub unknown: u64,
}

impl Canned {
    /// Starts one that answers from the file of a recording, or `{}` to everything.
    pub fn start(recording: Option<&Path>, certificate: Option<&Certificate>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("canned");
        if let Some(recording) = recording {
            command.arg("--recording").arg(recording);
        }
        if let Some(Certificate { certificate, key }) = certificate {
            command.arg("--certificate").arg(certificate).arg("--key").arg(key);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().context("no input of the canned engine")?;
        let output = child.stdout.take().context("no output of the canned engine")?;
        let mut output = BufReader::new(output);
        let url = line(&mut output)?;
        let bundle = certificate.map(|files| files.certificate.display().to_string());
        Ok(Self { child, input, output, url, bundle })
    }

    /// The variables that lead a function to it.
    pub fn variables(&self) -> Variables {
        let urls = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SNS"];
        let mut variables: Variables =
            urls.iter().map(|name| ((*name).to_owned(), self.url.clone())).collect();
        if let Some(bundle) = &self.bundle {
            variables.insert("AWS_CA_BUNDLE".to_owned(), bundle.clone());
        }
        variables
    }

    pub fn counts(&mut self) -> Result<Counts> {
        writeln!(self.input)?;
        let line = line(&mut self.output)?;
        let (calls, unknown) = line.split_once(' ').context("no counts")?;
        Ok(Counts { calls: calls.parse()?, unknown: unknown.parse()? })
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(output: &mut BufReader<ChildStdout>) -> Result<String> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    anyhow::ensure!(!line.is_empty(), "the canned engine has ended");
    Ok(line.trim_end().to_owned())
}
