//! `wallet credit`: money for a customer of the local data, to try an app with.
//!
//! Invariant: there is no second way to move money. It is a credit of `updateWallet`, with an
//! operator token whose key lives as long as the command.

use std::{net::Ipv4Addr, path::PathBuf};

use bytes::Bytes;
use clap::Args;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::{
    auth::operator::Money,
    clock::{Clock, SystemClock},
    ids::{CustomerId, uuid_v7},
    operator_token::MoneyScope,
    random::SystemRandom,
    wallet::{Currency, MOST},
};

use super::{
    failure::Failure,
    output::print_line,
    stack_args::{StackArgs, template},
};
use crate::{
    customer_admin::{CustomerAdmin, CustomerAdminError},
    operator_token::{Grant, OperatorKey},
    stack::Stack,
};

const WHY: &str = "wallet credit on local data";

#[derive(Debug, Args)]
pub(super) struct CreditArgs {
    /// The customer's phone, in E.164 form; it must have logged in before
    #[arg(long)]
    phone: String,
    /// How much, in the smallest unit of the currency
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=MOST))]
    amount: i64,
    /// The currency, as an ISO 4217 code
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Currency,
    /// Folder of the local data; stop the launcher first
    /// [default: target/local beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) async fn run(args: &CreditArgs) -> Result<(), Failure> {
    let key = OperatorKey::generate().map_err(|_| Failure::outcome("cannot generate a key"))?;
    let (template, root) = template()?;
    let stack_args = StackArgs::on_data(args.data.clone());
    let mut options = stack_args.options(&root);
    options.overrides.insert("OperatorPublicKey".to_owned(), key.public().to_owned());
    let stack = Stack::start(&template, options).await.map_err(Failure::usage)?;
    let credited = credit(&stack, &key, args).await;
    stack.stop().await;
    print_line(credited?);
    Ok(())
}

/// Credits the money, and returns the new balance in words.
async fn credit(stack: &Stack, key: &OperatorKey, args: &CreditArgs) -> Result<String, Failure> {
    let customer = customer(stack, &args.phone).await?;
    let grant = Grant {
        scopes: vec![MoneyScope::Credit.name().to_owned()],
        why: WHY.to_owned(),
        customer_id: Some(customer),
        limit: Some(Money { amount: args.amount, currency: args.currency }),
        minutes: 1,
    };
    let token = key.sign(&grant, SystemClock.now()).map_err(Failure::outcome)?;
    let body = json!({
        "type": "credit", "amount": args.amount, "currency": args.currency.code(),
        "reference": "Test money",
    });
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/wallet/")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", uuid_v7(SystemClock.now(), &SystemRandom).to_string())
        .body(Bytes::from(body.to_string()))
        .map_err(Failure::outcome)?;
    let response = stack.gateway.handle(request, Ipv4Addr::LOCALHOST.into()).await;
    let told: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if response.status() != StatusCode::OK {
        let detail = told["errors"][0]["detail"].as_str().unwrap_or("the wallet does not answer");
        return Err(Failure::outcome(detail.to_owned()));
    }
    let available = told["balance"]["available"].as_i64().unwrap_or_default();
    Ok(format!("available: {} {}", args.currency.decimal(available), args.currency.code()))
}

async fn customer(stack: &Stack, phone: &str) -> Result<CustomerId, Failure> {
    let state = stack.state("customer");
    let store = state.map(|state| state.store.clone());
    let store = store.ok_or_else(|| Failure::outcome("there is no function customer"))?;
    let admin = CustomerAdmin::new(store, &stack.secrets).map_err(Failure::usage)?;
    admin.owner_of(phone).await.map_err(|error| match error {
        CustomerAdminError::NoAccount => {
            Failure::outcome("no account has this phone: log in with it first")
        }
        error => Failure::usage(error),
    })
}

fn currency(code: &str) -> Result<Currency, &'static str> {
    code.parse().map_err(|_| "not a currency of ISO 4217 with a minor unit")
}
