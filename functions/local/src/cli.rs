//! The command line.
//!
//! Invariant: what the user got wrong (an option, a value, a port that is taken, a folder that
//! cannot be written) is one line on standard error and exit status 2; a check or an invocation
//! that failed by itself is 1.

mod areas;
mod audit;
mod clean_up;
mod content;
mod costs;
mod customer;
mod doctor;
mod document;
mod invoke;
mod mock;
mod notify;
mod serve;
mod target_table;
mod token;

use std::{
    ffi::OsString,
    fmt,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};

use crate::{
    stack::StackOptions,
    template::{Overrides, Template},
};

/// Satchel on this machine: every function on one port, with an embedded DynamoDB and a recorder in
/// place of SNS.
#[derive(Debug, Parser)]
#[command(name = "satchel", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (what happens without a command, too)
    Serve(serve::ServeArgs),
    /// Run one event through one function and print its answer
    Invoke(invoke::InvokeArgs),
    /// Serve only the documentation and the mock: answers from the document's examples, with no
    /// storage at all
    Mock(mock::MockArgs),
    /// Start only the DynamoDB and SNS stand-ins, on fixed ports, for `sam local`
    Engines(serve::EnginesArgs),
    /// Make the operator's key pair, or a short token signed with it
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Close a customer's account, or open it again
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Publish a message to customers' inboxes and devices
    Notify(Box<notify::NotifyArgs>),
    /// Publish what the app shows to everybody, or go back to the version before
    #[command(subcommand)]
    Content(content::ContentCommand),
    /// Publish where the operator serves, or go back to the release before
    #[command(subcommand)]
    Areas(areas::AreasCommand),
    /// Compare every wallet's balance with its ledger; it only reads
    Audit(audit::AuditArgs),
    /// Run the clean-up once
    CleanUp(clean_up::CleanUpArgs),
    /// Print what a million requests of each operation cost
    Costs(Box<costs::CostsArgs>),
    /// Compare a deployed table with template.yaml, with your own AWS credentials; it only reads
    Doctor(doctor::DoctorArgs),
    /// Write the OpenAPI document into the documentation's folder
    Document(document::DocumentArgs),
}

/// What a local stack is made of.
#[derive(Debug, Clone, Args)]
struct StackArgs {
    /// Keep nothing: data and secrets live in memory
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Folder for data and secrets [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Another DynamoDB API than the embedded one
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
    /// Set a parameter of template.yaml; may be repeated
    #[arg(long, value_name = "PARAMETER=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

/// Why the program ends otherwise than well.
#[derive(Debug)]
struct Failure {
    status: u8,
    problem: String,
}

/// Runs the program with `arguments`, its own name first.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return parse_failure(&error),
    };
    let outcome = match cli.command {
        None => serve::serve(cli.serve).await,
        Some(Command::Serve(args)) => serve::serve(args).await,
        Some(Command::Invoke(args)) => invoke::invoke(args).await,
        Some(Command::Engines(args)) => serve::engines(args).await,
        Some(Command::Token(command)) => token::run(command),
        Some(Command::Customer(command)) => customer::run(command).await,
        Some(Command::Notify(args)) => notify::run(*args).await,
        Some(Command::Content(command)) => content::run(command).await,
        Some(Command::Areas(command)) => areas::run(command).await,
        Some(Command::Audit(args)) => audit::run(args).await,
        Some(Command::CleanUp(args)) => clean_up::run(args).await,
        Some(Command::Costs(args)) => {
            costs::run(&args);
            Ok(())
        }
        Some(Command::Doctor(args)) => doctor::run(args).await,
        Some(Command::Document(args)) => document::run(&args),
        Some(Command::Mock(args)) => mock::run(args).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

/// `--help` and `--version` are answers; anything else is shortened to its first line.
fn parse_failure(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        say(error.to_string().trim_end());
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let problem = lines.by_ref().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    Failure::usage(format!("{} (--help says more)", problem.trim_start_matches("error: "))).tell()
}

impl StackArgs {
    fn template() -> Result<(Template, PathBuf), Failure> {
        let path = Template::find().map_err(Failure::usage)?;
        let root = path.parent().unwrap_or(Path::new(".")).to_owned();
        Ok((Template::load(&path).map_err(Failure::usage)?, root))
    }

    fn overrides(&self) -> Overrides {
        self.set.iter().cloned().collect()
    }

    /// Options for a stack of the template in `root`.
    fn options(&self, root: &Path) -> StackOptions {
        let folder = self.data.clone().unwrap_or_else(|| root.join("target").join("local"));
        StackOptions {
            overrides: self.overrides(),
            data: (!self.memory).then_some(folder),
            dynamodb_endpoint: self.dynamodb_endpoint.clone(),
            ..StackOptions::default()
        }
    }
}

impl Failure {
    /// Something the user can put right.
    fn usage(problem: impl fmt::Display) -> Self {
        Self { status: 2, problem: problem.to_string() }
    }

    /// Something that was done and turned out badly.
    fn outcome(problem: impl fmt::Display) -> Self {
        Self { status: 1, problem: problem.to_string() }
    }

    fn tell(&self) -> ExitCode {
        // Whatever a library says over several lines becomes one.
        let line = self.problem.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(std::io::stderr(), "satchel: {line}");
        ExitCode::from(self.status)
    }
}

/// Prints a line; a reader that has gone is no failure.
fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("it must be Parameter=Value")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn http_url(text: &str) -> Result<String, String> {
    let url: http::Uri = text.parse().map_err(|_| "it must be an http address")?;
    let usable = matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    if usable {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("it must be an http address".to_owned())
    }
}

#[cfg(test)]
mod tests;
