//! The Lambda function of the mock.

use shared::runtime::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(mock::routes()).await
}
