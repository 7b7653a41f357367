//! The Lambda function of this group.

use shared::runtime::{Error, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(docs::routes()).await
}
