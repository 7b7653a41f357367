//! The command line.
//!
//! Invariant: every failure is one line on standard error. A mistake of the user (an unknown
//! option, an invalid value, a port in use, an unwritable folder) exits with status 2; a check or
//! an invocation that failed exits with status 1.

mod audit;
mod clean_up;
mod costs;
mod customer;
mod doctor;
mod failure;
mod generate;
mod invoke;
mod mapping_file;
mod mock;
mod move_in;
mod move_out;
mod notify;
mod output;
mod progress_bar;
mod publish;
mod push_progress;
mod restored;
mod serve;
mod shutdown;
mod stack_args;
mod status_line;
mod target_table;
mod token;
mod wallet;
mod wallet_credit;
mod wallet_view;

use std::{ffi::OsString, process::ExitCode, sync::LazyLock};

use clap::{Parser, Subcommand};
use shared::runtime::COMMIT;

use self::{failure::Failure, output::print_line, publish::PublishCommand};

/// Run Satchel on this machine: every function on one port, with an embedded DynamoDB and a
/// recorder in place of SNS
#[derive(Debug, Parser)]
#[command(name = "satchel", version = VERSION.as_str(), args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

/// The version of the package and the commit of a release build.
static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (commit {COMMIT})", env!("CARGO_PKG_VERSION")));

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default command)
    Serve(serve::ServeArgs),
    /// Invoke one function with one event and print its response
    Invoke(invoke::InvokeArgs),
    /// Serve only the documentation and the mock, which answers with the documented examples and
    /// stores nothing
    Mock(mock::MockArgs),
    /// Start only the local DynamoDB and SNS, on fixed ports, for `sam local`
    Engines(serve::EnginesArgs),
    /// Create an operator's key pair, or a short-lived token signed with it
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Disable a customer's account, or enable it again
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Look at a wallet and its ledger, correct a broken ledger by an entry, or give a customer of
    /// the local data money
    #[command(subcommand)]
    Wallet(Box<wallet::WalletCommand>),
    /// Send a message to the inboxes and devices of one customer or of all
    Notify(Box<notify::NotifyArgs>),
    /// Publish the content that the app shows to everybody (links, contacts, FAQs, required
    /// version), or restore the previous version
    ///
    /// FILE has the form of functions/app-info/content.json.
    #[command(subcommand)]
    Content(PublishCommand),
    /// Publish the service areas, or restore the previous ones
    ///
    /// FILE is a GeoJSON FeatureCollection of polygons, each with an id and the properties `name`
    /// and `served`.
    #[command(subcommand)]
    Areas(PublishCommand),
    /// Move customers in from a Django stack, from what its `dumpdata` wrote. May be repeated; a
    /// newer dump brings what has changed since
    MoveIn(Box<move_in::MoveInArgs>),
    /// Write all customers as a Django stack's `loaddata` reads them (read-only)
    MoveOut(move_out::MoveOutArgs),
    /// Compare every wallet's balance with its ledger (read-only)
    Audit(audit::AuditArgs),
    /// Put a table right that was restored to an earlier moment
    #[command(subcommand)]
    Restored(restored::RestoredCommand),
    /// Run the clean-up once on the local data
    CleanUp(clean_up::CleanUpArgs),
    /// Print what a million requests of each operation cost, or the month's bill of a stack
    Costs(Box<costs::CostsArgs>),
    /// Look at what a deployed stack and its AWS account need, and say what to do (read-only)
    Doctor(doctor::DoctorArgs),
    /// Write the files that follow from the code: the OpenAPI document, the policies in
    /// template.yaml, the tables in the READMEs
    Generate(generate::GenerateArgs),
}

/// Runs the program; the first of `arguments` is its name.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return parse_failure(&error),
    };
    match execute(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn execute(cli: Cli) -> Result<(), Failure> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => serve::serve(args).await,
        Command::Invoke(args) => invoke::run(args).await,
        Command::Mock(args) => mock::run(args).await,
        Command::Engines(args) => serve::engines(args).await,
        Command::Token(command) => token::run(command),
        Command::Customer(command) => customer::run(command).await,
        Command::Wallet(command) => wallet::run(*command).await,
        Command::Notify(args) => notify::run(*args).await,
        Command::Content(command) => publish::content(command).await,
        Command::Areas(command) => publish::areas(command).await,
        Command::MoveIn(args) => move_in::run(*args).await,
        Command::MoveOut(args) => move_out::run(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::Restored(command) => restored::run(command).await,
        Command::CleanUp(args) => clean_up::run(args).await,
        Command::Costs(args) => costs::run(&args),
        Command::Doctor(args) => doctor::run(args).await,
        Command::Generate(args) => generate::run(&args),
    }
}

/// `--help` and `--version` are printed as they are; an error is shortened to its first line.
fn parse_failure(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    if !error.use_stderr() {
        print_line(text.trim_end());
        return ExitCode::SUCCESS;
    }
    let mut lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let problem = lines.by_ref().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    Failure::usage(format!("{} (see --help)", problem.trim_start_matches("error: "))).report()
}

#[cfg(test)]
mod tests;
