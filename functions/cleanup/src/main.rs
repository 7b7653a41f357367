//! The Lambda function of this consumer.

use shared::runtime::{Error, serve_consumer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve_consumer(cleanup::consumer()).await
}
