//! `mock`: serves the documentation and the mock.

use clap::Args;

use super::{
    failure::Failure, output::print_line, shutdown::shutdown_signal, stack_args::template,
};
use crate::{connections, gateway::serve, mock};

#[derive(Debug, Args)]
pub(super) struct MockArgs {
    /// Port to serve on
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Address to serve on; the default accepts connections from this machine only
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) async fn run(args: MockArgs) -> Result<(), Failure> {
    let shutdown = shutdown_signal().map_err(Failure::usage)?;
    let (template, _) = template()?;
    let listener = connections::bind(&args.host, args.port).await.map_err(Failure::usage)?;
    let gateway = mock::gateway(&template).map_err(Failure::usage)?;
    let server = serve(listener, move |request, source_ip| {
        let gateway = gateway.clone();
        async move { gateway.handle(request, source_ip).await }
    });
    let server = server.map_err(Failure::usage)?;
    let url = server.url();
    print_line(format_args!(
        "Documentation: {url}/docs/\n\
         Mock of every operation, without storage: {url}/mock/ (Ctrl-C to stop)\n\
         \x20 curl -s {url}/mock/api/app-info/\n\
         \x20 curl -s {url}/mock/api/customer/ \\\n\
         \x20   -H 'Authorization: Bearer any' -H 'Prefer: code=401'"
    ));
    let _ = shutdown.await;
    server.stop().await;
    Ok(())
}
