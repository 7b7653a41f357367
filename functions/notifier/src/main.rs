//! The Lambda function of this consumer.

use shared::runtime::{Error, serve_consumer};

fn main() -> Result<(), Error> {
    serve_consumer(notifier::consumer())
}
