//! `invoke`: invokes one function of the local stack with one event.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::{
    failure::{Failure, read_file},
    output::print_line,
    stack_args::{StackArgs, template},
};
use crate::{functions, log, stack::Stack};

#[derive(Debug, Args)]
pub(super) struct InvokeArgs {
    /// The function, by its folder in functions/ (`auth`) or its name in template.yaml
    /// (`AuthFunction`)
    function: String,
    /// File with the event: of API Gateway (payload format 2.0), SQS or EventBridge. The folder
    /// events/ has one for each operation
    event: PathBuf,
    #[command(flatten)]
    stack: StackArgs,
}

/// Prints the function's response.
pub(super) async fn run(args: InvokeArgs) -> Result<(), Failure> {
    let event = read_file(&args.event)?;
    let (template, root) = template()?;
    let stack = Stack::start(&template, args.stack.options(&root)).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    let response = invoke(&stack, &args.function, &event).await;
    stack.stop().await;
    print_line(format_args!("{:#}", response?));
    Ok(())
}

async fn invoke(stack: &Stack, name: &str, event: &str) -> Result<Value, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::outcome(format_args!("the function failed: {error}"))
    };
    if let Some(consumer) = stack.consumers().find(|target| target.consumer.name == name) {
        let event = serde_json::from_str(event)
            .map_err(|error| Failure::usage(format_args!("the event is not JSON: {error}")))?;
        return consumer.handle(event).await.map_err(|error| failed(&error));
    }
    let Some(function) = stack.function(name) else {
        let known: Vec<_> = functions::names().collect();
        return Err(Failure::usage(format_args!(
            "there is no function {name}; the functions are {}",
            known.join(", ")
        )));
    };
    stack.seed().await.map_err(Failure::outcome)?;
    stack.prepare().await;
    let response = function.invoke(event.as_bytes()).await.map_err(|error| failed(&error))?;
    serde_json::from_slice(&response).map_err(Failure::outcome)
}
