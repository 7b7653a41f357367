//! `serve` and `engines`: what runs until Ctrl-C.

use std::{io, sync::Arc};

use clap::Args;
use tokio::sync::oneshot;

use super::{Failure, StackArgs, say};
use crate::{
    connections, log,
    moving_clock::MovingClock,
    server::Backend,
    sns_recorder::{Message, OnMessage},
    stack::{EngineAddresses, Stack},
};

/// Options of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Port to serve on
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Host to serve on; anything but the loopback address lets others in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[command(flatten)]
    stack: StackArgs,
}

/// Options of `engines`.
#[derive(Debug, Args)]
pub(super) struct EnginesArgs {
    /// Host both listen on; containers reach the gateway address of their bridge
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Port of the DynamoDB API
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    dynamodb_port: u16,
    /// Port of the SNS API
    #[arg(long, value_name = "PORT", default_value_t = 8001)]
    sns_port: u16,
    #[command(flatten)]
    stack: StackArgs,
}

#[cfg(test)]
impl ServeArgs {
    pub(super) fn stack(&self) -> &StackArgs {
        &self.stack
    }
}

/// Serves the API until Ctrl-C or SIGTERM.
pub(super) async fn serve(args: ServeArgs) -> Result<(), Failure> {
    let ended = end_signal().map_err(Failure::usage)?;
    let (template, root) = StackArgs::template()?;
    // The port first: a second launcher should hear of the port and not of the data folder.
    let listener = connections::bind(&args.host, args.port).await.map_err(Failure::usage)?;
    let clock = Arc::new(MovingClock::default());
    let mut options = args.stack.options(&root);
    options.clock = clock.clone();
    options.on_message = Some(printed());
    let kept = options.data.clone();
    let stack = Stack::start(&template, options).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    stack.fill().await.map_err(Failure::outcome)?;
    stack.prepare().await;

    let backend = Backend {
        gateway: stack.gateway.clone(),
        recorder: stack.recorder.clone(),
        queue: stack.queue.clone(),
        clock,
    };
    let server = backend.serve(listener).map_err(Failure::usage)?;
    let delivering = stack.keep_delivering();
    let data =
        kept.map_or_else(|| "in memory".to_owned(), |folder| format!("in {}", folder.display()));
    say(welcome(&server.url(), &data));
    let _ = ended.await;
    drop(delivering);
    server.stop().await;
    stack.stop().await;
    Ok(())
}

/// Runs the engines alone until Ctrl-C or SIGTERM.
pub(super) async fn engines(args: EnginesArgs) -> Result<(), Failure> {
    let ended = end_signal().map_err(Failure::usage)?;
    let (template, root) = StackArgs::template()?;
    let mut options = args.stack.options(&root);
    options.engines = EngineAddresses {
        host: args.host,
        dynamodb_port: args.dynamodb_port,
        sns_port: args.sns_port,
    };
    options.on_message = Some(printed());
    let stack = Stack::start(&template, options).await.map_err(Failure::usage)?;
    log::to_stderr(stack.log_level());
    stack.fill().await.map_err(Failure::outcome)?;
    say(format_args!(
        "AWS_ENDPOINT_URL_DYNAMODB={}\nAWS_ENDPOINT_URL_SNS={}\nTABLE_NAME={}\nAWS_REGION=us-east-1\nAWS_ACCESS_KEY_ID=local\n\
         AWS_SECRET_ACCESS_KEY=local",
        stack.dynamodb_endpoint, stack.sns_endpoint, stack.deployment.table.name
    ));
    let _ = ended.await;
    stack.stop().await;
    Ok(())
}

fn printed() -> OnMessage {
    Arc::new(|message| match message {
        Message::Sms { to, text, .. } => say(format_args!("SMS to {to}: {text}")),
        Message::Push { to, message } => {
            say(format_args!("Push to {to}: {}", message["notification"]))
        }
    })
}

fn welcome(url: &str, data: &str) -> String {
    let json = "-H 'Content-Type: application/json'";
    format!(
        "Satchel serves {url} (data {data}; Ctrl-C ends it). Log in with the challenge of the first answer and the code printed here:\n\
         \x20 curl -s {url}/api/send-otp/ {json} -d '{{\"phone\": \"+12025550123\"}}'\n\
         \x20 curl -s {url}/api/customer/authenticate/ {json} -d '{{\"phone\": \"+12025550123\", \"challenge\": \"…\", \"otp\": \"…\"}}'"
    )
}

/// Ready at once, so that no signal is missed while the stack starts; ends at the first one.
pub(super) fn end_signal() -> io::Result<oneshot::Receiver<()>> {
    let (tell, ended) = oneshot::channel();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        let _ = tell.send(());
    });
    Ok(ended)
}
