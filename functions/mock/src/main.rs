//! The Lambda function of the mock.

use shared::runtime::{Error, serve};

fn main() -> Result<(), Error> {
    serve(mock::routes())
}
