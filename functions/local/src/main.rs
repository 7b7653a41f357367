//! The program `satchel`, which `cargo run` starts. The embedded DynamoDB needs the multi-thread
//! runtime.

use std::process::ExitCode;

#[tokio::main(flavor = "multi_thread")]
async fn main() -> ExitCode {
    local::cli::run(std::env::args_os()).await
}
