//! `mock`: the documentation and the mock until Ctrl-C.

use bytes::Bytes;
use clap::Args;
use http::{Request, StatusCode};

use super::{Failure, StackArgs, say, serve::end_signal};
use crate::{
    connections::{self, BodyError, Server, read_body},
    gateway::{BODY_LIMIT, too_large},
    gateway_answer::message,
    mock,
};

/// Options of `mock`.
#[derive(Debug, Args)]
pub(super) struct MockArgs {
    /// Port to serve on
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Host to serve on; anything but the loopback address lets others in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
}

/// Serves them.
pub(super) async fn run(args: MockArgs) -> Result<(), Failure> {
    let ended = end_signal().map_err(Failure::usage)?;
    let (template, _) = StackArgs::template()?;
    let listener = connections::bind(&args.host, args.port).await.map_err(Failure::usage)?;
    let gateway = mock::gateway(&template).map_err(Failure::usage)?;
    let server = Server::answering(listener, move |request, source_ip| {
        let gateway = gateway.clone();
        async move {
            let (parts, body) = request.into_parts();
            match read_body(body, BODY_LIMIT).await {
                Ok(body) => {
                    gateway.handle(Request::<Bytes>::from_parts(parts, body), source_ip).await
                }
                Err(BodyError::TooLarge) => too_large(),
                Err(BodyError::Broken) => message(StatusCode::BAD_REQUEST, "Bad Request"),
            }
        }
    });
    let server = server.map_err(Failure::usage)?;
    let url = server.url();
    say(format_args!(
        "The mock of every operation is under {url}/mock/, the documentation at {url}/docs/ (no storage; Ctrl-C ends it)\n\
         \x20 curl -s {url}/mock/api/app-info/\n\
         \x20 curl -s {url}/mock/api/customer/ -H 'Authorization: Bearer any' -H 'Prefer: code=401'"
    ));
    let _ = ended.await;
    server.stop().await;
    Ok(())
}
