//! The floor of an operation: the bare runtime that makes the same calls of the SDK, in the same
//! order and with the same parallelism, verifies and signs as many tokens, answers with the same
//! bytes, and does nothing else. The file that `FLOOR_SCRIPT` names says what it plays.

mod clients;
mod connector;
mod dynamodb;
mod fields;
mod script;
mod sns;
mod tokens;

use std::sync::Arc;

use futures_util::future::join_all;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, value::RawValue};

use crate::{script::Script, tokens::Tokens};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "the one variable of its own")]
async fn main() -> Result<(), Error> {
    let path = std::env::var("FLOOR_SCRIPT")?;
    let floor = Arc::new(Floor { script: Script::read(&path)?, tokens: Tokens::new()? });
    run(service_fn(move |_: LambdaEvent<Value>| {
        let floor = floor.clone();
        async move { floor.play().await }
    }))
    .await
}

struct Floor {
    script: Script,
    tokens: Tokens,
}

impl Floor {
    async fn play(&self) -> Result<Box<RawValue>, Error> {
        for _ in 0..self.script.verifications {
            self.tokens.verify()?;
        }
        for step in &self.script.steps {
            join_all(step.iter().map(|call| (call.as_ref())())).await;
        }
        for _ in 0..self.script.signatures {
            self.tokens.sign();
        }
        Ok(self.script.answer.clone())
    }
}
