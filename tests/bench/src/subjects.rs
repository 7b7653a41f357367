//! What is measured: programs with their variables, events that need no storage, recorded
//! operations with their floors.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    binaries::{self, BARE, Binary, FLOOR},
    canned::Canned,
    certificate::Certificate,
    engine::Engine,
    process::{Program, Variables},
    recording::Recording,
    scenario, script, workspace,
};

/// Everything that the measurements need.
#[derive(Debug)]
pub struct Subjects {
    pub binaries: BTreeMap<String, Binary>,
    variables: BTreeMap<String, Variables>,
    pub recordings: Vec<Recording>,
    pub certificate: Certificate,
}

impl Subjects {
    /// Builds the functions and what they are compared with, and records the operations. With
    /// `built`, functions that are there are not built again.
    pub fn prepare(built: bool, compared: &[&str]) -> Result<Self> {
        let binaries = binaries::build(compared, &workspace::functions()?, built)?;
        let binaries = binaries.into_iter().map(|binary| (binary.name.clone(), binary)).collect();
        Self::of(binaries, built)
    }

    /// Records the operations of functions that are built.
    pub fn of(binaries: BTreeMap<String, Binary>, built: bool) -> Result<Self> {
        fs::create_dir_all(workspace::results())?;
        let engine = Engine::start(&binaries::launcher(built)?, &workspace::results())?;
        let recordings = scenario::record(&engine, &binaries)?;
        for recording in &recordings {
            fs::write(workspace::recording(&recording.name), serde_json::to_vec(recording)?)?;
            script::write(recording)?;
        }
        let certificate = Certificate::make(&workspace::results())?;
        Ok(Self { binaries, variables: engine.variables.clone(), recordings, certificate })
    }

    /// The functions, in the order of their names.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        let names = self.binaries.keys().map(String::as_str);
        names.filter(|name| ![BARE, FLOOR].contains(name))
    }

    /// A function, or the bare binary, in front of a canned engine.
    pub fn program(&self, name: &str, canned: &Canned) -> Result<Program> {
        let mut variables = self.variables.get(name).cloned().unwrap_or_default();
        variables.extend(canned.variables());
        Ok(Program::new(name, &self.binary(name)?.path, variables))
    }

    /// The floor of an operation.
    pub fn floor(&self, recording: &Recording, canned: &Canned) -> Result<Program> {
        let mut variables = canned.variables();
        let script = workspace::script(&recording.name);
        variables.insert("FLOOR_SCRIPT".to_owned(), script.display().to_string());
        Ok(Program::new(FLOOR, &self.binary(FLOOR)?.path, variables))
    }

    /// An engine that answers an operation's calls, over TLS.
    pub fn canned(&self, recording: &Recording) -> Result<Canned> {
        Canned::start(Some(&workspace::recording(&recording.name)), Some(&self.certificate))
    }

    fn binary(&self, name: &str) -> Result<&Binary> {
        self.binaries.get(name).with_context(|| format!("{name} is not built"))
    }
}

/// An engine that answers an operation's calls, without TLS.
pub fn canned_in_the_clear(recording: &Recording) -> Result<Canned> {
    Canned::start(Some(&workspace::recording(&recording.name)), None)
}

/// The event of a recording as it is sent.
pub fn event_of(recording: &Recording) -> Result<Arc<[u8]>> {
    Ok(serde_json::to_vec(&recording.event)?.into())
}

/// An event that a function answers from memory: an unknown path, an empty batch, a schedule.
pub fn idle_event(function: &str) -> Result<Arc<[u8]>> {
    let event: Value = match function {
        "notifier" => json!({"Records": []}),
        "cleanup" => workspace::event("cleanup", "schedule")?,
        _ => {
            let mut event = workspace::event("auth", "jwks")?;
            event["rawPath"] = json!("/unknown");
            event["requestContext"]["http"]["path"] = json!("/unknown");
            event
        }
    };
    Ok(serde_json::to_vec(&event)?.into())
}
