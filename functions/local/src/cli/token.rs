//! `token keygen` and `token operator`.

use std::{io::Write as _, path::PathBuf};

use clap::{Args, Subcommand};
use shared::{
    auth::operator::Money,
    clock::{Clock, SystemClock},
    ids::CustomerId,
    wallet::{Currency, MOST},
};

use super::{
    failure::{Failure, read_file},
    output::print_line,
};
use crate::{
    operator_token::{Grant, MAX_MINUTES, OperatorKey},
    private_file,
};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Create an Ed25519 key pair for operator tokens, and print the value of the parameter
    /// OperatorPublicKey
    Keygen(KeygenArgs),
    /// Sign an operator token with the private key, and print it
    Operator(OperatorArgs),
}

#[derive(Debug, Args)]
pub(super) struct KeygenArgs {
    /// New file for the private key, readable by you only; without it the key is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct OperatorArgs {
    /// File with the private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the token permits, such as `wallet:credit`; may be repeated
    #[arg(long, required = true, value_parser = scope)]
    scope: Vec<String>,
    /// The reason, for the audit log
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Restrict the token to the customer with this id; required if it moves money
    #[arg(long, value_name = "ID", value_parser = customer)]
    customer: Option<CustomerId>,
    /// The most that the token may move, in minor units; required if it moves money
    #[arg(long, requires = "currency", value_parser = clap::value_parser!(i64).range(1..=MOST))]
    amount: Option<i64>,
    /// The currency of the amount, as an ISO 4217 code
    #[arg(long, requires = "amount", value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// Lifetime in minutes, 1 to 15
    #[arg(
        long,
        default_value_t = 5,
        value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_MINUTES)),
    )]
    minutes: u8,
}

pub(super) fn run(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Keygen(args) => keygen(&args),
        TokenCommand::Operator(args) => operator(args),
    }
}

fn keygen(args: &KeygenArgs) -> Result<(), Failure> {
    let key = OperatorKey::generate().map_err(|_| Failure::outcome("cannot generate a key"))?;
    match &args.out {
        Some(path) => private_file::create(path)
            .and_then(|mut file| file.write_all(key.to_pem().as_bytes()))
            .map_err(|error| {
                Failure::usage(format_args!("cannot write {}: {error}", path.display()))
            })?,
        None => print_line(key.to_pem().trim_end()),
    }
    print_line(format_args!("OperatorPublicKey={}", key.public()));
    Ok(())
}

fn operator(args: OperatorArgs) -> Result<(), Failure> {
    let path = args.key.clone();
    let grant = args.grant()?;
    let key = OperatorKey::from_pem(&read_file(&path)?)
        .map_err(|error| Failure::usage(format_args!("{} {error}", path.display())))?;
    print_line(key.sign(&grant, SystemClock.now()).map_err(Failure::outcome)?);
    Ok(())
}

impl OperatorArgs {
    /// What the token permits; a failure if it moves money without a limit.
    pub(super) fn grant(self) -> Result<Grant, Failure> {
        let limit = self.amount.zip(self.currency);
        let grant = Grant {
            scopes: self.scope,
            why: self.why,
            customer_id: self.customer,
            limit: limit.map(|(amount, currency)| Money { amount, currency }),
            minutes: self.minutes,
        };
        if grant.moves_money() && (grant.customer_id.is_none() || grant.limit.is_none()) {
            return Err(Failure::usage(
                "a token that moves money needs --customer, --amount and --currency",
            ));
        }
        Ok(grant)
    }
}

fn customer(text: &str) -> Result<CustomerId, &'static str> {
    text.parse().map_err(|_| "not the id of a customer")
}

fn currency(code: &str) -> Result<Currency, &'static str> {
    code.parse().map_err(|_| "not a currency of ISO 4217 with a minor unit")
}

/// The token joins its scopes with spaces.
fn scope(text: &str) -> Result<String, &'static str> {
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_word { Ok(text.to_owned()) } else { Err("a scope is one word") }
}
