//! `serve` and `engines`, which run until Ctrl-C or SIGTERM.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use super::{
    failure::Failure,
    output::print_line,
    shutdown::shutdown_signal,
    stack_args::{StackArgs, template},
};
use crate::{
    connections, log,
    moving_clock::MovingClock,
    private_file,
    server::Backend,
    sns_recorder::{Message, OnMessage},
    stack::{EngineAddresses, Stack},
};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Port to serve on
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Address to serve on; the default accepts connections from this machine only
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[command(flatten)]
    stack: StackArgs,
}

#[derive(Debug, Args)]
pub(super) struct EnginesArgs {
    /// Address to listen on; for containers, the gateway address of their bridge network
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Port of the DynamoDB API
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    dynamodb_port: u16,
    /// Port of the SNS API
    #[arg(long, value_name = "PORT", default_value_t = 8001)]
    sns_port: u16,
    /// Write the variables of each function to this new file, as JSON, secrets included
    #[arg(long, value_name = "FILE")]
    variables: Option<PathBuf>,
    #[command(flatten)]
    stack: StackArgs,
}

#[cfg(test)]
impl ServeArgs {
    pub(super) fn stack(&self) -> &StackArgs {
        &self.stack
    }
}

pub(super) async fn serve(args: ServeArgs) -> Result<(), Failure> {
    let shutdown = shutdown_signal().map_err(Failure::usage)?;
    let (template, root) = template()?;
    // Bind first: a second launcher should report the port, not the locked data folder.
    let listener = connections::bind(&args.host, args.port).await.map_err(Failure::usage)?;
    let clock = Arc::new(MovingClock::default());
    let mut options = args.stack.options(&root);
    options.clock = clock.clone();
    options.on_message = Some(print_messages());
    let data = options.data.as_ref().map(|folder| folder.display().to_string());
    let stack = Stack::start(&template, options).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    stack.seed().await.map_err(Failure::outcome)?;
    stack.prepare().await;

    let backend = Backend {
        gateway: stack.gateway.clone(),
        recorder: stack.recorder.clone(),
        queue: stack.queue.clone(),
        store: stack.state("notifier").map(|state| state.store.clone()),
        clock,
    };
    let server = backend.serve(listener).map_err(Failure::usage)?;
    let workers = stack.run_consumers();
    print_line(welcome(&server.url(), data.as_deref().unwrap_or("memory")));
    let _ = shutdown.await;
    drop(workers);
    server.stop().await;
    stack.stop().await;
    Ok(())
}

pub(super) async fn engines(args: EnginesArgs) -> Result<(), Failure> {
    let shutdown = shutdown_signal().map_err(Failure::usage)?;
    let (template, root) = template()?;
    let mut options = args.stack.options(&root);
    options.engines = EngineAddresses {
        host: args.host,
        dynamodb_port: args.dynamodb_port,
        sns_port: args.sns_port,
    };
    options.on_message = Some(print_messages());
    let stack = Stack::start(&template, options).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    stack.seed().await.map_err(Failure::outcome)?;
    if let Some(path) = &args.variables {
        write_variables(&stack, path)?;
    }
    print_line(format_args!(
        "AWS_ENDPOINT_URL_DYNAMODB={}\n\
         AWS_ENDPOINT_URL_SNS={}\n\
         TABLE_NAME={}\n\
         AWS_REGION=us-east-1\n\
         AWS_ACCESS_KEY_ID=local\n\
         AWS_SECRET_ACCESS_KEY=local",
        stack.dynamodb_endpoint, stack.sns_endpoint, stack.deployment.table.name
    ));
    let _ = shutdown.await;
    stack.stop().await;
    Ok(())
}

/// `tests/bench` starts the release binaries with them.
fn write_variables(stack: &Stack, path: &Path) -> Result<(), Failure> {
    let functions = stack.deployment.functions.iter().map(|function| &function.group);
    let variables: BTreeMap<_, _> =
        functions.map(|group| (group, stack.environment(group).unwrap_or_default())).collect();
    let text = serde_json::to_vec(&variables).map_err(Failure::outcome)?;
    private_file::create(path)
        .and_then(|mut file| file.write_all(&text))
        .map_err(|error| Failure::usage(format_args!("cannot write {}: {error}", path.display())))
}

/// `tests/scenario` reads the codes from these lines.
fn print_messages() -> OnMessage {
    Arc::new(|message| match message {
        Message::Sms { to, text, .. } => print_line(format_args!("SMS to {to}: {text}")),
        Message::Code { to, text, .. } => print_line(format_args!("Code topic for {to}: {text}")),
        Message::Push { to, message, .. } => {
            print_line(format_args!("Push to {to}: {}", message["notification"]));
        }
    })
}

fn welcome(url: &str, data: &str) -> String {
    let json = "-H 'Content-Type: application/json'";
    format!(
        "Satchel is serving {url} (data in {data}; Ctrl-C to stop).\n\
         To log in, request a code:\n\
         \x20 curl -s {url}/api/send-otp/ {json} \\\n\
         \x20   -d '{{\"phone\": \"+12025550123\"}}'\n\
         and send the challenge of its response with the code, which is printed here and shown\n\
         at {url}/_local/ as a phone does:\n\
         \x20 curl -s {url}/api/customer/authenticate/ {json} \\\n\
         \x20   -d '{{\"phone\": \"+12025550123\", \"challenge\": \"…\", \"otp\": \"…\"}}'"
    )
}
