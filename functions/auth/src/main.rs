//! The Lambda function of this group.

use shared::runtime::{Error, serve};

fn main() -> Result<(), Error> {
    serve(auth::routes())
}
