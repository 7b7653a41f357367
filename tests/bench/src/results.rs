//! What a run measured, as JSON in `target/bench/results.json`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::workspace;

/// All figures of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Results {
    /// The machine, and how often each figure was taken.
    pub conditions: String,
    /// Of the bare binary and each function.
    pub programs: BTreeMap<String, ProgramResult>,
    /// Answers that need no storage, by name.
    pub routed: BTreeMap<String, Pair<Answer>>,
    /// In the order of the recording.
    pub operations: Vec<OperationResult>,
}

/// A program apart from its operations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ProgramResult {
    pub zip_bytes: u64,
    /// Microseconds from exec to the first request for an event.
    pub cold_start: f64,
    /// Until it connects to the Runtime API.
    pub start_instructions: u64,
    /// After 220 answers.
    pub resident_kib: u64,
}

/// What is measured, and what it is compared with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Pair<T> {
    pub ours: T,
    pub limit: T,
}

/// Instructions of answers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Answer {
    pub first: u64,
    pub later: u64,
}

/// An operation and its floor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OperationResult {
    pub name: String,
    pub function: String,
    /// Calls of the SDK.
    pub calls: usize,
    /// Microseconds per invocation.
    pub cpu: Pair<f64>,
    /// Per invocation.
    pub instructions: Pair<u64>,
    /// Microseconds from exec to the first answer.
    pub first_answer: Pair<f64>,
}

impl Results {
    pub fn write(&self) -> Result<()> {
        Ok(fs::write(file(), serde_json::to_vec_pretty(self)?)?)
    }

    /// Those of the last full run.
    pub fn read() -> Result<Self> {
        let text = fs::read(file()).context("no results: run `cargo run --release -p bench`")?;
        Ok(serde_json::from_slice(&text)?)
    }
}

fn file() -> PathBuf {
    workspace::results().join("results.json")
}
