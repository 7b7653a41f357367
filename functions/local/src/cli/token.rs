//! `token keygen` and `token operator`.

use std::{fs, io::Write as _, path::PathBuf};

use clap::{Args, Subcommand};
use shared::clock::{Clock, SystemClock};

use super::{Failure, say};
use crate::{
    operator_token::{Grant, MOST_MINUTES, OperatorKey},
    private_file,
};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make an Ed25519 key pair for operator tokens
    Keygen(KeygenArgs),
    /// Sign an operator token with the private key, and print it
    Operator(OperatorArgs),
}

#[derive(Debug, Args)]
pub(super) struct KeygenArgs {
    /// New file for the private key, readable by you alone; without it the key is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct OperatorArgs {
    /// The private key's file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the token may do; may be repeated
    #[arg(long, required = true, value_parser = scope)]
    scope: Vec<String>,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// The one customer it is for
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// How many minutes it is good
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_MINUTES)))]
    minutes: u8,
}

pub(super) fn run(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Keygen(args) => keygen(&args),
        TokenCommand::Operator(args) => operator(args),
    }
}

fn keygen(args: &KeygenArgs) -> Result<(), Failure> {
    let key = OperatorKey::generate().map_err(|_| Failure::outcome("no key could be made"))?;
    match &args.out {
        Some(path) => private_file::create(path)
            .and_then(|mut file| file.write_all(key.to_pem().as_bytes()))
            .map_err(|error| {
                Failure::usage(format_args!("{} cannot be written: {error}", path.display()))
            })?,
        None => say(key.to_pem().trim_end()),
    }
    say(format_args!("OperatorPublicKey={}", key.public()));
    Ok(())
}

fn operator(args: OperatorArgs) -> Result<(), Failure> {
    let path = args.key.display();
    let pem = fs::read_to_string(&args.key)
        .map_err(|error| Failure::usage(format_args!("{path} cannot be read: {error}")))?;
    let key = OperatorKey::from_pem(&pem)
        .map_err(|error| Failure::usage(format_args!("{path} {error}")))?;
    let grant = Grant {
        scopes: args.scope,
        why: args.why,
        customer_id: args.customer,
        minutes: args.minutes,
    };
    say(key.sign(&grant, SystemClock.now()).map_err(Failure::outcome)?);
    Ok(())
}

/// Scopes are joined by spaces in the token.
fn scope(text: &str) -> Result<String, &'static str> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { Ok(text.to_owned()) } else { Err("a scope is one word") }
}
