//! The same requests to our functions.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{Operation, Times};
use crate::{
    binaries::Binary,
    engine::Engine,
    process::{Program, Running},
    scenario, workspace,
};

/// A customer's phone, and the functions that it uses.
pub(super) struct Ours {
    auth: Running,
    fcm: Running,
    refresh: String,
    access: String,
}

impl Ours {
    /// Makes a customer with five devices.
    pub(super) fn start(engine: &Engine, binaries: &BTreeMap<String, Binary>) -> Result<Self> {
        let tokens = scenario::customer_with_devices(engine, binaries)?;
        let start = |function: &str| {
            let binary = binaries.get(function).context("a function that is not built")?;
            let mut variables = engine.variables.get(function).context("no variables")?.clone();
            // They are counted, but not refused.
            variables.insert("REFRESHES_PER_MINUTE".to_owned(), "1000000".to_owned());
            Program::new(function, &binary.path, variables).start()
        };
        let [refresh, access] = [text(&tokens, "refresh")?, text(&tokens, "access")?];
        Ok(Self { auth: start("auth")?, fcm: start("fcm")?, refresh, access })
    }

    /// Sends so many requests.
    pub(super) fn measure(&mut self, operation: Operation, requests: u32) -> Result<Times> {
        let mut times = Times::default();
        for _ in 0..requests {
            match operation {
                Operation::Refresh => self.refresh(&mut times)?,
                Operation::Devices => self.list(&mut times)?,
            }
        }
        Ok(times)
    }

    fn refresh(&mut self, times: &mut Times) -> Result<()> {
        let mut event = workspace::event("auth", "refresh_token_create")?;
        let body = json!({"refresh": self.refresh}).to_string();
        event["headers"]["content-length"] = json!(body.len().to_string());
        event["body"] = json!(body);
        let tokens = invoke(&self.auth, &event, times)?;
        self.refresh = text(&tokens, "refresh")?;
        self.access = text(&tokens, "access")?;
        Ok(())
    }

    fn list(&self, times: &mut Times) -> Result<()> {
        let mut event = workspace::event("fcm", "devices_list")?;
        event["headers"]["authorization"] = json!(format!("Bearer {}", self.access));
        let devices = invoke(&self.fcm, &event, times)?;
        ensure!(devices.as_array().is_some_and(|list| list.len() == 5), "five devices: {devices}");
        Ok(())
    }
}

/// Invokes a function, and returns the body of its answer.
fn invoke(function: &Running, event: &Value, times: &mut Times) -> Result<Value> {
    let event: Arc<[u8]> = serde_json::to_vec(event)?.into();
    let (cpu, began) = (function.cpu_nanoseconds()?, Instant::now());
    let answer = function.invoke(&event)?;
    times.wall.push(began.elapsed().as_secs_f64() * 1e6);
    let cpu = u32::try_from(function.cpu_nanoseconds()? - cpu)?;
    times.cpu.push(f64::from(cpu) / 1e3);
    let answer: Value = serde_json::from_slice(&answer)?;
    ensure!(answer["statusCode"] == 200, "{answer}");
    Ok(serde_json::from_str(answer["body"].as_str().unwrap_or_default())?)
}

fn text(tokens: &Value, name: &str) -> Result<String> {
    let text = tokens[name].as_str().with_context(|| format!("no {name} in {tokens}"))?;
    Ok(text.to_owned())
}
