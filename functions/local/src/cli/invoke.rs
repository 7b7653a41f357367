//! `invoke`: one event through one function, on the local stack.

use std::{fs, path::PathBuf};

use clap::Args;
use serde_json::Value;
use shared::deadline::Deadline;

use super::{Failure, StackArgs, say};
use crate::{groups, log, stack::Stack};

/// Options of `invoke`.
#[derive(Debug, Args)]
pub(super) struct InvokeArgs {
    /// The function: its group or its name in template.yaml
    function: String,
    /// File with its event: of an HTTP API (payload format 2.0), of a queue, or of a schedule
    event: PathBuf,
    #[command(flatten)]
    stack: StackArgs,
}

/// Prints the function's answer.
pub(super) async fn invoke(args: InvokeArgs) -> Result<(), Failure> {
    let event = fs::read(&args.event).map_err(|error| {
        Failure::usage(format_args!("{} cannot be read: {error}", args.event.display()))
    })?;
    let (template, root) = StackArgs::template()?;
    let stack = Stack::start(&template, args.stack.options(&root)).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    let answer = answer(&stack, &args.function, &event).await;
    stack.stop().await;
    let answer: Value = serde_json::from_slice(&answer?).map_err(Failure::outcome)?;
    say(format_args!("{answer:#}"));
    Ok(())
}

async fn answer(stack: &Stack, name: &str, event: &[u8]) -> Result<Vec<u8>, Failure> {
    let fed = stack.fed().map(|fed| (fed.consumer, &fed.app, fed.timeout));
    let scheduled = stack
        .scheduled()
        .iter()
        .map(|scheduled| (scheduled.consumer, &scheduled.app, scheduled.timeout));
    if let Some((consumer, app, timeout)) =
        fed.into_iter().chain(scheduled).find(|(consumer, ..)| consumer.name == name)
    {
        let event = serde_json::from_slice(event)
            .map_err(|error| Failure::usage(format_args!("the event is no JSON: {error}")))?;
        let answer = (consumer.handle)(app.clone(), event, Deadline::within(timeout)).await;
        let answer = answer
            .map_err(|error| Failure::outcome(format_args!("the function failed: {error}")))?;
        return serde_json::to_vec(&answer).map_err(Failure::outcome);
    }
    let Some(function) = stack.function(name) else {
        let known: Vec<_> = groups::names().collect();
        return Err(Failure::usage(format_args!(
            "there is no function {name}; there are {}",
            known.join(", ")
        )));
    };
    stack.fill().await.map_err(Failure::outcome)?;
    stack.prepare().await;
    function
        .invoke(event)
        .await
        .map_err(|error| Failure::outcome(format_args!("the function failed: {error}")))
}
