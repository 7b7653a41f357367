//! What is played, and how it is read. Inputs are made once and cloned for each invocation.

use std::fs;

use futures_util::future::BoxFuture;
use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{clients, dynamodb, sns};

/// Makes one call. Its outcome does not matter.
pub type Send = Box<dyn Fn() -> BoxFuture<'static, ()> + std::marker::Send + Sync>;

/// One invocation.
pub struct Script {
    pub steps: Vec<Vec<Send>>,
    pub verifications: u32,
    pub signatures: u32,
    pub answer: Box<RawValue>,
}

#[derive(Deserialize)]
struct File {
    steps: Vec<Vec<Call>>,
    verifications: u32,
    signatures: u32,
    answer: Box<RawValue>,
}

#[derive(Deserialize)]
struct Call {
    service: String,
    operation: String,
    input: Value,
}

impl Script {
    pub fn read(path: &str) -> Result<Self, Error> {
        let file: File = serde_json::from_slice(&fs::read(path)?)?;
        let steps = file.steps.into_iter().map(|step| step.into_iter().map(prepare).collect());
        Ok(Self {
            steps: steps.collect::<Result<_, Error>>()?,
            verifications: file.verifications,
            signatures: file.signatures,
            answer: file.answer,
        })
    }
}

fn prepare(call: Call) -> Result<Send, Error> {
    match call.service.as_str() {
        "dynamodb" => dynamodb::prepare(clients::dynamodb(), &call.operation, call.input),
        "sns" if call.input["PhoneNumber"].is_string() => {
            sns::prepare(clients::sms(), &call.operation, &call.input)
        }
        "sns" => sns::prepare(clients::sns(), &call.operation, &call.input),
        other => Err(format!("no service {other}").into()),
    }
}
