//! Writes what the floor plays from a recording.

use std::fs;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::{
    recording::{Call, Recording, Service, form, steps},
    workspace,
};

/// Writes the file of an operation.
pub fn write(recording: &Recording) -> Result<()> {
    let text = serde_json::to_vec_pretty(&script(recording)?)?;
    Ok(fs::write(workspace::script(&recording.name), text)?)
}

fn script(recording: &Recording) -> Result<Value> {
    let steps = steps(&recording.calls).into_iter().map(|step| {
        let calls = step.into_iter().map(|call| {
            Ok(json!({
                "service": call.service,
                "operation": call.operation,
                "input": input(call)?,
            }))
        });
        calls.collect::<Result<Vec<_>>>()
    });
    Ok(json!({
        "steps": steps.collect::<Result<Vec<_>>>()?,
        "verifications": recording.verifications,
        "signatures": recording.signatures,
        "answer": recording.answer,
    }))
}

fn input(call: &Call) -> Result<Value> {
    match call.service {
        Service::DynamoDb => Ok(serde_json::from_str(&call.request)?),
        Service::Sns => {
            let fields = form(&call.request).into_iter();
            Ok(Value::Object(
                fields.map(|(name, value)| (name, value.into())).collect::<Map<_, _>>(),
            ))
        }
    }
}
